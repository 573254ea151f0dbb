"""Hardware loops by hand: nesting, shared ends, zero counts, traps, halts, limits."""

import numpy as np
import pytest

from accord.isa import Cause, TickLimitError, asm, assemble
from accord.model import Config, Npu, differences, take

EMPTY = [[0, 0, 0]] * 4
COUNT = "adda A[0], A[0], 1"


def loaded(*lines, **sizes):
    npu = Npu(Config(k=1, **sizes))
    npu.load(assemble("\n".join(lines), npu.config))
    return npu


def entries(*loops):
    """The stack as the host sees it."""
    return [list(loop) for loop in loops] + EMPTY[len(loops) :]


def addresses(npu):
    """Step to the end and return the address of every instruction begun."""
    seen = []
    while not npu.status.halted:
        seen.append(npu.status.pc)
        npu.step()
    return seen


def test_a_body_is_executed_count_times():
    npu = loaded("loop 3, 2", COUNT, "nop", "halt")
    assert addresses(npu) == [0, 1, 2, 1, 2, 1, 2, 3]
    assert (npu.status.cause, npu.a[0], npu.counters.retired) == (Cause.NONE, 3, 8)
    assert npu.loops.tolist() == EMPTY


def test_the_stack_as_the_host_sees_it():
    npu = loaded("nop", "loop 3, 3", "loop 7, 1", "nop", "nop", "halt")
    assert (npu.loops.shape, npu.loops.dtype) == ((4, 3), np.uint32)
    seen = []
    for _ in range(4):
        npu.step()
        seen.append(npu.loops.tolist())
    assert seen == [
        entries(),
        entries((2, 3, 3)),
        entries((2, 3, 3), (3, 1, 7)),
        entries((2, 3, 3), (3, 1, 6)),
    ]
    while npu.step().pc != 2:
        pass
    assert npu.loops.tolist() == entries((2, 3, 2))


def test_four_nest():
    npu = loaded("loop 2, 8", "loop 3, 6", "loop 4, 4", "loop 5, 2", COUNT, "nop", "nop", "nop", "nop", "halt")
    assert npu.run().cause == Cause.NONE
    assert npu.a[0] == 2 * 3 * 4 * 5
    retired = 5 * 2
    for count in (4, 3, 2):  # the loop, what is in it, and a nop behind it
        retired = count * (1 + retired + 1)
    assert npu.counters.retired == 1 + retired + 1


def test_one_instruction_leaves_four_bodies_that_end_together():
    npu = loaded("loop 2, 4", "loop 2, 3", "loop 2, 2", "loop 2, 1", COUNT, "halt")
    innermost = [4, 4]
    third = [3, *innermost] * 2
    second = [2, *third] * 2
    assert addresses(npu)[:-1] == [0, *[1, *second] * 2]
    npu.load(assemble("loop 1, 4\nloop 1, 3\nloop 1, 2\nloop 1, 1\nnop\nhalt", npu.config))
    for _ in range(4):
        npu.step()
    assert npu.loops.tolist() == entries((1, 4, 1), (2, 3, 1), (3, 2, 1), (4, 1, 1))
    assert npu.step().pc == 5
    assert npu.loops.tolist() == EMPTY


@pytest.mark.parametrize("count", [1, 4095])
@pytest.mark.parametrize("length", [1, 1023])
def test_the_ends_of_the_ranges_of_count_and_length(count, length):
    npu = loaded(f"loop {count}, {length}", *["nop"] * (length - 1), COUNT, "halt")
    assert npu.run(max_ticks=5_000_000).cause == Cause.NONE
    assert (npu.a[0], npu.counters.retired) == (count, 1 + count * length + 1)


def test_a_loop_of_no_words_is_illegal():
    npu = Npu(Config(k=1))
    npu.load([asm.loop(count=2, length=1) & ~(0x3FF << 10), asm.halt()])
    assert (npu.run().cause, npu.status.pc) == (Cause.ILLEGAL, 0)


def test_a_count_of_zero_skips_the_body():
    npu = loaded("loop 0, 3", COUNT, COUNT, COUNT, "halt")
    assert addresses(npu) == [0, 4]
    assert (npu.a[0], npu.counters.retired) == (0, 2)


def test_a_skipped_body_at_the_end_of_a_body_ends_that_one_too():
    npu = loaded("loop 2, 3", COUNT, "loop 0, 1", "nop", "halt")
    assert addresses(npu) == [0, 1, 2, 1, 2, 4]
    assert npu.a[0] == 2


def test_a_skipped_body_ends_all_bodies_that_end_with_it():
    npu = loaded("loop 2, 5", "loop 2, 4", "loop 1, 3", "loop 1, 2", "loop 0, 1", "nop", "halt")
    once = [2, 3, 4]
    assert addresses(npu) == [0, *[1, *once, *once] * 2, 6]
    assert npu.loops.tolist() == EMPTY


def test_a_skipped_body_may_hold_loops_that_would_trap():
    npu = loaded("loop 0, 2", "loop 1, 100", "nop", "halt")
    assert addresses(npu) == [0, 3]


def inside_four(text):
    """At ``text``, the word at address 4, in four bodies: the innermost ends before 8, the others before 9."""
    npu = loaded("loop 2, 8", "loop 3, 7", "loop 4, 6", "loop 5, 4", text, *["nop"] * 4, "halt")
    for _ in range(4):
        npu.step()
    assert npu.loops.tolist() == [[1, 8, 2], [2, 7, 3], [3, 6, 4], [4, 4, 5]]
    return npu


def assert_traps_unchanged(npu):
    before = take(npu)
    status = npu.step()
    assert (status.halted, status.cause, status.pc) == (True, Cause.LOOP, before.pc)
    assert [line.partition(":")[0] for line in differences(before, take(npu))] == ["cause", "halted"]


@pytest.mark.parametrize("text", ["loop 1, 1", "loop 4095, 3", "loop 1, 4", "loop 0, 4", "loop 0, 1023"])
def test_a_fifth_loop_or_one_that_ends_behind_the_innermost_traps(text):
    assert_traps_unchanged(inside_four(text))


@pytest.mark.parametrize(("text", "address"), [("loop 0, 1", 6), ("loop 0, 2", 7), ("loop 0, 3", 4)])
def test_a_fifth_loop_of_count_zero_skips(text, address):
    npu = inside_four(text)
    status = npu.step()
    assert (status.halted, status.pc) == (False, address)
    assert npu.loops.tolist() == [[1, 8, 2], [2, 7, 3], [3, 6, 4], [4, 4, 4 if address == 4 else 5]]


@pytest.mark.parametrize("count", [0, 1, 9])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_overlapping_bodies_trap_at_every_depth(depth, count):
    outer = [f"loop 2, {10 - 2 * level}" for level in range(depth)]
    fits = 10 - 2 * (depth - 1) - 1
    for length, traps in ((fits, False), (fits + 1, True), (fits + 2, True), (1023, True)):
        npu = loaded(*outer, f"loop {count}, {length}", *["nop"] * 20, "halt")
        for _ in range(depth):
            npu.step()
        if traps:
            assert_traps_unchanged(npu)
        else:
            assert not npu.step().halted


def test_only_the_innermost_end_counts():
    """A body that ends with the one around it is nested; behind it, but within the outermost, it overlaps."""
    npu = loaded("loop 1, 6", "loop 1, 2", "loop 1, 2", *["nop"] * 5, "halt")
    status = npu.run()
    assert (status.cause, status.pc, npu.counters.retired) == (Cause.LOOP, 2, 2)
    assert npu.loops.tolist() == entries((1, 6, 1), (2, 2, 1))


def test_halt_in_a_body_leaves_the_stack_and_the_next_run_begins_without():
    npu = loaded(COUNT, "loop 3, 4", "loop 2, 3", COUNT, "halt", "nop", "halt")
    status = npu.run()
    assert (status.halted, status.cause, status.pc) == (True, Cause.NONE, 4)
    assert npu.loops.tolist() == entries((2, 4, 3), (3, 3, 2))
    before = take(npu)
    assert npu.run().pc == 4
    lines = differences(before, take(npu))
    assert lines == ["A[0]: 2 != 4"]


def test_halt_as_the_last_word_of_a_body_does_not_go_around():
    npu = loaded("loop 3, 2", "nop", "halt", "nop")
    assert (npu.run().pc, npu.counters.retired) == (2, 3)
    assert npu.loops.tolist() == entries((1, 2, 3))


@pytest.mark.parametrize(("word", "cause"), [(0, Cause.ILLEGAL), (asm.ld_vx(rd=0, rs1=0, imm12=-1), Cause.ADDRESS)])
def test_a_trap_at_the_end_of_a_body_leaves_the_stack(word, cause):
    npu = Npu(Config(k=1))
    npu.load([asm.loop(count=3, length=2), asm.nop(), word, asm.halt()])
    status = npu.run()
    assert (status.cause, status.pc, npu.counters.retired) == (cause, 2, 2)
    assert npu.loops.tolist() == entries((1, 2, 3))


@pytest.mark.parametrize("action", ["load", "reset", "run", "step"])
def test_what_empties_the_stack(action):
    npu = loaded("loop 3, 2", "nop", "halt")
    npu.run()
    assert npu.loops.any()
    if action == "load":
        npu.load([asm.halt()])
        assert npu.loops.tolist() == EMPTY
        assert npu.run().cause == Cause.NONE
    elif action == "reset":
        npu.reset()
        assert npu.loops.tolist() == EMPTY
    elif action == "run":
        npu.run()
        assert npu.loops.tolist() == entries((1, 2, 3))
    else:
        npu.step()
        assert npu.loops.tolist() == entries((1, 2, 3))


def test_load_in_the_middle_of_a_body_forgets_its_end():
    npu = loaded("loop 3, 2", "nop", "nop", "halt")
    npu.step()
    npu.load(assemble("nop\nnop\n" + COUNT + "\nhalt", npu.config))
    npu.run()
    assert (npu.a[0], npu.counters.retired) == (1, 4)


def test_a_tick_limit_within_a_loop_stops_between_instructions_and_run_goes_on():
    whole = loaded("loop 100, 2", COUNT, "nop", "halt")
    whole.run()
    for limit in (1, 2, 3, 50):
        npu = loaded("loop 100, 2", COUNT, "nop", "halt")
        stops = 0
        while not npu.status.halted:
            try:
                npu.run(max_ticks=limit)
            except TickLimitError:
                stops += 1
                assert npu.counters.retired == stops * limit
                rounds = (npu.counters.retired - 1) // 2
                assert npu.loops.tolist() == (entries((1, 2, 100 - rounds)) if rounds < 100 else EMPTY)
        assert differences(take(npu), take(whole)) == []
        assert stops == (202 - 1) // limit


def test_a_body_that_ends_with_program_memory_goes_around_before_the_fetch_trap():
    npu = loaded(*["nop"] * 13, "loop 3, 2", COUNT, "nop", program_words=16)
    status = npu.run()
    assert (status.cause, status.pc, npu.counters.retired) == (Cause.FETCH, 16, 14 + 3 * 2)
    assert (npu.a[0], npu.loops.tolist()) == (3, EMPTY)


def test_a_body_that_goes_on_past_program_memory_traps_in_its_first_round():
    npu = loaded(*["nop"] * 14, "loop 3, 2", COUNT, program_words=16)
    status = npu.run()
    assert (status.cause, status.pc, npu.counters.retired) == (Cause.FETCH, 16, 16)
    assert (npu.a[0], npu.loops.tolist()) == (1, entries((15, 2, 3)))


@pytest.mark.parametrize(("words", "length"), [(16, 1), (16, 1023), (1 << 16, 1023)])
def test_a_skip_past_program_memory_is_a_fetch_trap_there(words, length):
    npu = loaded(*["nop"] * (words - 1), f"loop 0, {length}", program_words=words)
    status = npu.run()
    assert (status.cause, status.pc, npu.counters.retired) == (Cause.FETCH, words + length, words)


def test_fence_changes_nothing_but_pc_and_retired():
    npu = loaded("fence", "halt")
    npu.ext_write_vx(0, np.arange(32, dtype=np.int8).reshape(32, 1))
    before = take(npu)
    npu.step()
    assert differences(before, take(npu)) == ["pc: 0 != 1", "retired: 0 != 1"]


def test_a_fence_is_an_instruction_of_a_body_like_others():
    npu = loaded("loop 4, 2", COUNT, "fence", "halt")
    npu.run()
    assert (npu.a[0], npu.counters.retired) == (4, 10)
