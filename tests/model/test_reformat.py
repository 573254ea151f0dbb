"""Conversions between FP32 and bfloat16, E4M3, E5M2 against ml_dtypes, exact integers, and by hand."""

import numpy as np
import pytest

from accord.isa.fields import ROUNDING
from accord.model import bulk

from . import exact
from .formats import BF16, E4M3, E5M2, FORMATS, from_f32, neighbourhoods, random_around

SEED = 20240605
EVERY = pytest.mark.parametrize("narrow", FORMATS.values(), ids=FORMATS)
SATURATING = pytest.mark.parametrize("narrow", [E4M3, E5M2], ids=["e4m3", "e5m2"])


def by_ml_dtypes(bits, narrow):
    """ml_dtypes rounds to nearest even. Known difference: it keeps the sign of a NaN, and an e4m3 overflow is a NaN
    there too; here the one NaN of the format takes their place."""
    with np.errstate(invalid="ignore", over="ignore"):
        patterns = bits.view(np.float32).astype(narrow.witness).view(narrow.dtype)
    return np.where(narrow.is_nan(patterns), narrow.dtype.type(narrow.nan), patterns)


def assert_same(inputs, got, want):
    assert len(inputs)
    assert got[0].dtype == want[0].dtype
    wrong = np.flatnonzero((got[0] != want[0]) | (got[1] != want[1]))
    lines = [
        f"{inputs[i]:#x}: {got[0][i]:#x} {got[1][i]:05b}, expected {want[0][i]:#x} {want[1][i]:05b}" for i in wrong
    ]
    assert not lines, "\n".join([f"{len(lines)} of {len(inputs)} differ", *lines[:5]])


@EVERY
def test_every_narrow_value_to_f32_same_as_ml_dtypes(narrow):
    patterns = narrow.patterns()
    assert len(patterns) == 1 << narrow.width
    got, flags = bulk(f"vcvt_{narrow.name}_f32", patterns)
    with np.errstate(invalid="ignore"):
        want = patterns.view(narrow.witness).astype(np.float32).view(np.uint32)
    # Known difference: ml_dtypes keeps the sign and payload of a NaN.
    np.testing.assert_array_equal(got, np.where(narrow.is_nan(patterns), exact.NAN, want))
    quiet = 1 << (narrow.precision - 2)
    signals = narrow.is_nan(patterns) & (patterns & quiet == 0)
    np.testing.assert_array_equal(flags, np.where(signals, exact.NV, 0))
    assert np.count_nonzero(signals) == {"bf16": 2 * 63, "e4m3": 0, "e5m2": 2}[narrow.name]


@EVERY
@pytest.mark.parametrize("rounding", ROUNDING)
def test_every_narrow_value_comes_back(narrow, rounding):
    patterns = narrow.patterns()
    wide, _ = bulk(f"vcvt_{narrow.name}_f32", patterns)
    back, flags = bulk(f"vcvt_f32_{narrow.name}", wide, rounding=rounding)
    np.testing.assert_array_equal(back, np.where(narrow.is_nan(patterns), narrow.nan, patterns))
    assert not flags.any()


@EVERY
def test_neighbourhoods_to_nearest_even_same_as_ml_dtypes(narrow):
    bits = neighbourhoods(narrow)
    assert len(bits) > 10 * narrow.top
    np.testing.assert_array_equal(bulk(f"vcvt_f32_{narrow.name}", bits)[0], by_ml_dtypes(bits, narrow))


@EVERY
def test_random_to_nearest_even_same_as_ml_dtypes(narrow):
    print(f"seed {SEED}")
    bits = random_around(narrow, SEED, 1 << 20)
    got = bulk(f"vcvt_f32_{narrow.name}", bits)[0]
    np.testing.assert_array_equal(got, by_ml_dtypes(bits, narrow))
    assert len(np.unique(got)) > 0.99 * (1 << narrow.width) - (126 if narrow is BF16 else 8)


@SATURATING
def test_saturating_to_nearest_even_is_ml_dtypes_on_clipped_numbers(narrow):
    print(f"seed {SEED}")
    bits = np.concatenate([neighbourhoods(narrow), random_around(narrow, SEED, 1 << 20)])
    largest = np.float32(narrow.values[narrow.top] / (1 << exact.UNIT))
    with np.errstate(invalid="ignore"):
        clipped = np.clip(bits.view(np.float32), -largest, largest).view(np.uint32)
    got = bulk(f"vcvt_f32_{narrow.name}", bits, sat=True)[0]
    np.testing.assert_array_equal(got, by_ml_dtypes(clipped, narrow))


def sample(narrow):
    """All neighbourhoods of the 8-bit formats; of bf16 those at both ends and some between; and random numbers."""
    patterns = np.arange(narrow.top + 1)
    if narrow is BF16:
        ends = (patterns < 3 * 128) | (patterns > narrow.top - 2 * 128)
        patterns = patterns[ends | (patterns % 61 == 0)]
    return np.concatenate([neighbourhoods(narrow, patterns), random_around(narrow, SEED + 1, 10_000)])


@pytest.mark.parametrize(
    ("narrow", "sat"),
    [(BF16, False), (E4M3, False), (E4M3, True), (E5M2, False), (E5M2, True)],
    ids=["bf16", "e4m3", "e4m3-sat", "e5m2", "e5m2-sat"],
)
@pytest.mark.parametrize("rounding", ROUNDING)
def test_values_and_flags_same_as_exact_integers(narrow, sat, rounding):
    print(f"seed {SEED + 1}")
    bits = sample(narrow)
    got = bulk(f"vcvt_f32_{narrow.name}", bits, rounding=rounding, sat=sat)
    patterns, flags = zip(*(from_f32(x, narrow, rounding, sat) for x in bits.tolist()), strict=True)
    assert_same(bits, got, (np.array(patterns, narrow.dtype), np.array(flags, np.uint8)))
    overflow = (
        set() if narrow is BF16 and rounding == "rtz" else {exact.NX | exact.OF}
    )  # f32's largest is cut to bf16's
    assert set(flags) == {0, exact.NX, exact.NX | exact.UF, exact.NV} | overflow


HAND_MADE = [
    # format, rounding, sat, input, result, flags
    ("bf16", "rne", False, 0x3F808000, 0x3F80, 1),  # a tie, to even
    ("bf16", "rmm", False, 0x3F808000, 0x3F81, 1),
    ("bf16", "rne", False, 0x7F7FFFFF, 0x7F80, 5),
    ("bf16", "rtz", False, 0x7F7FFFFF, 0x7F7F, 1),  # below the next with an unbounded exponent: no overflow
    ("bf16", "rne", False, 0x7F800001, 0x7FC0, 16),
    ("bf16", "rne", False, 0xFFC00000, 0x7FC0, 0),
    ("bf16", "rne", False, 0xFF800000, 0xFF80, 0),
    ("bf16", "rne", False, 0x00008000, 0x0000, 3),
    ("bf16", "rup", False, 0x00000001, 0x0001, 3),
    ("bf16", "rne", False, 0x007FBFFF, 0x0080, 3),  # at 8 bits below the least normal, which it rounds to: tiny
    ("bf16", "rne", False, 0x007FC000, 0x0080, 1),  # at 8 bits a tie, which goes up to the least normal: not tiny
    ("e4m3", "rne", False, 0x43E80000, 0x7E, 1),  # 464, half way to 480: to even, 448
    ("e4m3", "rmm", False, 0x43E80000, 0x7F, 5),
    ("e4m3", "rne", False, 0x43E80001, 0x7F, 5),
    ("e4m3", "rne", False, 0xC3E80001, 0x7F, 5),  # the one NaN has no sign
    ("e4m3", "rtz", False, 0x43EFFFFF, 0x7E, 1),  # below 480
    ("e4m3", "rtz", False, 0x43F00000, 0x7E, 5),  # 480
    ("e4m3", "rdn", False, 0xC3F00000, 0x7F, 5),
    ("e4m3", "rup", False, 0xC3F00000, 0xFE, 5),
    ("e4m3", "rne", True, 0xC3F00000, 0xFE, 5),
    ("e4m3", "rne", False, 0x7F800000, 0x7F, 0),
    ("e4m3", "rne", True, 0x7F800000, 0x7E, 0),
    ("e4m3", "rne", True, 0xFF800000, 0xFE, 0),
    ("e4m3", "rne", True, 0xFFC00000, 0x7F, 0),
    ("e4m3", "rne", True, 0x7FA00000, 0x7F, 16),
    ("e4m3", "rne", False, 0x3A800000, 0x00, 3),  # 2^-10, half the least: to even
    ("e4m3", "rmm", False, 0xBA800000, 0x81, 3),
    ("e5m2", "rne", False, 0x47700000, 0x7C, 5),  # 61440, half way to 65536: 57344 is odd
    ("e5m2", "rne", False, 0x476FFFFF, 0x7B, 1),
    ("e5m2", "rtz", False, 0x477FFFFF, 0x7B, 1),
    ("e5m2", "rtz", False, 0xC7800000, 0xFB, 5),
    ("e5m2", "rne", True, 0xC7800000, 0xFB, 5),
    ("e5m2", "rne", False, 0xFF800000, 0xFC, 0),
    ("e5m2", "rne", True, 0xFF800000, 0xFB, 0),
    ("e5m2", "rne", True, 0xFFC00000, 0x7E, 0),
    ("e5m2", "rne", False, 0xFF800001, 0x7E, 16),
]


@pytest.mark.parametrize(("name", "rounding", "sat", "bits", "result", "flags"), HAND_MADE)
def test_hand_made(name, rounding, sat, bits, result, flags):
    got = bulk(f"vcvt_f32_{name}", np.array([bits], np.uint32), rounding=rounding, sat=sat)
    assert (f"{got[0][0]:#x}", int(got[1][0])) == (f"{result:#x}", flags)
    assert from_f32(bits, FORMATS[name], rounding, sat) == (result, flags)
