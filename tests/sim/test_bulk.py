"""The Verilated vector ALU against the golden model, element by element: bits and flags, and bad arguments.

The model itself meets the C library and exact arithmetic in tests/model, on the same operands.
"""

import itertools
import time

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.isa.fields import ROUNDING, by_mnemonic
from accord.model import bulk as model_bulk
from accord.model.request import DTYPES, bulk_mnemonics
from accord.sim import bulk
from accord.sim.seed import seed

from ..model import integers
from ..model.vectors import KINDS, corner_triples, random_triples

FUSED = ("vfma", "vfms", "vnfma", "vnfms")
CHUNK = 1_000_000


def assert_same(mnemonic, operands, **modes):
    bits, flags = bulk(mnemonic, *operands, **modes)
    expected_bits, expected_flags = model_bulk(mnemonic, *operands, **modes)
    assert bits.dtype == expected_bits.dtype
    wrong = np.flatnonzero((bits != expected_bits) | (flags != expected_flags))
    if wrong.size:
        first = wrong[0]
        shown = " ".join(f"{int(operand[first]):#x}" for operand in operands)
        raise AssertionError(
            f"{mnemonic} {modes}: {wrong.size} of {bits.size} differ, first {shown}: "
            f"RTL {int(bits[first]):#x} {int(flags[first]):#04x}, "
            f"model {int(expected_bits[first]):#x} {int(expected_flags[first]):#04x}"
        )
    return bits.size


def source_kinds(mnemonic):
    return [operand.kind for operand in by_mnemonic()[mnemonic].operands if operand.access == "r"]


def takes_fp32(mnemonic):
    row = by_mnemonic()[mnemonic].row
    return row.family == "float" or row.op.startswith("f32_")


def is_exhaustive(kinds):
    return sum(DTYPES[kind].itemsize for kind in kinds) <= 2


def every_combination(kinds):
    """Raw bits for each source, all combinations: 256, or 65,536."""
    dtypes = [DTYPES[kind] for kind in kinds]
    axes = [np.arange(256**dtype.itemsize, dtype=np.uint32).astype(dtype) for dtype in dtypes]
    return [column.reshape(-1).copy() for column in np.meshgrid(*axes)]


def fp32_operands(sources, count):
    """Floating-point corners crossed, and random words."""
    corners, drawn = corner_triples(), random_triples(seed(), count // len(KINDS))
    return [np.concatenate(pair) for pair in zip(corners, drawn, strict=True)][:sources]


def integer_operands(kinds, count):
    """Corners crossed, neighbours, equals, every shift amount; a third source is zero in every other lane."""
    random, width = np.random.default_rng(seed()), integers.WIDTH[kinds[0]]
    left, right = (integers.bits(numbers, width) for numbers in integers.pairs(width, random))
    a, amounts = random.integers(0, 1 << width, (2, count), left.dtype)
    a, b = np.concatenate([left, a]), np.concatenate([right, amounts % width])
    c = random.integers(0, 1 << width, len(a), left.dtype) * (np.arange(len(a)) % 2).astype(left.dtype)
    return [a, b, c][: len(kinds)]


def operands_of(mnemonic, count):
    """Raw bits for each source: every combination where that is at most 65,536, else corners and random ones."""
    kinds = source_kinds(mnemonic)
    if is_exhaustive(kinds):
        return every_combination(kinds)
    return fp32_operands(len(kinds), count) if takes_fp32(mnemonic) else integer_operands(kinds, count)


@pytest.mark.parametrize("mnemonic", bulk_mnemonics())
def test_every_instruction_gives_the_models_bits_and_flags(mnemonic):
    modes = [mode.field for mode in by_mnemonic()[mnemonic].modes]
    operands = operands_of(mnemonic, 200_000 if mnemonic in FUSED else 60_000)
    compared = 0
    for rounding, sat, wrap in itertools.product(
        ROUNDING if "rounding" in modes else ["rne"],
        [False, True] if "sat" in modes else [False],
        ["", ".wrap"] if "wrap" in modes else [""],
    ):
        compared += assert_same(mnemonic + wrap, operands, rounding=rounding, sat=sat)
    print(f"{mnemonic}: {compared:,} vectors, 0 differences, seed {seed()}")
    if is_exhaustive(source_kinds(mnemonic)):
        assert compared >= 256 ** sum(operand.itemsize for operand in operands)
    else:
        assert compared >= (1_000_000 if mnemonic in FUSED else 64_000)


@pytest.mark.parametrize("name", ["bf16", "e4m3", "e5m2"])
def test_every_narrow_value_widens_and_comes_back(name):
    dtype = np.uint16 if name == "bf16" else np.uint8
    every = np.arange(256 ** np.dtype(dtype).itemsize, dtype=np.uint32).astype(dtype)
    assert_same(f"vcvt_{name}_f32", [every])
    wide, _ = bulk(f"vcvt_{name}_f32", every)
    back, _ = bulk(f"vcvt_f32_{name}", wide)
    number = ~np.isnan(wide.view(np.float32))
    assert number.sum() > 200
    assert np.array_equal(back[number], every[number])


@pytest.mark.parametrize("k", [nightly(1), 4, nightly(16)])
def test_any_lane_count_and_any_size_gives_the_same(k):
    a, b, c = random_triples(seed(), 4)
    for count in (0, 1, 7, 33):
        operands = [array[:count] for array in (a, b, c)]
        bits, flags = bulk("vfma", *operands, k=k)
        expected = model_bulk("vfma", *operands)
        assert np.array_equal(bits, expected[0])
        assert np.array_equal(flags, expected[1])
    square = [array[:36].reshape(6, 6) for array in (a, b)]
    assert bulk("vfadd", *square)[0].shape == (6, 6)


def test_bad_arguments_are_the_models():
    ones = np.ones(3, np.uint32)
    for call in (
        lambda run: run("vfoo", ones),
        lambda run: run("vfma", ones, ones),
        lambda run: run("vfadd", ones, ones.astype(np.uint8)),
        lambda run: run("vfadd", ones, ones[:2]),
        lambda run: run("vfadd", ones, ones, rounding="up"),
        lambda run: run("vfadd", ones, ones, sat=True),
        lambda run: run("vfredsum", ones),
        lambda run: run("vredsum.vr", ones),
        lambda run: run("vlut.a", ones.astype(np.uint8)),
        lambda run: run("vfneg", ones, k=3),
    ):
        with pytest.raises((TypeError, ValueError)) as expected:
            call(model_bulk)
        with pytest.raises(type(expected.value)) as found:
            call(bulk)
        assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("rounding", ["rne", "rmm"])
def test_a_word_of_every_thousand_to_int8(rounding):
    """2^22 words: one from each run of 1,024, so that every sign, exponent and upper fraction is among them."""
    low = np.random.default_rng(seed()).integers(0, 1 << 10, 1 << 22, dtype=np.uint32)
    words = (np.arange(1 << 22, dtype=np.uint32) << 10) | low
    assert assert_same("vcvt_f32_s8", [words], rounding=rounding) == 1 << 22


@pytest.mark.nightly
@pytest.mark.parametrize("rounding", ROUNDING)
def test_twenty_million_of_the_fused_family(rounding):
    started, compared = time.perf_counter(), 0
    for number, mnemonic in zip(range(20), itertools.cycle(FUSED), strict=False):
        drawn = random_triples(seed() + number, CHUNK // len(KINDS) + 1)
        compared += assert_same(mnemonic, drawn, rounding=rounding)
    print(f"{rounding}: {compared:,} vectors, 0 differences, {time.perf_counter() - started:.0f} s, seed {seed()}")
    assert compared >= 20_000_000


@pytest.mark.nightly
@pytest.mark.parametrize("rounding", ["rne", "rmm"])
def test_every_fp32_word_to_int8(rounding):
    started, compared = time.perf_counter(), 0
    for top in range(256):
        words = np.arange(top << 24, (top + 1) << 24, dtype=np.uint64).astype(np.uint32)
        compared += assert_same("vcvt_f32_s8", [words], rounding=rounding)
    print(f"{rounding}: {compared:,} words, 0 differences, {time.perf_counter() - started:.0f} s")
    assert compared == 1 << 32
