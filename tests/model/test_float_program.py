"""Floating-point instructions in programs: reductions in their order, selection, the sticky flags."""

import functools

import numpy as np
import pytest

from accord.isa import Flags, assemble
from accord.isa.config import LANES
from accord.isa.fields import ROUNDING
from accord.model import Config, Npu

from . import exact
from .formats import BF16, E4M3, E5M2, from_f32
from .test_compare import least_and_greatest
from .vectors import CORNERS, random_floats

SEED = 20240608


def run(k, text, **registers):
    """Run ``text`` with uint32 lanes in registers given as vr3=...; return the NPU."""
    npu = Npu(Config(k=k))
    for name, lanes in registers.items():
        npu.ext_write_vr(int(name.removeprefix("vr")), np.broadcast_to(np.asarray(lanes, np.uint32), k))
    npu.load(assemble(f"{text}\nhalt", npu.config))
    assert npu.run().cause == 0
    return npu


def by_halves(lanes, combine):
    """A tree written as recursion on lists: the pairs (0, n/2), (1, n/2 + 1), ... make the next level."""
    if len(lanes) == 1:
        return lanes[0], 0
    half = len(lanes) // 2
    results = [combine(lanes[i], lanes[i + half]) for i in range(half)]
    total, flags = by_halves([bits for bits, _ in results], combine)
    return total, functools.reduce(lambda x, y: x | y, (raised for _, raised in results), flags)


def maximum(a, b):
    _, greatest, flags = least_and_greatest(a, b)
    return greatest, flags


@pytest.mark.parametrize("k", LANES)
def test_reductions_in_the_order_of_the_tree(k):
    print(f"seed {SEED + k}")
    random = np.random.default_rng(SEED + k)
    for number in range(40):
        # numbers of like size, whose sum depends on the order; every fourth time corners
        lanes = random.normal(size=k).astype(np.float32).view(np.uint32)
        if number % 4 == 3:
            lanes = random.choice(CORNERS, k)
        rounding = ROUNDING[number % 5]
        npu = run(k, f"vfredsum.{rounding} VR[1], VR[0]", vr0=lanes)
        total, flags = by_halves(lanes.tolist(), lambda a, b, mode=rounding: exact.add(a, b, mode))
        assert npu.vr[1].view(np.uint32).tolist() == [total] * k
        assert npu.status.flags == flags
        npu = run(k, "vfredmax VR[1], VR[0]", vr0=lanes)
        greatest, flags = by_halves(lanes.tolist(), maximum)
        assert npu.vr[1].view(np.uint32).tolist() == [greatest] * k
        assert npu.status.flags == flags


def test_a_sum_of_lanes_by_hand():
    """(1 + 2^24) + (-2^24 + 0): 1 is lost in the first pair only where the pairs are (0, 2) and (1, 3)."""
    lanes = np.array([1, -(2.0**24), 2.0**24, 0], np.float32).view(np.uint32)
    npu = run(4, "vfredsum VR[1], VR[0]", vr0=lanes)
    assert npu.vr[1].view(np.float32).tolist() == [0.0] * 4
    assert npu.status.flags == Flags.NX
    assert run(4, "vfredsum.rup VR[1], VR[0]", vr0=lanes).vr[1].view(np.float32).tolist() == [2.0] * 4


@pytest.mark.parametrize("mnemonic", ["vfredsum", "vfredmax"])
def test_a_single_lane_comes_back_as_it_is_without_flags(mnemonic):
    for bits in CORNERS.tolist():
        npu = run(1, f"{mnemonic} VR[1], VR[0]", vr0=bits)
        assert npu.vr[1].view(np.uint32).tolist() == [bits]
        assert npu.status.flags == 0


def test_a_register_may_be_source_and_destination():
    lanes = np.array([1, 2, 3, 4], np.float32).view(np.uint32)
    npu = run(4, "vfredsum VR[0], VR[0]\nvfadd VR[0], VR[0], VR[0]\nvsel VR[0], VR[0], VR[1], VR[0]", vr0=lanes)
    assert npu.vr[0].view(np.float32).tolist() == [20.0] * 4


def test_flags_of_every_lane_stick_until_written():
    one, big, tiny, signalling = 0x3F800000, 0x7F7FFFFF, 1, 0x7F800001
    npu = run(
        4,
        "vfmul VR[2], VR[0], VR[1]\nvrdflags VR[3]\n"  # NX and OF in lane 1, NX and UF in lane 2
        "vfadd VR[2], VR[4], VR[4]\nvrdflags VR[5]\n"  # exact: nothing new
        "vwrflags 8\nvrdflags VR[6]\n"  # DZ can only be written
        "vfeq VR[2], VR[7], VR[4]\nvrdflags VR[7]",
        vr0=[one, big, tiny, one],
        vr1=[one, big, 0x3F000000, one],
        vr4=one,
        vr7=[one, one, one, signalling],
    )
    assert npu.vr[3].tolist() == npu.vr[5].tolist() == [int(Flags.NX | Flags.OF | Flags.UF)] * 4
    assert npu.vr[6].tolist() == [8] * 4
    assert npu.vr[7].tolist() == [24] * 4
    assert npu.status.flags == Flags.NV | Flags.DZ
    npu.load(assemble("vwrflags 0\nhalt", npu.config))
    assert npu.run().flags == 0
    npu.load(assemble("vwrflags 31\nhalt", npu.config))
    assert npu.run().flags == 31


def test_narrow_formats_live_in_the_registers_of_their_width():
    numbers = random_floats(SEED, 2)[:8]
    npu = run(
        8,
        "vcvt_f32_bf16 VE[2], VR[0]\nvcvt_f32_e4m3 VX[8], VR[0]\nvcvt_f32_e5m2.rtz.sat VX[9], VR[0]\n"
        "vcvt_bf16_f32 VR[3], VE[2]\nvcvt_e4m3_f32 VR[4], VX[8]\nvcvt_e5m2_f32 VR[5], VX[9]",
        vr0=numbers,
    )
    for got, narrow, modes in (
        (npu.ve[2].view(np.uint16), BF16, ("rne", False)),
        (npu.vx[8].view(np.uint8), E4M3, ("rne", False)),
        (npu.vx[9].view(np.uint8), E5M2, ("rtz", True)),
    ):
        assert got.tolist() == [from_f32(bits, narrow, *modes)[0] for bits in numbers.tolist()]
