"""Conversions between FP32 and integers against C, exact integers, and by hand."""

import time

import numpy as np
import pytest

from accord.isa.fields import ROUNDING
from accord.model import bulk
from accord.model.numerics import f32_to_int, int_to_f32

from . import exact
from .vectors import CORNERS, random_floats

SEED = 20240602
WIDTHS = {8: np.int8, 16: np.int16, 32: np.int32}


def strata():
    """A number from each of 2^16 strata of the 32-bit integers, and the neighbourhood of every power of two."""
    random = np.random.default_rng(SEED)
    spread = (np.arange(1 << 16, dtype=np.int64) << 16) - (1 << 31) + random.integers(0, 1 << 16, 1 << 16)
    powers = np.int64(1) << np.arange(0, 31, dtype=np.int64)
    near = np.concatenate([sign * powers + offset for sign in (1, -1) for offset in range(-2, 3)])
    return np.concatenate([spread, near, [0, -(1 << 31), (1 << 31) - 1]]).astype(np.int32)


def by_exact_integers(function, values, *args):
    results, flags = zip(*(function(value, *args) for value in values.tolist()), strict=True)
    return np.array(results, np.int64), np.array(flags, np.uint8)


def assert_same(inputs, got, want):
    results, flags = (array.astype(np.int64) for array in want)
    wrong = np.flatnonzero((got[0].astype(np.int64) != results) | (got[1] != flags))
    assert not len(wrong), [
        (hex(inputs[i]), int(got[0][i]), int(got[1][i]), int(results[i]), int(flags[i])) for i in wrong[:5]
    ]


@pytest.mark.parametrize("rounding", ROUNDING)
def test_int_to_f32_same_as_exact_integers(rounding):
    print(f"seed {SEED}")
    values = strata()
    got = int_to_f32(values, ROUNDING.index(rounding))
    assert_same(values, got, by_exact_integers(exact.int_to_f32, values, rounding))
    assert 0 < np.count_nonzero(got[1] == exact.NX) < len(values)


@pytest.mark.parametrize("rounding", ROUNDING[:4])
def test_int_to_f32_same_as_c_cast(witness, rounding):
    print(f"seed {SEED}")
    values = np.concatenate([strata(), np.random.default_rng(SEED).integers(-(1 << 31), 1 << 31, 200_000)])
    mode = ROUNDING.index(rounding)
    assert_same(values, int_to_f32(values.astype(np.int32), mode), witness.int_to_f32(values, mode))


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
@pytest.mark.parametrize("rounding", ROUNDING)
def test_every_narrow_integer_is_exact(dtype, rounding):
    limits = np.iinfo(dtype)
    values = np.arange(limits.min, limits.max + 1).astype(dtype)
    bits, flags = int_to_f32(values, ROUNDING.index(rounding))
    assert len(values) == 1 << limits.bits
    # the instructions have no rounding mode
    by_instruction, raised = bulk(f"vcvt_s{limits.bits}_f32", values.view(f"u{limits.bits // 8}"))
    np.testing.assert_array_equal(by_instruction, bits)
    assert not raised.any()
    assert (bits == values.astype(np.float32).view(np.uint32)).all()
    assert not flags.any()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rounding", ROUNDING)
def test_f32_to_int_same_as_exact_integers(width, rounding):
    print(f"seed {SEED}")
    bits = np.concatenate([CORNERS, random_floats(SEED, 5_000)])
    got = f32_to_int(bits, WIDTHS[width], ROUNDING.index(rounding))
    assert got[0].dtype == WIDTHS[width]
    assert_same(bits, got, by_exact_integers(exact.f32_to_int, bits, width, rounding))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rounding", ROUNDING)
def test_f32_to_int_same_as_c_library(witness, width, rounding):
    print(f"seed {SEED}")
    strata_of_bits = np.arange(1 << 16, dtype=np.uint32) << np.uint32(16) | np.uint32(0x8001)
    bits = np.concatenate([CORNERS, strata_of_bits, random_floats(SEED, 50_000)])
    mode = ROUNDING.index(rounding)
    got = f32_to_int(bits, WIDTHS[width], mode)
    assert_same(bits, got, witness.f32_to_int(bits, width, mode))
    assert set(np.unique(got[1])) == {0, exact.NX, exact.NV}


@pytest.mark.parametrize("width", [8, 16])
@pytest.mark.parametrize("rounding", ROUNDING)
def test_wrap_is_the_low_bits_and_the_flags_of_the_conversion_to_s32(witness, width, rounding):
    print(f"seed {SEED}")
    bits = np.concatenate([CORNERS, random_floats(SEED, 50_000)])
    mode = ROUNDING.index(rounding)
    whole, flags = witness.f32_to_int(bits, 32, mode)
    low = whole & ((1 << width) - 1)
    signed = np.where(low >> (width - 1), low - (1 << width), low)
    assert_same(bits, f32_to_int(bits, WIDTHS[width], mode, wrap=True), (signed, flags))


@pytest.mark.parametrize("rounding", ROUNDING)
def test_every_s8_and_the_ties_between_come_back(rounding):
    values = np.arange(-256, 256) / 2
    got, flags = f32_to_int(values.astype(np.float32).view(np.uint32), np.int8, ROUNDING.index(rounding))
    want = {
        "rne": np.rint(values),
        "rtz": np.trunc(values),
        "rdn": np.floor(values),
        "rup": np.ceil(values),
        "rmm": np.sign(values) * np.floor(np.abs(values) + 0.5),
    }[rounding]
    out_of_range = (want > 127) | (want < -128)
    np.testing.assert_array_equal(got, np.clip(want, -128, 127))
    np.testing.assert_array_equal(flags, np.where(out_of_range, 16, np.where(values % 1 != 0, 1, 0)))


def assert_bulk_to_s8_same_as_c(witness, bits, rounding):
    """Every element; the flags that occurred."""
    values, flags = bulk("vcvt_f32_s8", bits, rounding=rounding)
    want, want_flags = witness.f32_to_int(bits, 8, ROUNDING.index(rounding))
    # whole arrays first: 2^32 elements have no time for more
    if not (np.array_equal(values.view(np.int8), want) and np.array_equal(flags, want_flags)):
        assert_same(bits, (values.view(np.int8), flags), (want, want_flags))
    return set(np.unique(flags))


@pytest.mark.parametrize("rounding", ["rmm", "rne"])
def test_stratified_f32_to_s8_same_as_c_library(witness, rounding):
    """Every sign and exponent, every 11 leading fraction bits, and four patterns below them: 2^22."""
    leading = np.arange(1 << 20, dtype=np.uint32) << np.uint32(12)
    bits = np.concatenate([leading | np.uint32(low) for low in (0x000, 0x001, 0x800, 0xFFF)])
    assert len(bits) == 1 << 22
    assert assert_bulk_to_s8_same_as_c(witness, bits, rounding) == {0, exact.NX, exact.NV}


@pytest.mark.nightly
@pytest.mark.parametrize("rounding", ["rmm", "rne"])
def test_every_f32_to_s8_same_as_c_library(witness, rounding):
    started, chunk, count = time.perf_counter(), 1 << 22, 0
    for first in range(0, 1 << 32, chunk):
        bits = np.arange(first, first + chunk, dtype=np.uint32)
        assert_bulk_to_s8_same_as_c(witness, bits, rounding)
        count += len(bits)
    print(f"{rounding}: {count:,} numbers, 0 differences, {time.perf_counter() - started:.0f} s")
    assert count == 1 << 32


@pytest.mark.parametrize(
    ("number", "rounding", "result", "flags"),
    [
        (0.5, "rmm", 1, 1),
        (0.5, "rne", 0, 1),
        (-0.5, "rmm", -1, 1),
        (np.nextafter(np.float32(0.5), np.float32(0)), "rmm", 0, 1),  # 0.49999997 + 0.5 rounds to 1 in FP32
        (8388609.0, "rmm", 127, 16),
        (-128.5, "rne", -128, 1),  # rounded into range: in range
        (-128.5, "rmm", -128, 16),
        (127.5, "rtz", 127, 1),
        (np.nan, "rne", 127, 16),
        (-np.inf, "rne", -128, 16),
        (-0.0, "rne", 0, 0),
    ],
)
def test_to_s8_by_hand(number, rounding, result, flags):
    bits = np.array([number], np.float32).view(np.uint32)
    got = f32_to_int(bits, np.int8, ROUNDING.index(rounding))
    assert (int(got[0][0]), int(got[1][0])) == (result, flags)
