"""Sum, difference and product against NumPy, C, exact integers, and by hand."""

import numpy as np
import pytest

from accord.isa.fields import ROUNDING
from accord.model import bulk

from . import exact
from .vectors import CORNERS, random_triples

SEED = 20240606
OPERATIONS = {"add": np.add, "sub": np.subtract, "mul": np.multiply}
SIGN = 1 << 31


def pairs(seed, n_each):
    """All pairs of corners, then factors, terms that nearly cancel or straddle half a unit, products and addends."""
    left, right = (grid.ravel() for grid in np.meshgrid(CORNERS, CORNERS))
    a, b, c = random_triples(seed, n_each)
    with np.errstate(all="ignore"):
        product = (a.view(np.float32) * b.view(np.float32)).view(np.uint32)
    return np.concatenate([left, a, product, product]), np.concatenate([right, b, c, product ^ np.uint32(SIGN | 1)])


def exactly(operation, a, b, rounding):
    if operation == "mul":
        return exact.mul(a, b, rounding)
    # a NaN keeps its kind whatever its sign
    return exact.add(a, b ^ SIGN if operation == "sub" else b, rounding)


def assert_same(operation, a, b, got, want):
    wrong = np.flatnonzero((got[0] != want[0]) | (got[1] != want[1]))
    assert not len(wrong), [
        f"{operation} {a[i]:#x} {b[i]:#x}: {got[0][i]:#x} {got[1][i]}, not {want[0][i]:#x} {want[1][i]}"
        for i in wrong[:5]
    ]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_to_nearest_even_same_as_numpy(operation):
    print(f"seed {SEED}")
    a, b = pairs(SEED, 1 << 16)
    assert len(a) > 1 << 20
    got = bulk(f"vf{operation}", a, b)[0]
    with np.errstate(all="ignore"):
        want = OPERATIONS[operation](a.view(np.float32), b.view(np.float32)).view(np.uint32)
    np.testing.assert_array_equal(got, np.where((want & 0x7FFFFFFF) > exact.INF, exact.NAN, want))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("rounding", ROUNDING)
def test_values_and_flags_same_as_c(witness, operation, rounding):
    print(f"seed {SEED + 1}")
    a, b = pairs(SEED + 1, 10_000)
    assert len(a) == len(CORNERS) ** 2 + 300_000
    got = bulk(f"vf{operation}", a, b, rounding=rounding)
    assert_same(operation, a, b, got, witness.binary(operation, a, b, ROUNDING.index(rounding)))
    # a sum below the normal numbers is exact
    for flag in (exact.NX, exact.OF, exact.NV) + ((exact.UF,) if operation == "mul" else ()):
        assert np.count_nonzero(got[1] & flag) > 100, flag


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("rounding", ROUNDING)
def test_values_and_flags_same_as_exact_integers(operation, rounding):
    print(f"seed {SEED + 2}")
    a, b = pairs(SEED + 2, 500)
    got = bulk(f"vf{operation}", a, b, rounding=rounding)
    bits, flags = zip(*map(lambda x, y: exactly(operation, x, y, rounding), a.tolist(), b.tolist()), strict=True)
    assert_same(operation, a, b, got, (np.array(bits), np.array(flags)))


HAND_MADE = [
    ("vfadd", 0x00000000, 0x80000000, "rne", 0x00000000, 0),  # +0 + -0
    ("vfadd", 0x00000000, 0x80000000, "rdn", 0x80000000, 0),
    ("vfadd", 0x80000000, 0x80000000, "rup", 0x80000000, 0),
    ("vfsub", 0x80000000, 0x00000000, "rne", 0x80000000, 0),  # -0 - +0
    ("vfsub", 0x3F800000, 0x3F800000, "rdn", 0x80000000, 0),
    ("vfsub", 0x7F800000, 0x7F800000, "rne", 0x7FC00000, 16),
    ("vfsub", 0x7F800000, 0xFF800000, "rne", 0x7F800000, 0),
    ("vfsub", 0x3F800000, 0xFFC00001, "rne", 0x7FC00000, 0),
    ("vfadd", 0x3F800000, 0x33800000, "rne", 0x3F800000, 1),  # 1 + 2^-24, a tie
    ("vfadd", 0x3F800000, 0x33800000, "rmm", 0x3F800001, 1),
    ("vfsub", 0x00800000, 0x00000001, "rne", 0x007FFFFF, 0),  # to a subnormal number, exact
    ("vfmul", 0x80000000, 0x3F800000, "rne", 0x80000000, 0),
    ("vfmul", 0x80000000, 0x3F800000, "rup", 0x80000000, 0),
    ("vfmul", 0x00000000, 0x3F800000, "rdn", 0x00000000, 0),  # +0, rounding down too
    ("vfmul", 0x7F800000, 0x80000000, "rne", 0x7FC00000, 16),
    ("vfmul", 0x7F800000, 0xC0000000, "rne", 0xFF800000, 0),
    ("vfmul", 0x7FC00000, 0x7F800001, "rne", 0x7FC00000, 16),
    ("vfmul", 0x00000001, 0x3F000000, "rdn", 0x00000000, 3),
    ("vfmul", 0x00000001, 0xBF000000, "rdn", 0x80000001, 3),
]


@pytest.mark.parametrize(("mnemonic", "a", "b", "rounding", "result", "flags"), HAND_MADE)
def test_hand_made(mnemonic, a, b, rounding, result, flags):
    bits, raised = bulk(mnemonic, *(np.array([x], np.uint32) for x in (a, b)), rounding=rounding)
    assert (f"{bits[0]:#010x}", int(raised[0])) == (f"{result:#010x}", flags)
    assert exactly(mnemonic[2:], a, b, rounding) == (result, flags)
