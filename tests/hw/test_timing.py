"""Latencies and rates in ticks, exactly; the tick convention is that of docs/architecture.md.

An event of the trace at tick t is an edge at the end of t: a feed enters processing element (0,0), or a register is
written.
"""

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.isa import Program, asm
from accord.sim.cosim import small_config
from accord.sim.npu import Npu

KS = (1, nightly(2), 4, nightly(8), nightly(16))


def run(k: int, words: list) -> tuple[Npu, dict[str, list[tuple[int, int]]]]:
    """Run the words plus ``halt`` and return the NPU and, by port, its events as (tick, sequence number)."""
    config = small_config(k)
    program: Program = asm.program([*words, asm.halt()], config)
    npu = Npu(config, trace=True)
    rng = np.random.default_rng(k)
    npu.ext_write_vx(0, rng.integers(-128, 128, (8, k), dtype=np.int8))
    npu.ext_write_vr(2, np.full((1, k), 0.01, np.float32))
    npu.ext_write_vr(3, np.full((1, k), 3.0, np.float32))
    npu.load(program)
    assert npu.run().halted
    events: dict[str, list[tuple[int, int]]] = {"feed": [], "mma": [], "valu": [], "lsu": []}
    for tick, port, sequence, _ in npu.events():
        events[port].append((tick, sequence))
    return npu, events


def ticks(events: list[tuple[int, int]]) -> list[int]:
    return [tick for tick, _ in events]


def session(k: int, accumulator: int) -> list:
    feeds = [asm.mma(rd=0, rs1=m % 8, rs2=(m + 3) % 8) for m in range(k - 1)]
    return [*feeds, asm.mma_last(rd=accumulator, rs1=1, rs2=2)]


def chain(accumulator: int, out: int) -> list:
    return [
        asm.vcvt_s32_f32(rd=accumulator, rs1=accumulator),
        asm.vfma(rd=accumulator, rs1=accumulator, rs2=2, rs3=3),
        asm.vcvt_f32_s8(rd=out, rs1=accumulator),
    ]


@pytest.mark.parametrize("k", KS)
def test_first_feed_to_last_column_takes_3k_minus_2(k):
    _, events = run(k, session(k, 4))
    feeds = ticks(events["feed"])
    assert feeds == list(range(feeds[0], feeds[0] + k))
    assert [tick - feeds[0] for tick in ticks(events["mma"])] == [3 * k - 2]


@pytest.mark.parametrize("k", [4, nightly(8), nightly(16)])
def test_requantize_chain_of_an_isolated_tile(k):
    _, events = run(k, session(k, 4) + chain(4, 28))
    first = events["feed"][0][0]
    assert [tick - first for tick in ticks(events["valu"])] == [3 * k - 1, 3 * k + 1, 3 * k + 2]
    assert events["valu"][-1][0] - first <= 3 * k + 4


@pytest.mark.parametrize("k", KS)
def test_a_session_every_k_ticks(k):
    sessions = 6
    npu, events = run(k, [word for n in range(sessions) for word in session(k, 4 + n % 4)])
    done = ticks(events["mma"])
    assert len(done) == sessions
    assert set(np.diff(done)) == {k}
    assert len(events["feed"]) == sessions * k
    assert npu.counters.busy["mmalu"] == sessions * k


@pytest.mark.parametrize("k", [4, nightly(8), nightly(16)])
def test_overlapped_tiles_every_k_plus_3(k):
    tiles = 8
    words = [word for n in range(tiles) for word in session(k, 4 + n % 3) + chain(4 + n % 3, 28 + n % 4)]
    _, events = run(k, words)
    outputs = ticks(events["valu"])[2::3]
    assert len(outputs) == tiles
    assert set(np.diff(outputs)) == {k + 3}


@pytest.mark.parametrize("name", ["mov_vr", "vcvt_s32_f32", "vcvt_f32_s32"])
def test_one_tick_operations(name):
    words = [getattr(asm, name)(rd=4, rs1=4) for _ in range(5)]
    _, events = run(4, words)
    assert list(np.diff(ticks(events["valu"]))) == [1] * 4


@pytest.mark.parametrize("name", ["vfma", "vfms", "vnfma", "vnfms"])
def test_fused_operations_take_two_ticks_when_dependent(name):
    _, events = run(4, [getattr(asm, name)(rd=4, rs1=4, rs2=2, rs3=3) for _ in range(5)])
    assert list(np.diff(ticks(events["valu"]))) == [2] * 4


@pytest.mark.parametrize("name", ["vfadd", "vfsub", "vfmul", "vfmin", "vflt"])
def test_unfused_float_operations_take_one_tick(name):
    _, events = run(4, [getattr(asm, name)(rd=4, rs1=4, rs2=2) for _ in range(5)])
    assert list(np.diff(ticks(events["valu"]))) == [1] * 4


@pytest.mark.parametrize("k", KS)
@pytest.mark.parametrize("name", ["vfredsum", "vfredmax"])
def test_reductions_take_log2_k_ticks(name, k):
    _, events = run(k, [getattr(asm, name)(rd=4, rs1=4) for _ in range(5)])
    assert list(np.diff(ticks(events["valu"]))) == [max(1, k.bit_length() - 1)] * 4


def test_independent_fused_operations_flow_one_a_tick():
    _, events = run(4, [asm.vfma(rd=4 + n % 4, rs1=0, rs2=2, rs3=3) for n in range(8)])
    assert list(np.diff(ticks(events["valu"]))) == [1] * 7


def test_the_younger_of_two_results_due_together_waits():
    """A one-tick operation right behind an independent fused one would finish with it."""
    _, events = run(4, [asm.vfma(rd=4, rs1=0, rs2=2, rs3=3), asm.mov_vr(rd=5, rs1=1)])
    (fused, first), (simple, second) = events["valu"]
    assert second == first + 1
    assert simple == fused + 1


def test_loads_move_a_row_a_tick():
    _, events = run(4, [asm.seta(rd=0, imm20=0), asm.ld_vr(rd=4, rs1=0, imm12=0), asm.ld_vr(rd=5, rs1=0, imm12=8)])
    assert list(np.diff(ticks(events["lsu"]))) == [1] * 7


@pytest.mark.parametrize("k", KS)
def test_columns_of_a_tile_are_read_as_they_emerge(k):
    """They wait for the commit, not for the lane product, which is there when the last column is."""
    _, events = run(k, [*session(k, 4), *(asm.vtile(rd=5, column=j) for j in range(k))])
    last = ticks(events["feed"])[-1]
    assert [tick - last for tick in ticks(events["valu"])] == [k + 1 + j for j in range(k)]


@pytest.mark.parametrize("k", [4, nightly(16)])
def test_units_run_ahead_of_one_another(k):
    """Loads and vector work behind a waiting chain do not wait for the array."""
    words = [*session(k, 4), *chain(4, 28)[:1], asm.seta(rd=0, imm20=0), asm.ld_vx(rd=30, rs1=0, imm12=0)]
    _, events = run(k, words)
    assert events["lsu"][0][0] < events["mma"][0][0] < events["valu"][0][0]


def cycles(words: list) -> int:
    npu, _ = run(4, words)
    cycles = npu.counters.cycles
    assert cycles is not None
    return cycles


@pytest.mark.parametrize(("size", "count"), [(1, 1), (1, 9), (3, 1), (3, 7), (8, 5)])
def test_a_loop_costs_its_dispatch_tick_alone(size, count):
    """Against the unrolled program; every instruction independent of the one before it, a tick each."""
    body = [asm.mov_vr(rd=4 + n % 4, rs1=n % 4) for n in range(size)]
    looped = cycles([asm.loop(count=count, length=size), *body])
    assert looped == cycles(body * count) + 1
    assert looped == 1 + size * count + 1 + 1  # loop, bodies, halt, and the tick that finds all work done


def test_nested_loops_cost_a_tick_for_each_loop_executed():
    """Four bodies that end at one word: 1 + 2 + 4 + 8 loops."""
    body = [asm.mov_vr(rd=4, rs1=0)]
    nest = [word for n in range(4) for word in (body[0], asm.loop(count=2, length=7 - 2 * n))]
    _, events = run(4, nest + body)
    _, straight = run(4, body * (1 + 2 + 4 + 8 + 16))
    assert len(events["valu"]) == len(straight["valu"])
    assert events["valu"][-1][0] == straight["valu"][-1][0] + 1 + 2 + 4 + 8


def test_a_skipped_body_takes_the_loops_dispatch_tick():
    body = [asm.mov_vr(rd=4, rs1=0)]
    skipped = [*body, asm.loop(count=0, length=5), *[asm.vfma(rd=5, rs1=5, rs2=2, rs3=3)] * 5, *body]
    _, events = run(4, skipped)
    assert list(np.diff(ticks(events["valu"]))) == [2]


@pytest.mark.parametrize("k", KS)
def test_sessions_in_a_loop_follow_one_another_every_k_ticks(k):
    body = [word for n in range(4) for word in session(k, 4 + n)]
    _, events = run(k, [asm.loop(count=3, length=len(body)), *body])
    assert list(np.diff(ticks(events["mma"]))) == [k] * 11


def after_fence(npu: Npu) -> tuple[int, int]:
    """Return the ticks in which the last result of any unit was written and the next instruction was dispatched."""
    *_, last = npu.dispatches()
    return max(write.tick for write in npu.writes() if write.seq < last.seq), last.tick


@pytest.mark.parametrize(
    "older",
    [
        [asm.mov_vr(rd=4, rs1=0)],
        [asm.vfma(rd=4, rs1=0, rs2=2, rs3=3)],
        [asm.ld_vr(rd=4, rs1=0, imm12=0)],
        [asm.st_vr(rd=4, rs1=0, imm12=0)],
        [asm.mov_vr(rd=4 + n % 4, rs1=n % 4) for n in range(5)],
    ],
)
def test_fence_is_dispatched_in_the_tick_after_the_last_older_write(older):
    npu, _ = run(4, [*older, asm.fence(), asm.mov_vr(rd=5, rs1=1)])
    written, dispatched = after_fence(npu)
    assert dispatched == written + 2  # the fence's own tick lies between


@pytest.mark.parametrize("k", KS)
def test_fence_waits_until_the_array_is_idle(k):
    """One tick after the last column of T was committed."""
    npu, _ = run(k, [*session(k, 4), asm.fence(), asm.mov_vr(rd=5, rs1=1)])
    written, dispatched = after_fence(npu)
    assert dispatched == written + 3


def test_fence_with_nothing_before_it_costs_its_dispatch_tick():
    npu, _ = run(4, [asm.fence(), asm.fence(), asm.mov_vr(rd=5, rs1=1)])
    plain, _ = run(4, [asm.nop(), asm.nop(), asm.mov_vr(rd=5, rs1=1)])
    assert npu.dispatches() == plain.dispatches()
