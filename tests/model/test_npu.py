"""The host interface: load, run, step, reset, traps, limits, counters, flags."""

import numpy as np
import pytest

from accord.isa import Cause, Flags, ProgramTooLongError, TickLimitError, asm, assemble
from accord.model import Config, Npu, differences, take

ILLEGAL = 0x00000000


def disturbed(k=4):
    """An NPU with something in every part of its state."""
    npu = Npu(Config(k=k))
    random = np.random.default_rng(1)
    npu.ext_write_vx(0, random.integers(-128, 128, (32, k)).astype(np.int8))
    npu.write_scratchpad(0, random.integers(-128, 128, (64, k)).astype(np.int8))
    npu.load(
        assemble(
            "seta A[5], 9\nmma.last VR[3], VX[0], VX[1]\nmma VR[3], VX[0], VX[1]\nvcvt_s32_f32 VR[4], VR[5]\n"
            "vsetlut.a VR[0], 1\nvsetlut.b VR[1], 2\nloop 2, 2\nloop 3, 1\nhalt",
            npu.config,
        )
    )
    npu.run()
    assert npu.acc.any()
    assert npu.tile.any()
    assert npu.status.flags
    assert npu.lut.any(axis=1).all()
    assert npu.loops.any()
    return npu


def test_a_new_npu_is_all_zero_and_not_halted():
    npu = Npu(Config(k=4))
    for array, shape, dtype in (
        (npu.vx, (32, 4), np.int8),
        (npu.ve, (16, 4), np.int16),
        (npu.vr, (8, 4), np.int32),
        (npu.acc, (4, 4), np.int32),
        (npu.tile, (4, 4), np.int32),
        (npu.scratchpad, (4096, 4), np.int8),
        (npu.a, (32,), np.uint32),
        (npu.loops, (4, 3), np.uint32),
        (npu.lut, (2, 256), np.uint8),
    ):
        assert array.shape == shape
        assert array.dtype == dtype
        assert not array.any()
    assert (npu.status.halted, npu.status.cause, npu.status.pc, npu.status.flags) == (False, Cause.NONE, 0, 0)
    assert npu.counters.retired == 0
    assert (npu.counters.cycles, npu.counters.busy, npu.counters.stall) == (None, None, None)


def test_the_default_configuration_is_config():
    assert Npu().config == Config()


def test_arrays_handed_out_are_read_only_copies():
    npu = disturbed()
    for name in ("vx", "ve", "vr", "acc", "tile", "scratchpad", "a", "loops", "lut"):
        array = getattr(npu, name)
        before = array.copy()
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        npu.reset()
        assert (array == before).all()
        assert not getattr(npu, name).any()
        npu = disturbed()


def test_reset_is_a_new_npu():
    npu = disturbed()
    npu.reset()
    assert differences(take(npu), take(Npu(npu.config))) == []
    assert npu.run().cause == Cause.ILLEGAL  # program memory is zero as well


def test_load_clears_pc_halted_cause_loops_and_counters_and_nothing_else():
    npu = disturbed()
    before = take(npu)
    npu.load([asm.halt()])
    lines = differences(before, take(npu))
    loops = [f"loop {loop} {member}" for loop in (0, 1) for member in ("start", "length", "remaining")]
    assert [line.split(":")[0] for line in lines] == [*loops, "pc", "halted", "retired"]
    assert not npu.loops.any()
    assert (npu.status.pc, npu.status.halted, npu.counters.retired) == (0, False, 0)


def test_halt_counts_as_retired_and_pc_stays_on_it():
    npu = Npu(Config(k=1))
    npu.load([asm.nop(), asm.nop(), asm.halt()])
    status = npu.run()
    assert (status.halted, status.cause, status.pc, npu.counters.retired) == (True, Cause.NONE, 2, 3)


def test_run_after_halt_starts_again_from_0_with_counters_cleared():
    npu = Npu(Config(k=1))
    npu.load(assemble("adda A[0], A[0], 1\nhalt", npu.config))
    for count in (1, 2, 3):
        assert npu.run().pc == 1
        assert npu.a[0] == count
        assert npu.counters.retired == 2


def test_run_after_a_trap_starts_again_from_0():
    npu = Npu(Config(k=1))
    npu.load([asm.adda(rd=0, rs1=0, imm12=1), ILLEGAL])
    for count in (1, 2):
        status = npu.run()
        assert (status.halted, status.cause, status.pc) == (True, Cause.ILLEGAL, 1)
        assert (npu.a[0], npu.counters.retired) == (count, 1)
    npu.load([asm.halt()])
    assert npu.status.cause == Cause.NONE


def test_step_executes_one_instruction_at_a_time():
    npu = Npu(Config(k=1))
    npu.load(assemble("seta A[0], 7\nseta A[1], 8\nhalt", npu.config))
    seen = []
    for _ in range(4):
        status = npu.step()
        seen.append((status.pc, status.halted, npu.counters.retired, *npu.a[:2].tolist()))
    assert seen == [(1, False, 1, 7, 0), (2, False, 2, 7, 8), (2, True, 3, 7, 8), (1, False, 1, 7, 8)]


def test_steps_and_a_run_end_in_the_same_state():
    text = "seta A[0], 3\nld.vx VX[0], A[0], 0\nmma.last VR[3], VX[0], VX[0]\nvcvt_s32_f32 VR[4], VR[3]\nhalt"
    ran, stepped = disturbed(), disturbed()
    for npu in (ran, stepped):
        npu.load(assemble(text, npu.config))
    ran.run()
    while not stepped.step().halted:
        pass
    assert differences(take(ran), take(stepped)) == []


@pytest.mark.parametrize(
    "word",
    [
        ILLEGAL,
        0xFFFFFFFF,
        asm.vtile(rd=0, column=4),  # column >= K
        asm.nop() | 1 << 31,  # a fixed zero set
        0x00005024 | 0x18 << 25,  # rounding code 5
    ],
)
def test_an_illegal_word_traps_at_its_address_and_changes_nothing(word):
    npu = disturbed()
    npu.load([asm.nop(), word, asm.halt()])
    before = take(npu)
    status = npu.run()
    assert (status.halted, status.cause, status.pc) == (True, Cause.ILLEGAL, 1)
    assert [line.split(":")[0] for line in differences(before, take(npu))] == [
        "cause",
        "pc",
        "halted",
        "retired",
    ]
    assert npu.counters.retired == 1


def test_a_register_beyond_its_class_is_illegal():
    npu = Npu(Config(k=1, vx_count=8))
    npu.load([asm.mov_vx(rd=7, rs1=0), asm.mov_vx(rd=8, rs1=0)])
    assert (npu.run().cause, npu.status.pc) == (Cause.ILLEGAL, 1)


def test_running_into_unfilled_memory_is_illegal_not_fetch():
    npu = Npu(Config(k=1, program_words=16))
    npu.load([asm.nop()] * 15)
    assert (npu.run().cause, npu.status.pc, npu.counters.retired) == (Cause.ILLEGAL, 15, 15)


def test_running_off_the_end_of_program_memory_is_a_fetch_trap():
    npu = Npu(Config(k=1, program_words=16))
    npu.load([asm.nop()] * 16)
    assert (npu.run().cause, npu.status.pc, npu.counters.retired) == (Cause.FETCH, 16, 16)


def test_tick_limit_stops_between_instructions_and_run_goes_on():
    npu = Npu(Config(k=1))
    npu.load(assemble("adda A[0], A[0], 1\n" * 10 + "halt", npu.config))
    with pytest.raises(TickLimitError, match=r"max_ticks=4 .*PC 4"):
        npu.run(max_ticks=4)
    assert (npu.status.pc, npu.status.halted, npu.a[0], npu.counters.retired) == (4, False, 4, 4)
    status = npu.run(max_ticks=7)
    assert (status.halted, status.pc, npu.a[0], npu.counters.retired) == (True, 10, 10, 11)


def test_a_program_of_just_the_limit_halts():
    npu = Npu(Config(k=1))
    npu.load([asm.nop(), asm.halt()])
    assert npu.run(max_ticks=2).halted


def test_program_that_does_not_fit_is_refused_and_the_old_one_stays():
    npu = Npu(Config(k=1, program_words=16))
    npu.load([asm.halt()])
    with pytest.raises(ProgramTooLongError, match=r"17 words .* 16"):
        npu.load([asm.nop()] * 17)
    assert npu.run().pc == 0


def test_a_program_is_taken_as_program_list_numpy_array_or_generator():
    words = [asm.seta(rd=3, imm20=77), asm.halt()]
    for program in (
        assemble("seta A[3], 77\nhalt"),
        [int(word) for word in words],
        np.array(words, np.uint32),
        (word for word in words),
    ):
        npu = Npu()
        npu.load(program)
        npu.run()
        assert npu.a[3] == 77


def fp32(npu, index, *values):
    npu.ext_write_vr(index, np.array(values, np.float32))


def test_flags_are_sticky_and_or_over_lanes_until_cleared():
    npu = Npu(Config(k=2))
    fp32(npu, 0, 3.0e38, 1.0)
    fp32(npu, 1, 10.0, np.inf)
    fp32(npu, 2, 0.0, -np.inf)
    npu.load(assemble("vfma VR[3], VR[0], VR[1], VR[2]\nhalt", npu.config))
    assert npu.run().flags == Flags.OF | Flags.NX | Flags.NV
    npu.load(assemble("vfma VR[4], VR[2], VR[2], VR[2]\nmov.vr VR[0], VR[1]\nhalt", npu.config))
    assert npu.run().flags == Flags.OF | Flags.NX | Flags.NV
    npu.clear_flags()
    assert npu.status.flags == 0
    npu.load(assemble("vcvt_s32_f32 VR[5], VR[6]\nhalt", npu.config))
    assert npu.run().flags == 0
    npu.ext_write_vr(6, np.array([0x01000001, 0], np.int32))
    npu.clear_flags()
    assert npu.run().flags == Flags.NX


@pytest.mark.parametrize(("mnemonic", "result"), [("vfma", 7.0), ("vfms", 5.0), ("vnfma", -5.0), ("vnfms", -7.0)])
def test_the_four_signs_of_the_fused_multiply_add(mnemonic, result):
    npu = Npu(Config(k=1))
    for index, value in enumerate((2.0, 3.0, 1.0)):
        fp32(npu, index, value)
    npu.load(assemble(f"{mnemonic} VR[3], VR[0], VR[1], VR[2]\nhalt", npu.config))
    npu.run()
    assert npu.vr[3].view(np.float32).tolist() == [result]


@pytest.mark.parametrize("mnemonic", ["vfma", "vfms", "vnfma", "vnfms"])
@pytest.mark.parametrize(
    ("suffix", "sign"), [("", False), (".rtz", False), (".rdn", True), (".rup", False), (".rmm", False)]
)
def test_an_exact_zero_of_opposite_terms_is_minus_zero_only_rounding_down(mnemonic, suffix, sign):
    npu = Npu(Config(k=1))
    addend = {"vfma": -1.0, "vfms": 1.0, "vnfma": 1.0, "vnfms": -1.0}[mnemonic]
    for index, value in enumerate((1.0, 1.0, addend)):
        fp32(npu, index, value)
    npu.load(assemble(f"{mnemonic}{suffix} VR[3], VR[0], VR[1], VR[2]\nhalt", npu.config))
    npu.run()
    assert npu.vr[3].view(np.uint32).tolist() == [1 << 31 if sign else 0]


@pytest.mark.parametrize(
    ("suffix", "up", "down"),
    [
        ("", 1.0, -1.0),
        (".rtz", 1.0, -1.0),
        (".rdn", 1.0, -1.0000001192092896),
        (".rup", 1.0000001192092896, -1.0),
    ],
)
def test_rounding_suffix_of_the_fused_multiply_add(suffix, up, down):
    npu = Npu(Config(k=2))
    fp32(npu, 0, 1.0, -1.0)
    fp32(npu, 1, 1.0, 1.0)
    fp32(npu, 2, 2.0**-30, -(2.0**-30))
    npu.load(assemble(f"vfma{suffix} VR[3], VR[0], VR[1], VR[2]\nhalt", npu.config))
    npu.run()
    assert npu.vr[3].view(np.float32).tolist() == [up, down]


@pytest.mark.parametrize(
    ("suffix", "result"),
    [("", 3), (".rmm", 3), (".rne", 2), (".rtz", 2), (".rdn", 2), (".rup", 3)],
)
@pytest.mark.parametrize("conversion", ["vcvt_f32_s8 VX[16]", "vcvt_f32_s32 VR[4]"])
def test_rounding_suffix_of_conversions_ties_away_by_default(conversion, suffix, result):
    npu = Npu(Config(k=1))
    fp32(npu, 0, 2.5)
    mnemonic, destination = conversion.split()
    npu.load(assemble(f"{mnemonic}{suffix} {destination}, VR[0]\nhalt", npu.config))
    assert npu.run().flags == Flags.NX
    assert npu.vx[16].tolist() == [result]


def test_wrap_of_a_float_conversion_keeps_the_low_bits_of_s32():
    npu = Npu(Config(k=2))
    fp32(npu, 0, 300.0, 1e20)
    npu.load(assemble("vcvt_f32_s8.wrap VX[16], VR[0]\nvcvt_f32_s8 VX[17], VR[0]\nhalt", npu.config))
    npu.run()
    assert npu.vx[16:18].tolist() == [[300 - 256, -1], [127, 127]]


def test_vcvt_s8_f32_is_exact():
    npu = Npu(Config(k=4))
    npu.ext_write_vx(0, np.array([-128, -1, 0, 127], np.int8))
    npu.load(assemble("vcvt_s8_f32 VR[1], VX[0]\nhalt", npu.config))
    assert npu.run().flags == 0
    assert npu.vr[1].view(np.float32).tolist() == [-128.0, -1.0, 0.0, 127.0]
