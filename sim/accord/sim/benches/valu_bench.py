"""The vector ALU: every operation pipelined one a tick, and all of them mixed with bubbles in between."""

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly

from accord.hw.types import ValuOp
from accord.sim.benches.valu_cases import BITS, FUSED, Case, random_case
from accord.sim.runner import parameters

ONE_TICK = tuple(op for op in ValuOp if op not in FUSED)


class Driver:
    """Puts one case, or a bubble, on the inputs."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut

    def drive(self, case: Case | None, tag: int) -> None:
        """Drive ``case`` for the coming tick; None drives an instruction that is not valid."""
        dut, shown = self._dut, case or random_case(random.choice(tuple(ValuOp)), parameters()["k"])
        dut.issue__valid.value = int(case is not None)
        for name in ("op", "src", "dst"):
            getattr(dut, f"issue__{name}").value = getattr(shown, name).value
        for name in ("rm", "sat", "wrap"):
            getattr(dut, f"issue__{name}").value = getattr(shown, name)
        dut.issue__imm.value = shown.imm & 0xFFFFFFFF
        dut.issue__tag.value = tag
        for name in ("a", "b", "c"):
            lanes = getattr(shown, name)
            getattr(dut, name).value = sum((lane & 0xFFFFFFFF) << 32 * j for j, lane in enumerate(lanes))


class Checker:
    """Compares what stands on the result port with what must stand there in this tick."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._due: tuple[Case, int] | None = None
        self.checked: Counter[ValuOp] = Counter()
        self.flags_seen = 0

    @property
    def fused_due(self) -> bool:
        """Whether a fused operation was issued in the tick before."""
        return self._due is not None

    def check(self, case: Case | None, tag: int) -> None:
        """Check the tick in which ``case`` is being issued."""
        dut = self._dut
        assert int(dut.fused_due.value) == self.fused_due
        now = self._due or ((case, tag) if case and not case.fused else None)
        self._due = (case, tag) if case and case.fused else None
        assert int(dut.result__valid.value) == (now is not None)
        if now is None:
            return
        shown, shown_tag = now
        lanes, flags = shown.expected()
        data, width = int(dut.result__data.value), BITS[shown.dst]
        found = [data >> 32 * j & (1 << width) - 1 for j in range(len(lanes))]
        assert found == lanes, f"{shown}: {_hex(found)}, expected {_hex(lanes)}"
        assert int(dut.result__flags.value) == flags, f"{shown}: flags {dut.result__flags.value}, expected {flags:05b}"
        assert int(dut.result__tag.value) == shown_tag, f"{shown}: tag {dut.result__tag.value}"
        self.checked[shown.op] += 1
        self.flags_seen |= flags


def _hex(lanes: Iterable[int]) -> str:
    return " ".join(f"{lane:08x}" for lane in lanes)


async def run(dut: Any, cases: Iterable[Case | None]) -> Checker:
    """Issue ``cases`` one a tick (None: a bubble), holding a one-tick operation back while a fused result is due."""
    Clock(dut.clk, 10, unit="ns").start()
    driver, checker = Driver(dut), Checker(dut)
    driver.drive(None, 0)
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    await FallingEdge(dut.clk)
    dut.rst.value = 0
    for case in [*cases, None, None]:
        held_back = case is not None and not case.fused and checker.fused_due
        for issued in [None, case] if held_back else [case]:
            tag = random.randrange(1 << parameters()["tag_width"])
            driver.drive(issued, tag)
            await ReadOnly()
            checker.check(issued, tag)
            await FallingEdge(dut.clk)
    return checker


@cocotb.test()
@cocotb.parametrize(op=[op.name for op in ONE_TICK])
async def one_tick(dut: Any, op: str) -> None:
    """One operation in every tick, its result in the same tick."""
    count = parameters()["count"]
    checker = await run(dut, [random_case(ValuOp[op], parameters()["k"]) for _ in range(count)])
    assert checker.checked == {ValuOp[op]: count}
    assert checker.flags_seen == {"S_F32": 0b00001, "F32_S": 0b10001}.get(op, 0)


@cocotb.test()
@cocotb.parametrize(op=[op.name for op in FUSED])
async def fused(dut: Any, op: str) -> None:
    """A fused operation in every tick, its result one tick later; every flag it can raise is seen."""
    count = parameters()["count"]
    checker = await run(dut, [random_case(ValuOp[op], parameters()["k"]) for _ in range(count)])
    assert checker.checked == {ValuOp[op]: count}
    assert checker.flags_seen == 0b10111


@cocotb.test()
async def mixed(dut: Any) -> None:
    """All operations in random order, with bubbles."""
    k, count = parameters()["k"], parameters()["count"]
    mix = [random_case(random.choice(tuple(ValuOp)), k) for _ in range(2 * count)]
    cases = [case if random.random() < 0.9 else None for case in mix]
    cases += [random_case(op, k) for op in ValuOp]
    checker = await run(dut, cases)
    assert checker.checked == Counter(case.op for case in cases if case)
