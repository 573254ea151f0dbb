"""The in-process RTL behind the host interface: what a host sees of it is what it sees of the golden model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from accord import model, sim
from accord.isa import assemble
from accord.isa.config import Config
from accord.isa.machine import Cause, Flags, MachineError, ProgramTooLongError, TickLimitError
from accord.model import differences, take

CONFIG = Config(k=4, vx_count=16, scratchpad_rows=32, program_words=64)

PROGRAM = """
    seta A[1], 3
    ld.vr VR[0], A[1], 0
    mma.alias VR[3], VX[0], VX[1]
    mma.last.alias VR[3], VX[2], VX[3]
    vcvt_s32_f32 VR[3], VR[3]
    vfma VR[3], VR[3], VR[2], VR[2]
    vcvt_f32_s8 VX[4], VR[3]
    vtile VR[2], 2
    st.vr VR[3], A[1], 8
    mma.alias VR[3], VX[0], VX[1]
    adda A[2], A[1], -9
    halt
"""


@pytest.fixture
def pair() -> tuple[sim.Npu, model.Npu]:
    return sim.Npu(CONFIG), model.Npu(CONFIG)


def _rows(count: int, dtype: type) -> np.ndarray:
    generator = np.random.default_rng(5)
    limits = np.iinfo(dtype)
    return generator.integers(limits.min, limits.max, (count, CONFIG.k), dtype, endpoint=True)


def _same(pair: tuple[sim.Npu, model.Npu]) -> None:
    rtl, golden = pair
    assert differences(take(rtl), take(golden)) == []
    np.testing.assert_array_equal(rtl.ve, golden.ve)
    np.testing.assert_array_equal(rtl.vr, golden.vr)


def _both(pair: tuple[sim.Npu, model.Npu], action: Callable) -> None:
    """Do ``action`` to both and compare the state, and what it returns."""
    rtl, golden = pair
    assert action(rtl) == action(golden)
    _same(pair)


def test_power_up_is_zero(pair) -> None:
    _same(pair)
    assert not take(pair[0]).vx.any()


def test_program_gives_the_models_state(pair) -> None:
    def fill(npu) -> None:
        npu.write_scratchpad(3, _rows(4, np.int8))
        npu.ext_write_vr(2, np.full(CONFIG.k, 0.37, np.float32))

    _both(pair, fill)
    _both(pair, lambda npu: npu.load(assemble(PROGRAM)))
    _both(pair, lambda npu: npu.run())
    assert pair[0].acc.any()
    assert pair[0].tile.any()
    assert pair[0].status.flags & Flags.NX
    _both(pair, lambda npu: npu.clear_flags())
    _both(pair, lambda npu: npu.run())
    _both(pair, lambda npu: npu.reset())
    _both(pair, lambda npu: npu.step())


def test_stepping_follows_the_model(pair) -> None:
    _both(pair, lambda npu: npu.write_scratchpad(3, _rows(4, np.int8)))
    _both(pair, lambda npu: npu.load(assemble(PROGRAM)))
    for _ in range(len(list(assemble(PROGRAM))) + 2):
        _both(pair, lambda npu: npu.step())


def test_ext_writes_land_in_order_and_alias(pair) -> None:
    _both(pair, lambda npu: npu.ext_write_vx(0, _rows(16, np.int8)))
    _both(pair, lambda npu: npu.ext_write_vr(1, _rows(2, np.int32)))
    _both(pair, lambda npu: npu.ext_write_vx(15, _rows(1, np.uint8)[0]))
    np.testing.assert_array_equal(pair[0].vr[1:3], _rows(2, np.int32))


def test_shorter_program_leaves_no_words_of_a_longer_one(pair) -> None:
    _both(pair, lambda npu: npu.load(assemble("nop\n" * 20 + "halt")))
    _both(pair, lambda npu: npu.load(assemble("nop")))
    _both(pair, lambda npu: npu.run())
    assert pair[0].status.cause is Cause.ILLEGAL
    assert pair[0].status.pc == 1


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (".word 0xffffffff", Cause.ILLEGAL),
        ("nop\nseta A[1], 29\nld.vr VR[0], A[1], 0\nhalt", Cause.ADDRESS),
        ("nop\n" * CONFIG.program_words, Cause.FETCH),
    ],
)
def test_traps_report_cause_and_pc(pair, text: str, cause: Cause) -> None:
    _both(pair, lambda npu: npu.load(assemble(text)))
    _both(pair, lambda npu: npu.run())
    assert pair[0].status.cause is cause


def test_tick_limit_names_limit_and_pc(pair) -> None:
    pair[0].load(assemble("nop\n" * 40 + "halt"))
    with pytest.raises(TickLimitError, match=r"max_ticks=7 ticks, at PC [1-7];"):
        pair[0].run(max_ticks=7)


def test_tick_limit_stops_between_instructions_and_run_goes_on(pair) -> None:
    rtl, golden = pair
    program = assemble("bcasti.vr VR[1], 1\n" + "vadd.vr VR[0], VR[0], VR[1]\n" * 40 + "halt")
    for npu in pair:
        npu.load(program)
    stops = 0
    while not rtl.status.halted:
        try:
            rtl.run(max_ticks=7)
        except TickLimitError:
            assert rtl.vr[0, 0] == max(rtl.status.pc - 1, 0)
            stops += 1
    golden.run()
    assert stops > 3
    _same(pair)


def test_counters_count_and_clear() -> None:
    npu = sim.Npu(CONFIG)
    npu.load(assemble("bcasti.vr VR[1], 1\nvadd.vr VR[0], VR[0], VR[1]\nhalt"))
    npu.run()
    first = npu.counters
    assert first.retired == 3
    assert first.cycles is not None
    assert first.cycles >= 3
    assert first.busy == {"mmalu": 0, "valu": 2, "lsu": 0}
    npu.run()
    assert npu.counters == first


def test_ticks_count_every_edge() -> None:
    npu = sim.Npu(CONFIG)
    before = npu.ticks
    npu.ext_write_vx(0, _rows(3, np.int8))
    assert npu.ticks == before + 3
    npu.load(assemble("nop\nhalt"))
    assert npu.ticks == before + 3 + 2 + 1
    npu.run()
    assert npu.ticks == before + 3 + 2 + 1 + 1 + npu.counters.cycles


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


def test_events_need_trace() -> None:
    with pytest.raises(MachineError, match="trace=True"):
        sim.Npu(CONFIG).events()


def test_waves_are_written_on_request(tmp_path: Path) -> None:
    path = tmp_path / "npu.vcd"
    npu = sim.Npu(CONFIG, waves=path)
    npu.load(assemble("halt"))
    npu.run()
    npu.close()
    assert "$enddefinitions" in path.read_text()
    with pytest.raises(MachineError, match="closed"):
        npu.run()


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (lambda npu: npu.load([0] * 65), ProgramTooLongError),
        (lambda npu: npu.load([1 << 32]), ValueError),
        (lambda npu: npu.ext_write_vx(0, np.zeros(3, np.int8)), ValueError),
        (lambda npu: npu.ext_write_vx(0, np.zeros(4, np.int32)), TypeError),
        (lambda npu: npu.ext_write_vx(16, np.zeros(4, np.int8)), IndexError),
        (lambda npu: npu.ext_write_vr(-1, np.zeros(4, np.int32)), IndexError),
        (lambda npu: npu.ext_write_vr(3, np.zeros((2, 4), np.float32)), IndexError),
        (lambda npu: npu.write_scratchpad(32, np.zeros(4, np.int8)), IndexError),
        (lambda npu: npu.run(max_ticks=0), ValueError),
    ],
)
def test_bad_input_raises_as_the_model_does(pair, action: Callable, error: type[Exception]) -> None:
    messages = []
    for npu in pair:
        with pytest.raises(error) as caught:
            action(npu)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    _same(pair)


def test_arrays_are_read_only_copies(pair) -> None:
    for name in ("vx", "ve", "vr", "acc", "tile", "scratchpad", "a"):
        array = getattr(pair[0], name)
        assert not array.flags.writeable, name
        assert array.dtype == getattr(pair[1], name).dtype, name
        assert array.shape == getattr(pair[1], name).shape, name


def test_two_configurations_live_side_by_side() -> None:
    wide, narrow = sim.Npu(CONFIG), sim.Npu(Config(k=1, vx_count=16, scratchpad_rows=32, program_words=64))
    for npu in (wide, narrow):
        npu.ext_write_vx(0, np.full(npu.config.k, npu.config.k, np.int8))
        npu.load(assemble("vadd.vx VX[1], VX[0], VX[0]\nhalt"))
    wide.run()
    narrow.run()
    assert wide.vx[1].tolist() == [8, 8, 8, 8]
    assert narrow.vx[1].tolist() == [2]


def test_public_methods_are_the_models() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert public(sim.Npu) == public(model.Npu) | {"close", "events", "ticks"}
