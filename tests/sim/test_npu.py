"""The in-process RTL behind the host interface: what a host sees of it is what it sees of the golden model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.long_runs import nightly

from accord import model, sim
from accord.isa import asm, assemble
from accord.isa.config import Config
from accord.isa.machine import Cause, Flags, MachineError, ProgramTooLongError, TickLimitError
from accord.model import differences, take
from accord.sim.cosim import small_config

CONFIG = Config(k=4, vx_count=16, scratchpad_rows=32, program_words=64)
NARROW = small_config(1)

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
    vsetlut.b VR[0], 3
    loop 3, 4
    vadd.vr VR[0], VR[0], VR[2]
    loop 2, 2
    st.vx.post VX[4], A[1], 2
    vlut.b VX[4], VX[4]
    loop 0, 1
    vwrflags 31
    fence
    loop 5, 2
    nop
    halt
"""
"""Every unit, and every kind of change; the halt stands in a body."""


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
    assert pair[0].lut.any()
    assert pair[0].loops.tolist() == [[21, 2, 5], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    _both(pair, lambda npu: npu.clear_flags())
    _both(pair, lambda npu: npu.run())
    _both(pair, lambda npu: npu.reset())
    _both(pair, lambda npu: npu.step())


def test_stepping_follows_the_model(pair) -> None:
    _both(pair, lambda npu: npu.write_scratchpad(3, _rows(4, np.int8)))
    _both(pair, lambda npu: npu.load(assemble(PROGRAM)))
    completed = []
    while not pair[0].status.halted:
        completed.append(pair[0].loops.any())
        _both(pair, lambda npu: npu.step())
    assert len(completed) == pair[0].counters.retired > len(list(assemble(PROGRAM)))
    assert sum(completed) == 3 * 6 + 2
    for _ in range(3):  # from the beginning, with an empty stack
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
        ("loop 2, 5\nloop 2, 4\nloop 2, 3\nloop 2, 2\nloop 2, 1\nnop\nhalt", Cause.LOOP),
        ("nop\nloop 3, 2\nnop\nloop 0, 1\nnop\nhalt", Cause.LOOP),
        ("loop 0, 1000\nhalt", Cause.FETCH),
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


def test_host_empties_the_loop_stack(pair) -> None:
    """A new program, a reset, or running a halted machine again; not another run of one that was stopped."""
    inside = assemble("nop\nloop 9, 3\nnop\nhalt\nnop")
    for empty in (lambda npu: npu.load(inside), lambda npu: npu.reset()):
        _both(pair, lambda npu: npu.load(inside))
        _both(pair, lambda npu: npu.run())
        assert pair[0].loops.tolist() == [[2, 3, 9], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
        _both(pair, empty)
        assert not pair[0].loops.any()
    _both(pair, lambda npu: npu.load(inside))
    _both(pair, lambda npu: npu.run())
    _both(pair, lambda npu: npu.step())
    assert not pair[0].loops.any()
    _both(pair, lambda npu: npu.step())
    _both(pair, lambda npu: npu.run())
    assert pair[0].loops[0].tolist() == [2, 3, 9]


@pytest.mark.parametrize(
    "config",
    [nightly(replace(CONFIG, k=1, program_words=256)), CONFIG, nightly(replace(CONFIG, k=8))],
    ids=lambda c: c.k,
)
def test_lookup_banks_lie_as_the_models(config: Config) -> None:
    """Every segment of both banks, from registers with random bytes."""
    k = config.k
    pair = sim.Npu(config), model.Npu(config)
    rows = np.random.default_rng(k).integers(-128, 128, (16, k), np.int8)
    segments = range(config.lut_segments)
    words = [asm.vsetlut_a(rs1=s % 4, segment=s) for s in segments]
    words += [asm.vsetlut_b(rs1=(s + 1) % 4, segment=s) for s in segments]
    _both(pair, lambda npu: npu.ext_write_vx(0, rows))
    _both(pair, lambda npu: npu.load([*words, asm.halt()]))
    _both(pair, lambda npu: npu.run())
    written = rows.view(np.uint8).reshape(4, 4 * k)
    for bank in range(2):
        expected = np.concatenate([written[(s + bank) % 4] for s in segments])
        np.testing.assert_array_equal(pair[0].lut[bank], expected)


@pytest.mark.parametrize("body", ["vadd.vr VR[0], VR[0], VR[1]\n" * 40, "loop 40, 1\nvadd.vr VR[0], VR[0], VR[1]\n"])
def test_tick_limit_stops_between_instructions_and_run_goes_on(pair, body: str) -> None:
    rtl, golden = pair
    program = assemble("bcasti.vr VR[1], 1\n" + body + "halt")
    for npu in pair:
        npu.load(program)
    stops = 0
    while not rtl.status.halted:
        try:
            rtl.run(max_ticks=7)
        except TickLimitError:
            others = 2 if "loop" in body else 1
            assert rtl.vr[0, 0] == max(rtl.counters.retired - others, 0)
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


@pytest.mark.nightly
def test_waves_are_written_on_request(tmp_path: Path) -> None:
    path = tmp_path / "npu.vcd"
    npu = sim.Npu(NARROW, waves=path)
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
    for name in ("vx", "ve", "vr", "acc", "tile", "scratchpad", "a", "loops", "lut"):
        array = getattr(pair[0], name)
        assert not array.flags.writeable, name
        assert array.dtype == getattr(pair[1], name).dtype, name
        assert array.shape == getattr(pair[1], name).shape, name


def test_two_configurations_live_side_by_side() -> None:
    wide, narrow = sim.Npu(CONFIG), sim.Npu(NARROW)
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

    assert public(sim.Npu) == public(model.Npu) | {"close", "dispatches", "events", "in_flight", "ticks", "writes"}
