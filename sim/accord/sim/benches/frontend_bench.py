"""Front end alone: hardware loops against programs unrolled by recursion, traps, fence, stop and step in a body.

The bench is window and array: it says when a slot is free and when no older work is left.
"""

import random
from typing import Any

import cocotb

from accord.isa import Cause, asm
from accord.sim.benches.loop_programs import Entries, Loop, end_together, random_items, unrolled, words_of
from accord.sim.drivers import Stepper, zero_inputs
from accord.sim.runner import parameters


class Machine:
    """The front end with window and array played by the bench."""

    def __init__(self, dut: Any) -> None:
        self.dut, self.stepper = dut, Stepper(dut)

    async def start(self, words: list[int] | dict[int, int]) -> None:
        """Reset, load words, in a row or by address, and rewind; slots are free and no work is left."""
        dut = self.dut
        zero_inputs(dut, "control__", "program__", "a_index", "loop_index")
        dut.push_ready.value = dut.drained.value = 1
        await self.stepper.reset()
        dut.program__en.value = 1
        for address, word in words.items() if isinstance(words, dict) else enumerate(words):
            dut.program__addr.value, dut.program__data.value = address, int(word)
            await self.tick()
        dut.program__en.value = 0
        await self.pulse("rewind")

    async def tick(self) -> None:
        """Let inputs settle and take the edge."""
        await self.stepper.settle()
        await self.stepper.edge()

    async def pulse(self, name: str) -> None:
        """Set a control input for a tick."""
        port = getattr(self.dut, f"control__{name}")
        port.value = 1
        await self.tick()
        port.value = 0
        await self.stepper.settle()

    async def loops(self) -> Entries:
        """Return the entries in use; the others have to be zero, behind them."""
        entries = []
        for index in range(4):
            self.dut.loop_index.value = index
            await self.stepper.settle()
            port = (self.dut.loop__start, self.dut.loop__length, self.dut.loop__remaining)
            entries.append(tuple(int(value.value) for value in port))
        used = [entry for entry in entries if any(entry)]
        assert entries == used + [(0, 0, 0)] * (4 - len(used))
        return tuple(used)

    async def executed(self, ticks: int) -> list[int | None]:
        """Return, for ``ticks`` ticks, the address of the instruction completed, None where none is."""
        seen: list[int | None] = []
        for _ in range(ticks):
            await self.stepper.settle()
            seen.append(int(self.dut.pc.value) if self.dut.retire.value else None)
            await self.stepper.edge()
        await self.stepper.settle()
        return seen

    def status(self) -> tuple[bool, Cause, int]:
        """Return halted, cause, PC."""
        return bool(self.dut.halted.value), Cause(int(self.dut.cause.value)), int(self.dut.pc.value)

    async def stopped(self) -> tuple[bool, Cause, int]:
        """Wait, two ticks at most, until the host has the machine, and return the status."""
        await self.executed(2)
        assert self.dut.idle.value
        return self.status()


@cocotb.test()
async def loops_execute_as_unrolled_without_a_tick_lost(dut: Any) -> None:
    """Random nests: an instruction in every tick, in the order of the unrolled program, and the stack beside each."""
    nested = shared = 0
    for _ in range(parameters()["programs"]):
        items = [*random_items(4, 4), asm.halt()]
        expected = list(unrolled(items))
        words = words_of(items)
        if len(words) > parameters()["words"] or len(expected) > 400:
            continue
        machine = Machine(dut)
        await machine.start(words)
        await machine.pulse("run")
        for step in expected:
            assert await machine.loops() == step.loops
            assert await machine.executed(1) == [step.pc]
        assert await machine.stopped() == (True, Cause.NONE, len(words) - 1)
        nested += max(len(step.loops) for step in expected) == 4
        shared += any(end_together(step.loops) >= 3 for step in expected)
    assert nested > parameters()["programs"] // 20
    assert shared > parameters()["programs"] // 50


@cocotb.test()
async def a_full_window_delays_and_changes_nothing(dut: Any) -> None:
    """With slots free in every third tick or so, the same order and the same stack."""
    items = [Loop(3, [asm.vaddi(rd=1, rs1=1, imm12=1), Loop(2, [asm.vaddi(rd=2, rs1=2, imm12=1)])]), asm.halt()]
    machine = Machine(dut)
    await machine.start(words_of(items))
    await machine.pulse("run")
    for step in unrolled(items):
        seen = None
        for _ in range(100):
            dut.push_ready.value = random.random() < 0.3
            assert await machine.loops() == step.loops
            (seen,) = await machine.executed(1)
            if seen is not None:
                break
        assert seen == step.pc
    assert await machine.stopped() == (True, Cause.NONE, 4)


@cocotb.test()
async def four_loops_end_at_one_word(dut: Any) -> None:
    """The last word of four bodies takes one tick each time, the last time too."""
    items = [Loop(2, [Loop(2, [Loop(2, [Loop(2, [asm.nop()])])])]), asm.halt()]
    machine = Machine(dut)
    await machine.start(words_of(items))
    await machine.pulse("run")
    expected = [step.pc for step in unrolled(items)]
    assert len(expected) == 1 + 2 * (1 + 2 * (1 + 2 * (1 + 2))) + 1
    assert await machine.executed(len(expected)) == expected
    assert await machine.loops() == ()


@cocotb.test()
async def the_largest_loop(dut: Any) -> None:
    """4095 times, and, skipped, 1023 words."""
    machine = Machine(dut)
    await machine.start(words_of([Loop(4095, [asm.nop()]), asm.halt()]))
    await machine.pulse("run")
    assert await machine.executed(4097) == [0] + [1] * 4095 + [2]
    assert await machine.stopped() == (True, Cause.NONE, 2)
    await machine.start([asm.loop(count=4095, length=1023), asm.halt()])
    await machine.pulse("run")
    assert await machine.executed(2) == [0, 1]
    assert await machine.loops() == ((1, 1023, 4095),)


NOP, HALT = asm.nop(), asm.halt()


def loop(count: int, length: int) -> int:
    """Return the word of a loop; ``length`` may be 0, which is illegal."""
    return asm.loop(count=count, length=length or 1) & ~(0 if length else 1 << 10)


FOUR = [loop(2, 9), loop(3, 8), loop(4, 7), loop(5, 6)]
FOUR_ENTRIES = ((1, 9, 2), (2, 8, 3), (3, 7, 4), (4, 6, 5))


@cocotb.test()
async def traps_change_nothing(dut: Any) -> None:
    """Each trap stays at its word with the stack as it was."""
    tail = [NOP] * 6 + [HALT]
    cases = [
        ("a fifth loop", [*FOUR, loop(1, 1), *tail], Cause.LOOP, 4, FOUR_ENTRIES),
        ("an end behind the end around it", [loop(2, 3), NOP, loop(2, 2), *tail], Cause.LOOP, 2, ((1, 3, 2),)),
        ("the same, skipped", [loop(2, 3), NOP, loop(0, 2), *tail], Cause.LOOP, 2, ((1, 3, 2),)),
        ("a loop as the last word of a body", [loop(7, 2), NOP, loop(1, 1), *tail], Cause.LOOP, 2, ((1, 2, 7),)),
        ("an end behind the inner end", [loop(2, 5), loop(2, 2), loop(2, 2)], Cause.LOOP, 2, ((1, 5, 2), (2, 2, 2))),
        ("an empty body", [loop(2, 4), loop(2, 0), *tail], Cause.ILLEGAL, 1, ((1, 4, 2),)),
        ("an empty body, skipped", [loop(0, 0), *tail], Cause.ILLEGAL, 0, ()),
        ("an illegal word in a body", [loop(2, 2), NOP, 0, *tail], Cause.ILLEGAL, 2, ((1, 2, 2),)),
        ("an address in a body", [loop(2, 1), asm.st_vx(rd=0, rs1=0, imm12=-1)], Cause.ADDRESS, 1, ((1, 1, 2),)),
        ("a halt in a body", [loop(2, 2), HALT, NOP], Cause.NONE, 1, ((1, 2, 2),)),
    ]  # fmt: skip
    for name, program, cause, pc, entries in cases:
        machine = Machine(dut)
        await machine.start(program)
        await machine.pulse("run")
        assert await machine.executed(pc) == list(range(pc)), name
        (last,) = await machine.executed(1)
        assert last == (pc if cause is Cause.NONE else None), name
        assert await machine.stopped() == (True, cause, pc), name
        assert await machine.loops() == entries, name
        await machine.pulse("rewind")
        assert (await machine.loops(), machine.status()) == ((), (False, Cause.NONE, 0)), name


@cocotb.test()
async def a_skipped_body_needs_no_entry(dut: Any) -> None:
    """Inside four loops a fifth with count 0 is skipped; a skipped body may end where the one around it does."""
    machine = Machine(dut)
    await machine.start([*FOUR, loop(0, 2), NOP, NOP, NOP, NOP, NOP, HALT])
    await machine.pulse("run")
    assert await machine.executed(6) == [0, 1, 2, 3, 4, 7]
    assert await machine.loops() == FOUR_ENTRIES
    await machine.start([loop(2, 3), NOP, loop(0, 1), NOP, HALT])
    await machine.pulse("run")
    assert await machine.executed(6) == [0, 1, 2, 1, 2, 4]
    assert await machine.loops() == ()


def hops(target: int) -> dict[int, int]:
    """Return, by address, loops that skip one another until ``target``."""
    program, address = {}, 0
    while address < target:
        length = min(1023, target - address - 1)
        program[address] = asm.loop(count=0, length=length)
        address += 1 + length
    return program


@cocotb.test()
async def skips_past_the_memory_trap(dut: Any) -> None:
    """The address behind a skipped body, past the end, traps; the word that its low bits select is not executed."""
    machine, last = Machine(dut), parameters()["words"] - 1
    await machine.start(hops(last) | {last: loop(0, 1023)})
    await machine.pulse("run")
    assert await machine.executed(len(hops(last)) + 1) == [*hops(last), last]
    assert await machine.stopped() == (True, Cause.FETCH, last + 1024)


@cocotb.test()
async def bodies_past_the_memory_trap(dut: Any) -> None:
    """A body that the memory's end cuts short traps there, its entry standing."""
    machine, last = Machine(dut), parameters()["words"] - 1
    await machine.start(hops(last - 1) | {last - 1: loop(2, 5), last: NOP})
    await machine.pulse("run")
    assert await machine.executed(len(hops(last - 1)) + 2) == [*hops(last - 1), last - 1, last]
    assert await machine.stopped() == (True, Cause.FETCH, last + 1)
    assert await machine.loops() == ((last, 5, 2),)


@cocotb.test()
async def fence_waits_until_no_older_work_is_left(dut: Any) -> None:
    """It is dispatched in the tick in which nothing is left, whether a slot is free or not, also as a body's end."""
    machine = Machine(dut)
    await machine.start([loop(2, 2), NOP, asm.fence(), HALT])
    dut.push_ready.value = 0
    await machine.pulse("run")
    dut.drained.value = 0
    for wait in (7, 2):
        seen = await machine.executed(wait + 2)
        assert [pc for pc in seen if pc is not None] == ([0, 1] if wait == 7 else [1])
        assert seen[-1] is None
        dut.drained.value = 1
        assert await machine.executed(1) == [2]
        dut.drained.value = 0
    dut.drained.value = 1
    assert await machine.executed(1) == [3]
    assert await machine.stopped() == (True, Cause.NONE, 3)


@cocotb.test()
async def a_waiting_fence_can_be_stopped(dut: Any) -> None:
    """Stopped while it waits, the fence has not completed; `run` begins with it."""
    machine = Machine(dut)
    await machine.start([NOP, asm.fence(), HALT])
    await machine.pulse("run")
    dut.drained.value = 0
    assert await machine.executed(3) == [0, None, None]
    await machine.pulse("stop")
    dut.drained.value = 1
    assert await machine.stopped() == (False, Cause.NONE, 1)
    await machine.pulse("run")
    assert await machine.executed(2) == [1, 2]


@cocotb.test()
async def steps_and_stops_inside_bodies(dut: Any) -> None:
    """Stepped, or stopped anywhere, the stack stands beside the next word and execution goes on from there."""
    items = [Loop(2, [asm.nop(), Loop(2, [asm.nop()]), Loop(0, [asm.nop()])]), asm.nop(), asm.halt()]
    expected = list(unrolled(items))
    machine = Machine(dut)
    await machine.start(words_of(items))
    for step in expected[:-1]:
        assert (await machine.loops(), machine.status()) == (step.loops, (False, Cause.NONE, step.pc))
        await machine.pulse("step")
        assert await machine.executed(2) == [step.pc, None]
        assert dut.idle.value
    for ran in range(1, len(expected)):
        await machine.start(words_of(items))
        await machine.pulse("run")
        assert await machine.executed(ran) == [step.pc for step in expected[:ran]]
        await machine.pulse("stop")
        assert await machine.stopped() == (False, Cause.NONE, expected[ran].pc)
        assert await machine.loops() == expected[ran].loops
        await machine.pulse("run")
        assert await machine.executed(len(expected) - ran) == [step.pc for step in expected[ran:]]
