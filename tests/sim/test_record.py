"""The record of a traced run: complete, in order, of the right instruction."""

import itertools

import numpy as np
import pytest

from accord import model, sim
from accord.isa import asm, assemble
from accord.isa.config import Config
from accord.isa.machine import UNITS, MachineError
from accord.sim import Dispatch, Write
from accord.sim.cosim import small_config
from accord.sim.generator import Generator
from accord.sim.seed import seed

CONFIG = Config(k=4, vx_count=16, scratchpad_rows=32, program_words=64)


def traced(words: list, config: Config = CONFIG) -> sim.Npu:
    """Return an NPU that has run the words plus a halt."""
    npu = sim.Npu(config, trace=True)
    npu.load([*words, asm.halt()])
    assert npu.run().halted
    return npu


def replay(npu: sim.Npu, before: model.Snapshot) -> dict[str, object]:
    """Return the state that the record makes of the state before the run."""
    vx, scratchpad, lut = before.vx.copy(), before.scratchpad.copy(), before.lut.copy()
    a, flags = before.a.copy(), int(before.flags)
    k = npu.config.k
    for write in npu.writes():
        data = np.frombuffer(write.data, np.int8)
        if write.port == "address":
            a[write.place] = int.from_bytes(write.data, "little")
        elif write.port == "store":
            scratchpad[write.place] = data
        elif write.port == "lut":
            bank, segment = divmod(write.place, 64)
            lut[bank, 4 * k * segment : 4 * k * (segment + 1)] = data.view(np.uint8)
        else:
            rows = [row for row in range(npu.config.vx_count) if write.place >> row & 1]
            vx[rows] = data.reshape(len(rows), k)
        flags = write.flags if write.replace else flags | write.flags
    return {"vx": vx, "scratchpad": scratchpad, "lut": lut, "a": a, "flags": flags}


@pytest.mark.parametrize("k", [1, 4])
def test_the_record_replayed_gives_the_state(k: int) -> None:
    """Random programs: nothing changes that the record does not hold, and all that it holds is so."""
    generator = Generator(small_config(k), seed())
    npu = sim.Npu(generator.config, trace=True)
    ports: set[str] = set()
    for number in range(60):
        case = generator.case(number)
        npu.reset()
        npu.ext_write_vr(0, case.vr)
        npu.write_scratchpad(0, case.scratchpad)
        npu.load(case.words)
        before = model.take(npu)
        npu.run()
        after = model.take(npu)
        for name, value in replay(npu, before).items():
            np.testing.assert_array_equal(getattr(after, name), value, f"seed {seed()}, case {number}: {name}")
        ports |= {write.port for write in npu.writes()}
    assert ports == {"mma", "valu", "lsu", "address", "lut", "store"}


def test_a_write_of_each_kind() -> None:
    words = [
        asm.seta(rd=7, imm20=0x12345),
        asm.bcasti_vr(rd=1, imm12=0x102),
        asm.bcasti_vx(rd=8, imm8=-1),
        asm.vsetlut_b(rs1=1, segment=15),
        asm.vwrflags(flags=9),
        asm.fence(),
        asm.st_ve(rd=2, rs1=0, imm12=5),
        asm.fence(),
        asm.ld_vx(rd=15, rs1=0, imm12=5, post=True),
        asm.mma_last(rd=3, rs1=8, rs2=8),
    ]
    ones, twos, zeros = b"\1" * 4, b"\2" * 4, bytes(4)
    register = twos + ones + zeros + zeros
    found = [write._replace(tick=0) for write in traced(words).writes()]
    assert sorted(found, key=lambda write: (write.seq, write.port)) == [
        Write(0, "address", 0, 7, bytes.fromhex("45230100"), 0, False),
        Write(0, "valu", 1, 0xF0, register, 0, False),
        Write(0, "valu", 2, 0x100, b"\xff" * 4, 0, False),
        Write(0, "lut", 3, 64 + 15, register, 0, False),
        Write(0, "valu", 3, 0, b"", 0, False),
        Write(0, "valu", 4, 0, b"", 9, True),
        Write(0, "store", 6, 5, twos, 0, False),
        Write(0, "store", 6, 6, ones, 0, False),
        Write(0, "address", 8, 0, (5).to_bytes(4, "little"), 0, False),
        Write(0, "lsu", 8, 0x8000, zeros, 0, False),
        Write(0, "mma", 9, 0xF000, (ones + zeros * 3), 0, False),
    ]


def test_sequence_numbers_pass_65535() -> None:
    """Counted whole, whatever the width of the hardware's."""
    count, pause = 4095, 18
    words = [asm.loop(count=count, length=2 + pause), asm.vaddi(rd=1, rs1=1, imm12=1), asm.seta(rd=1, imm20=3)]
    npu = traced([*words, *[asm.nop()] * pause])
    starts = range(1, 1 + (2 + pause) * count, 2 + pause)
    assert starts[-1] > 1 << 16
    writes = npu.writes()
    assert [write.seq for write in writes if write.port == "valu"] == list(starts)
    assert [write.seq for write in writes if write.port == "address"] == [seq + 1 for seq in starts]
    assert [entry.seq for entry in npu.dispatches()] == list(starts)
    assert [event.seq for event in npu.events()] == list(starts)


def test_sequence_numbers_go_on_after_a_stop() -> None:
    """Counted from the beginning of the program, not of the run or step."""
    npu = sim.Npu(CONFIG, trace=True)
    npu.load([asm.vaddi(rd=1, rs1=1, imm12=1), asm.nop(), asm.vaddi(rd=1, rs1=1, imm12=1), asm.halt()])
    seen = []
    while not npu.status.halted:
        npu.step()
        seen.append([(write.tick, write.seq) for write in npu.writes()])
    assert seen == [[(2, 0)], [], [(2, 2)], []]


@pytest.mark.parametrize(
    ("older", "younger", "waits"),
    [
        ([asm.mma_last(rd=1, rs1=0, rs2=0)], asm.mov_vr(rd=2, rs1=1), "raw"),
        ([asm.mma_last(rd=1, rs1=0, rs2=0)], asm.mov_vx(rd=15, rs1=7), "raw"),
        ([asm.mma_last(rd=1, rs1=0, rs2=0)], asm.mov_ve(rd=2, rs1=0), "waw"),
        ([asm.mma_bias(rs1=1)], asm.bcasti_vx(rd=4, imm8=1), "war"),
        ([asm.mma_bias(rs1=1), asm.mma_last(rd=1, rs1=0, rs2=0)], asm.vaddi(rd=1, rs1=1, imm12=1), "raw war waw"),
        ([asm.mma_bias(rs1=1), asm.mma_last(rd=1, rs1=0, rs2=0)], asm.vtile(rd=2, column=0), "tile"),
        ([asm.mma_last(rd=1, rs1=0, rs2=0), asm.vtile(rd=2, column=3)], asm.mma_last(rd=3, rs1=0, rs2=0), "tile"),
        ([asm.mma_last(rd=1, rs1=0, rs2=0)], asm.mov_vr(rd=2, rs1=0), ""),
        ([asm.mma_bias(rs1=1)], asm.mov_vr(rd=2, rs1=1), ""),
        ([asm.vfma(rd=1, rs1=0, rs2=0, rs3=0)], asm.mov_vr(rd=0, rs1=2), ""),  # read, though not yet written
        ([asm.mov_vr(rd=1, rs1=0), asm.fence()], asm.mov_vr(rd=2, rs1=1), ""),
        ([asm.mov_vr(rd=1, rs1=0), asm.nop(), asm.nop()], asm.mov_vr(rd=2, rs1=1), ""),
    ],
)
def test_dispatches_say_what_they_wait_for(older: list, younger: int, waits: str) -> None:
    *first, last = traced([*older, younger]).dispatches()
    assert first[0] == Dispatch(1, 0, raw=False, war=False, waw=False, tile=False)
    assert [name for name in ("raw", "war", "waw", "tile") if getattr(last, name)] == waits.split()
    assert last.seq == len(older)


def test_only_what_a_unit_executes_is_dispatched() -> None:
    words = [asm.nop(), asm.mov_vr(rd=1, rs1=0), asm.seta(rd=1, imm20=2), asm.loop(count=2, length=1)]
    npu = traced([*words, asm.st_vx(rd=1, rs1=1, imm12=0), asm.fence()])
    assert [(entry.tick, entry.seq) for entry in npu.dispatches()] == [(2, 1), (5, 4), (6, 5)]


def test_ticks_by_units_at_work() -> None:
    """Ticks add up to the run's cycles, and to each unit's busy ticks."""
    words = [*[asm.mma(rd=0, rs1=0, rs2=1)] * 6, asm.seta(rd=1, imm20=0), asm.mma_last(rd=1, rs1=0, rs2=1)]
    words += [asm.ld_vr(rd=2, rs1=1, imm12=0), asm.mov_vr(rd=3, rs1=0), asm.vfma(rd=3, rs1=0, rs2=0, rs3=0)]
    npu = traced(words)
    ticks, counters = npu.in_flight(), npu.counters
    assert sum(ticks) == counters.cycles
    for bit, unit in enumerate(UNITS):
        assert sum(ticks[mask] for mask in range(8) if mask >> bit & 1) == counters.busy[unit] > 0
    assert ticks[0b110] == 3  # the move's tick and the two of the fused operation, while rows are loaded
    npu.run()
    assert npu.in_flight() == ticks


def test_events_name_tick_unit_sequence_and_rows() -> None:
    npu = sim.Npu(CONFIG, trace=True)
    npu.load(assemble("bcasti.vr VR[1], 1\nmma VR[0], VX[0], VX[1]\nbcasti.ve VE[1], 1\nhalt"))
    npu.run()
    events = npu.events()
    assert [(event.port, event.seq, event.rows) for event in events if event.port == "valu"] == [
        ("valu", 0, 0xF0),
        ("valu", 2, 0xC),
    ]
    assert [event.seq for event in events if event.port == "feed"] == [1]
    assert [event.tick for event in events] == sorted(event.tick for event in events)
    first, second = (event.tick for event in events if event.port == "valu")
    assert second == first + 2
    npu.run()
    assert npu.events() == events


@pytest.mark.parametrize("name", ["dispatches", "events", "in_flight", "writes"])
def test_the_record_needs_trace(name: str) -> None:
    npu = sim.Npu(CONFIG)
    with pytest.raises(MachineError, match=rf"{name}\(\): .*trace=True"):
        getattr(npu, name)()


def test_lists_are_in_order_of_ticks() -> None:
    generator = Generator(small_config(4), seed() + 2)
    npu = sim.Npu(generator.config, trace=True)
    for number in range(10):
        npu.load(generator.case(number).words)
        npu.run()
        for entries in (npu.writes(), npu.dispatches(), npu.events()):
            assert all(one.tick <= other.tick for one, other in itertools.pairwise(entries))
        sequence = [entry.seq for entry in npu.dispatches()]
        assert sequence == sorted(set(sequence))
