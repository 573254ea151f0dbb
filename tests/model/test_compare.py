"""Comparisons, minimum, maximum, negation, absolute value, selection: by hand, against NumPy and plain Python."""

import math
import struct

import numpy as np
import pytest

from accord.model import bulk

from . import exact
from .vectors import CORNERS, random_floats

SEED = 20240607
NEG_ZERO, ONE, TWO, INF, NEG_INF = 0x80000000, 0x3F800000, 0x40000000, 0x7F800000, 0xFF800000
QUIET, NEG_QUIET, SIGNALLING, NEG_SIGNALLING = 0x7FE12345, 0xFFC00001, 0x7F800001, 0xFFA00000
TRUE = 0xFFFFFFFF


def one(mnemonic, *operands):
    bits, flags = bulk(mnemonic, *(np.array([x], np.uint32) for x in operands))
    return int(bits[0]), int(flags[0])


MINIMUM_AND_MAXIMUM = [
    # a, b, minimum, maximum, flags
    (ONE, TWO, ONE, TWO, 0),
    (0xBF800000, 0xC0000000, 0xC0000000, 0xBF800000, 0),
    (NEG_INF, INF, NEG_INF, INF, 0),
    (NEG_ZERO, 0, NEG_ZERO, 0, 0),  # -0 < +0
    (1, NEG_ZERO, NEG_ZERO, 1, 0),
    (0x80000001, NEG_ZERO, 0x80000001, NEG_ZERO, 0),
    (0x007FFFFF, 0x00800000, 0x007FFFFF, 0x00800000, 0),
    (QUIET, ONE, ONE, ONE, 0),  # a NaN loses
    (NEG_QUIET, NEG_INF, NEG_INF, NEG_INF, 0),
    (QUIET, INF, INF, INF, 0),
    (SIGNALLING, ONE, ONE, ONE, 16),
    (NEG_SIGNALLING, NEG_ZERO, NEG_ZERO, NEG_ZERO, 16),
    (QUIET, NEG_QUIET, 0x7FC00000, 0x7FC00000, 0),
    (QUIET, SIGNALLING, 0x7FC00000, 0x7FC00000, 16),
    (NEG_SIGNALLING, SIGNALLING, 0x7FC00000, 0x7FC00000, 16),
]


@pytest.mark.parametrize(("a", "b", "least", "greatest", "flags"), MINIMUM_AND_MAXIMUM)
def test_minimum_and_maximum_by_hand_in_either_order(a, b, least, greatest, flags):
    for operands in ((a, b), (b, a)):
        assert one("vfmin", *operands) == (least, flags)
        assert one("vfmax", *operands) == (greatest, flags)


COMPARISONS = [
    # a, b, equal, less, less or equal, flags of equal, flags of the others
    (ONE, ONE, TRUE, 0, TRUE, 0, 0),
    (ONE, TWO, 0, TRUE, TRUE, 0, 0),
    (TWO, ONE, 0, 0, 0, 0, 0),
    (0xC0000000, 0xBF800000, 0, TRUE, TRUE, 0, 0),
    (0xBF800000, ONE, 0, TRUE, TRUE, 0, 0),
    (ONE, 0xBF800000, 0, 0, 0, 0, 0),
    (0, NEG_ZERO, TRUE, 0, TRUE, 0, 0),
    (NEG_ZERO, 0, TRUE, 0, TRUE, 0, 0),
    (0x80000001, NEG_ZERO, 0, TRUE, TRUE, 0, 0),
    (NEG_ZERO, 1, 0, TRUE, TRUE, 0, 0),
    (NEG_INF, INF, 0, TRUE, TRUE, 0, 0),
    (INF, INF, TRUE, 0, TRUE, 0, 0),
    (QUIET, QUIET, 0, 0, 0, 0, 16),  # not equal to itself
    (QUIET, ONE, 0, 0, 0, 0, 16),
    (NEG_INF, NEG_QUIET, 0, 0, 0, 0, 16),
    (ONE, SIGNALLING, 0, 0, 0, 16, 16),
    (NEG_SIGNALLING, QUIET, 0, 0, 0, 16, 16),
]


@pytest.mark.parametrize(("a", "b", "eq", "lt", "le", "quiet", "signalling"), COMPARISONS)
def test_comparisons_by_hand(a, b, eq, lt, le, quiet, signalling):
    assert one("vfeq", a, b) == (eq, quiet)
    assert one("vflt", a, b) == (lt, signalling)
    assert one("vfle", a, b) == (le, signalling)


def pairs():
    random = np.random.default_rng(SEED)
    left, right = (grid.ravel() for grid in np.meshgrid(CORNERS, CORNERS))
    a = random_floats(SEED, 50_000)
    near = a + random.integers(-1, 2, len(a)).astype(np.uint32)
    return np.concatenate([left, a, a, a]), np.concatenate([right, random.permutation(a), near, a ^ np.uint32(1 << 31)])


@pytest.mark.parametrize(("mnemonic", "ufunc"), [("vfeq", np.equal), ("vflt", np.less), ("vfle", np.less_equal)])
def test_comparisons_same_as_numpy(mnemonic, ufunc):
    print(f"seed {SEED}")
    a, b = pairs()
    with np.errstate(invalid="ignore"):
        want = ufunc(a.view(np.float32), b.view(np.float32))
    assert 0 < np.count_nonzero(want) < len(want)
    got, flags = bulk(mnemonic, a, b)
    np.testing.assert_array_equal(got, np.where(want, TRUE, 0))
    kind = exact.is_signalling if mnemonic == "vfeq" else exact.is_nan
    np.testing.assert_array_equal(flags != 0, [kind(x) or kind(y) for x, y in zip(a.tolist(), b.tolist(), strict=True)])
    assert set(np.unique(flags)) == {0, exact.NV}


def least_and_greatest(a, b):
    """minimumNumber and maximumNumber in plain Python: the sign decides between numbers that compare equal."""
    numbers = [bits for bits in (a, b) if not exact.is_nan(bits)]
    flags = exact.NV if exact.is_signalling(a) or exact.is_signalling(b) else 0
    if not numbers:
        return exact.NAN, exact.NAN, flags

    def rank(bits):
        number = struct.unpack("<f", struct.pack("<I", bits))[0]
        return number, math.copysign(1, number)

    return min(numbers, key=rank), max(numbers, key=rank), flags


def test_minimum_and_maximum_same_as_plain_python():
    print(f"seed {SEED}")
    a, b = (operand[:60_000] for operand in pairs())
    least, greatest, flags = zip(*map(least_and_greatest, a.tolist(), b.tolist()), strict=True)
    for mnemonic, want in (("vfmin", least), ("vfmax", greatest)):
        got = bulk(mnemonic, a, b)
        np.testing.assert_array_equal(got[0], want)
        np.testing.assert_array_equal(got[1], flags)


def test_negation_and_absolute_value_move_the_sign_bit_only_and_raise_nothing():
    bits = np.concatenate([CORNERS, random_floats(SEED, 1000)])
    for mnemonic, want in (("vfneg", bits ^ np.uint32(1 << 31)), ("vfabs", bits & np.uint32(0x7FFFFFFF))):
        got, flags = bulk(mnemonic, bits)
        np.testing.assert_array_equal(got, want)
        assert not flags.any()
    assert one("vfneg", SIGNALLING) == (0xFF800001, 0)
    assert one("vfabs", NEG_SIGNALLING) == (0x7FA00000, 0)


@pytest.mark.parametrize(
    ("condition", "first"), [(0, False), (1, True), (TRUE, True), (NEG_ZERO, True), (0x100, True), (SIGNALLING, True)]
)
def test_selection_takes_the_first_where_any_bit_is_set_and_raises_nothing(condition, first):
    assert one("vsel", SIGNALLING, NEG_QUIET, condition) == (SIGNALLING if first else NEG_QUIET, 0)
