"""The vector ALU: every operation pipelined one a tick, all of them mixed with bubbles, and both lookup banks."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly

from accord.hw.types import ValuOp, Width
from accord.isa.config import LUT_BANKS, LUT_BYTES, Config
from accord.sim.benches.valu_cases import BITS, FUSED, LOOKUPS, RAISES, REDUCTIONS, SET_LOOKUPS, Case
from accord.sim.benches.valu_random import random_case
from accord.sim.runner import parameters

DRAIN = 8
"""Ticks after which every result is out."""

ONE_TICK = tuple(op for op in ValuOp if op not in FUSED and op not in REDUCTIONS)


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
        dut.lut_host_segment.value = host_segment(random.randrange(len(LUT_BANKS)), random.randrange(segments()))
        for name in ("a", "b", "c"):
            lanes = getattr(shown, name)
            getattr(dut, name).value = sum((lane & 0xFFFFFFFF) << 32 * j for j, lane in enumerate(lanes))


class Checker:
    """Compares what stands on the result port with what must stand there in this tick."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._pending: list[tuple[Case, int, int]] = []
        self._banks = [bytearray(LUT_BYTES) for _ in LUT_BANKS]
        self.checked: Counter[ValuOp] = Counter()
        self.flags_seen = 0

    def blocks(self, case: Case) -> bool:
        """Whether ``case`` has to wait in the coming tick: for a reduction, or for a fused result due with its own."""
        return any(older.op in REDUCTIONS or not case.fused for older, _, _ in self._pending)

    def check(self, case: Case | None, tag: int) -> None:
        """Check the tick in which ``case`` is being issued."""
        dut = self._dut
        assert int(dut.fused_due.value) == any(older.fused for older, _, _ in self._pending)
        assert int(dut.busy.value) == any(older.op in REDUCTIONS for older, _, _ in self._pending)
        if case:
            self._pending.append((case, tag, case.ticks))
        self._pending = [(older, its_tag, ticks - 1) for older, its_tag, ticks in self._pending]
        due = [(older, its_tag) for older, its_tag, ticks in self._pending if not ticks]
        self._pending = [entry for entry in self._pending if entry[2]]
        assert int(dut.result__valid.value) == len(due)
        for shown, shown_tag in due:
            self._check_result(shown, shown_tag)
        self._check_banks(case)

    def _check_result(self, shown: Case, tag: int) -> None:
        dut = self._dut
        lanes, flags = shown.expected(self._banks)
        raised = reduce(or_, flags)
        data, width = int(dut.result__data.value), BITS[shown.dst]
        found = [data >> 32 * j & (1 << width) - 1 for j in range(len(lanes))]
        assert found == lanes, f"{shown}: {_hex(found)}, expected {_hex(lanes)}"
        assert int(dut.result__flags.value) == raised, f"{shown}: {dut.result__flags.value}, expected {raised:05b}"
        by_lane = [int(dut.lane_flags.value) >> 5 * j & 31 for j in range(len(flags))]
        assert by_lane == flags, f"{shown}: flags {by_lane}, expected {flags}"
        assert int(dut.result__tag.value) == tag, f"{shown}: tag {dut.result__tag.value}"
        self.checked[shown.op] += 1
        self.flags_seen |= raised

    def _check_banks(self, case: Case | None) -> None:
        """Check what the host reads, and the segment that ``case`` writes at the coming edge."""
        dut, size = self._dut, 4 * parameters()["k"]
        bank, segment = divmod(int(dut.lut_host_segment.value), 64)
        stored = self._banks[bank][size * segment : size * (segment + 1)]
        assert stored_bytes(int(dut.lut_host_data.value)) == stored, f"bank {bank}, segment {segment}"
        writes = case is not None and case.op in SET_LOOKUPS
        assert int(dut.lut_write__valid.value) == writes
        if writes:
            bank = SET_LOOKUPS[case.op]
            assert int(dut.lut_write__bank.value) == bank
            assert int(dut.lut_write__segment.value) == case.imm
            written = stored_bytes(int(dut.lut_write__data.value))
            assert written == case.segment_bytes()
            self._banks[bank][size * case.imm : size * (case.imm + 1)] = written


def segments() -> int:
    """Return how many segments a lookup bank has."""
    return Config(k=parameters()["k"]).lut_segments


def host_segment(bank: int, segment: int) -> int:
    """Return what selects a segment on the host's port."""
    return bank << 6 | segment


def stored_bytes(data: int) -> bytes:
    """Return a segment's bytes in the order of a bank, from the lanes of a VR: all lowest bytes, then the next."""
    k = parameters()["k"]
    return bytes(data >> 32 * j + 8 * row & 255 for row in range(4) for j in range(k))


def _hex(lanes: Iterable[int]) -> str:
    return " ".join(f"{lane:08x}" for lane in lanes)


def raising(op: ValuOp, flags: int) -> list[Case]:
    """Return random instructions ``op``, as many as asked for, and more until each of ``flags`` is to be expected.

    Where 20 times as many do not raise them all, the bench is left to say so.
    """
    k, count = parameters()["k"], parameters()["count"]
    banks = (bytes(LUT_BYTES), bytes(LUT_BYTES))
    cases: list[Case] = []
    seen = 0
    while len(cases) < count or (seen != flags and len(cases) < 20 * count):
        case = random_case(op, k)
        if flags:
            seen |= reduce(or_, case.expected(banks)[1])
        cases.append(case)
    return cases


async def run(dut: Any, cases: Iterable[Case | None]) -> Checker:
    """Reset, then issue ``cases`` one a tick (None: a bubble), each as soon as it may."""
    driver, checker = Driver(dut), Checker(dut)
    driver.drive(None, 0)
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    await FallingEdge(dut.clk)
    dut.rst.value = 0

    async def tick(issued: Case | None) -> None:
        tag = random.randrange(1 << parameters()["tag_width"])
        driver.drive(issued, tag)
        await ReadOnly()
        checker.check(issued, tag)
        await FallingEdge(dut.clk)

    for case in [*cases, *[None] * DRAIN]:
        while case and checker.blocks(case):
            await tick(None)
        await tick(case)
    return checker


@cocotb.test()
@cocotb.parametrize(op=[op.name for op in ONE_TICK])
async def one_tick(dut: Any, op: str) -> None:
    """One operation in every tick, its result in the same tick; every flag it can raise is seen."""
    flags = RAISES.get(ValuOp[op], 0)
    cases = raising(ValuOp[op], flags)
    Clock(dut.clk, 10, unit="ns").start()
    checker = await run(dut, cases)
    assert checker.checked == {ValuOp[op]: len(cases)}
    assert checker.flags_seen == flags


@cocotb.test()
@cocotb.parametrize(op=[op.name for op in FUSED])
async def fused(dut: Any, op: str) -> None:
    """A fused operation in every tick, its result one tick later; every flag it can raise is seen."""
    cases = raising(ValuOp[op], RAISES[ValuOp[op]])
    Clock(dut.clk, 10, unit="ns").start()
    checker = await run(dut, cases)
    assert checker.checked == {ValuOp[op]: len(cases)}
    assert checker.flags_seen == RAISES[ValuOp[op]]


@cocotb.test()
@cocotb.parametrize(op=[op.name for op in REDUCTIONS])
async def reduction(dut: Any, op: str) -> None:
    """Reductions back to back, each over log2 K ticks; a single lane passes unchanged and raises nothing."""
    flags = RAISES.get(ValuOp[op], 0) if parameters()["k"] > 1 else 0
    cases = raising(ValuOp[op], flags)
    Clock(dut.clk, 10, unit="ns").start()
    checker = await run(dut, cases)
    assert checker.checked == {ValuOp[op]: len(cases)}
    assert checker.flags_seen == flags


@cocotb.test()
async def mixed(dut: Any) -> None:
    """All operations in random order, with bubbles."""
    k, count = parameters()["k"], parameters()["count"]
    mix = [random_case(random.choice(tuple(ValuOp)), k) for _ in range(2 * count)]
    cases = [case if random.random() < 0.9 else None for case in mix]
    cases += [random_case(op, k) for op in ValuOp]
    Clock(dut.clk, 10, unit="ns").start()
    checker = await run(dut, cases)
    assert checker.checked == Counter(case.op for case in cases if case)


@cocotb.test()
async def lookup_banks(dut: Any) -> None:
    """Every byte of both banks: zero after reset, as written by each segment's last writer, zero after reset again."""
    k = parameters()["k"]
    Clock(dut.clk, 10, unit="ns").start()
    checker = await run(dut, _read_all(k))
    assert checker.checked.total() == len(_read_all(k))
    for _ in range(2):
        sets = [replace(random_case(op, k), imm=i) for op in SET_LOOKUPS for i in range(segments())]
        random.shuffle(sets)
        overwritten = [random_case(random.choice((*SET_LOOKUPS, *LOOKUPS)), k) for _ in range(len(sets))]
        checker = await run(dut, [*sets, *_read_all(k), *overwritten, *_read_all(k)])
        assert checker.checked.keys() == {*SET_LOOKUPS, *LOOKUPS}
    await run(dut, _read_all(k))


def _read_all(k: int) -> list[Case]:
    """Return lookups of all bytes of both banks, in random order."""
    cases = []
    for op in LOOKUPS:
        indices = random.sample(range(-128, 128), LUT_BYTES)
        zeros = [0] * k
        cases += [Case(op, Width.X, Width.X, indices[i : i + k], zeros, zeros) for i in range(0, LUT_BYTES, k)]
    return cases
