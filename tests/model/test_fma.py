"""The fused multiply-add against the C library, exact integers, and identities."""

import itertools
import time

import numpy as np
import pytest

from accord.isa.fields import ROUNDING
from accord.model import bulk
from accord.model.numerics import fma
from accord.sim.seed import seed

from . import exact
from .vectors import CORNERS, KINDS, corner_triples, random_triples

SEED = 20240601
N_EACH = 22_000  # of ten kinds: 220,000 a mode


def show(a, b, c, rounding, got, want):
    """The first few differences, as text."""
    wrong = np.flatnonzero((got[0] != want[0]) | (got[1] != want[1]))
    lines = [
        f"{rounding}: fma({a[i]:#010x}, {b[i]:#010x}, {c[i]:#010x}) = {got[0][i]:#010x} {got[1][i]:05b}, "
        f"expected {want[0][i]:#010x} {want[1][i]:05b}"
        for i in wrong[:5]
    ]
    return "\n".join([f"{len(wrong)} of {len(a)} differ", *lines])


def assert_same(a, b, c, rounding, got, want):
    same = (got[0] == want[0]).all() and (got[1] == want[1]).all()
    assert same, show(a, b, c, rounding, got, want)


def by_exact_integers(a, b, c, rounding):
    results = [exact.fma(*triple, rounding) for triple in zip(a.tolist(), b.tolist(), c.tolist(), strict=True)]
    bits, flags = zip(*results, strict=True)
    return np.array(bits, np.uint32), np.array(flags, np.uint8)


def by_c(witness, a, b, c, mode):
    """The C library's answer, and where its flags are known to differ.

    Known difference: the x86 fused multiply-add raises no NV for infinity times zero plus a quiet NaN.
    """
    bits, flags = witness.fma(a, b, c, mode)
    magnitudes = [x & np.uint32(0x7FFFFFFF) for x in (a, b, c)]
    inf_times_zero = (np.minimum(magnitudes[0], magnitudes[1]) == 0) & (
        np.maximum(magnitudes[0], magnitudes[1]) == exact.INF
    )
    quiet_addend = magnitudes[2] >= exact.NAN
    return bits, flags, inf_times_zero & quiet_addend


@pytest.mark.parametrize("rounding", ROUNDING)
@pytest.mark.parametrize("vectors", ["corners", "random"])
def test_same_as_c_library(witness, rounding, vectors):
    print(f"seed {SEED}")
    a, b, c = corner_triples() if vectors == "corners" else random_triples(SEED, N_EACH)
    assert len(a) == (len(CORNERS) ** 3 if vectors == "corners" else 220_000)
    mode = ROUNDING.index(rounding)
    bits, flags, known = by_c(witness, a, b, c, mode)
    assert known.any()
    flags[known] = exact.NV
    assert_same(a, b, c, rounding, fma(a, b, c, mode), (bits, flags))


@pytest.mark.parametrize("rounding", ROUNDING)
def test_corners_same_as_exact_integers(rounding):
    a, b, c = corner_triples()
    assert len(a) == len(CORNERS) ** 3
    got = fma(a, b, c, ROUNDING.index(rounding))
    assert_same(a, b, c, rounding, got, by_exact_integers(a, b, c, rounding))


@pytest.mark.parametrize("rounding", ROUNDING)
def test_random_same_as_exact_integers(rounding):
    print(f"seed {SEED + 1}")
    a, b, c = random_triples(SEED + 1, N_EACH)
    assert len(a) == 220_000
    got = fma(a, b, c, ROUNDING.index(rounding))
    assert_same(a, b, c, rounding, got, by_exact_integers(a, b, c, rounding))


def test_random_vectors_reach_every_flag_and_every_kind_of_result():
    bits, flags = fma(*random_triples(SEED, N_EACH), ROUNDING.index("rne"))
    for flag in (exact.NX, exact.UF, exact.OF, exact.NV):
        assert np.count_nonzero(flags & flag) > 1000
    magnitude = bits & np.uint32(0x7FFFFFFF)
    assert np.count_nonzero((magnitude > 0) & (magnitude < 0x00800000)) > 1000
    assert np.count_nonzero(magnitude == 0) > 1000
    assert np.count_nonzero(magnitude == exact.INF) > 1000


def test_random_vectors_tell_the_rounding_modes_apart():
    triples = random_triples(SEED, N_EACH)
    results = [fma(*triples, mode)[0] for mode in range(5)]
    for i in range(5):
        for j in range(i):
            assert np.count_nonzero(results[i] != results[j]) > 1000, (ROUNDING[i], ROUNDING[j])


def test_times_one_and_plus_zero_are_numpy_sum_and_product():
    print(f"seed {SEED + 2}")
    random = np.random.default_rng(SEED + 2)
    a, b = random.normal(size=(2, 100_000)).astype(np.float32)
    one, zero = np.ones_like(a).view(np.uint32), np.zeros_like(a).view(np.uint32)
    x, y = a.view(np.uint32), b.view(np.uint32)
    np.testing.assert_array_equal(fma(x, y, zero, 0)[0], (a * b).view(np.uint32))
    np.testing.assert_array_equal(fma(x, one, y, 0)[0], (a + b).view(np.uint32))


@pytest.mark.parametrize("rounding", ROUNDING)
@pytest.mark.parametrize("negate_product", [False, True])
@pytest.mark.parametrize("negate_addend", [False, True])
def test_negations_are_of_the_operands(rounding, negate_product, negate_addend):
    a, b, c = corner_triples()
    mode = ROUNDING.index(rounding)
    sign = np.uint32(1 << 31)
    got = fma(a, b, c, mode, negate_product=negate_product, negate_addend=negate_addend)
    want = fma(a ^ sign if negate_product else a, b, c ^ sign if negate_addend else c, mode)
    assert_same(a, b, c, rounding, got, want)


FAMILY = {"vfma": (0, 0), "vfms": (0, 1), "vnfma": (1, 0), "vnfms": (1, 1)}
NIGHTLY_CHUNK = 1_000_000
NIGHTLY_CHUNKS = 20


@pytest.mark.nightly
@pytest.mark.parametrize("rounding", ROUNDING)
def test_twenty_million_of_the_family_same_as_c_library(witness, rounding):
    """Every triple of corners for each of the four, then random chunks, one of the four at a time."""
    first_seed, mode, started = seed(), ROUNDING.index(rounding), time.perf_counter()
    corners = [(mnemonic, corner_triples()) for mnemonic in FAMILY]
    drawn = (
        (mnemonic, random_triples(first_seed + number, NIGHTLY_CHUNK // len(KINDS)))
        for number, mnemonic in zip(range(NIGHTLY_CHUNKS), itertools.cycle(FAMILY), strict=False)
    )
    count = 0
    for mnemonic, (a, b, c) in itertools.chain(corners, drawn):
        product, addend = (np.uint32(sign << 31) for sign in FAMILY[mnemonic])
        bits, flags, known = by_c(witness, a ^ product, b, c ^ addend, mode)
        flags[known] = exact.NV
        got = bulk(mnemonic, a, b, c, rounding=rounding)
        assert_same(a, b, c, f"{mnemonic} {rounding}", got, (bits, flags))
        count += len(a)
    seconds = time.perf_counter() - started
    print(f"{rounding}: {count:,} vectors, 0 differences, {seconds:.0f} s, ACCORD_SEED={first_seed}")
    assert count >= 20_000_000


HAND_MADE = [
    # a, b, c, rounding, result, flags
    (0x3F800000, 0x3F800000, 0xBF800000, "rne", 0x00000000, 0),  # 1 - 1 = +0
    (0x3F800000, 0x3F800000, 0xBF800000, "rdn", 0x80000000, 0),  # but -0 rounding down
    (0x80000000, 0x3F800000, 0x80000000, "rup", 0x80000000, 0),  # -0 + -0 = -0 in any mode
    (0x00000000, 0x3F800000, 0x00000000, "rdn", 0x00000000, 0),
    (0x3F800001, 0x3F800001, 0xBF800002, "rne", 0x28800000, 0),  # (1 + u)^2 - (1 + 2u) = u^2, u = 2^-23: one rounding
    (0x7F800000, 0x00000000, 0x7FC00000, "rne", 0x7FC00000, 16),  # inf * 0 + quiet NaN: NV
    (0x7F800000, 0x3F800000, 0xFF800000, "rne", 0x7FC00000, 16),  # inf - inf
    (0x7F800001, 0x3F800000, 0x3F800000, "rne", 0x7FC00000, 16),  # signalling
    (0xFFE12345, 0x3F800000, 0x3F800000, "rne", 0x7FC00000, 0),  # quiet: canonical, no flag
    (0x7F7FFFFF, 0x40000000, 0x00000000, "rne", 0x7F800000, 5),  # overflow
    (0x7F7FFFFF, 0x40000000, 0x00000000, "rtz", 0x7F7FFFFF, 5),
    (0x7F7FFFFF, 0xC0000000, 0x00000000, "rup", 0xFF7FFFFF, 5),
    (0x00000001, 0x3F000000, 0x00000000, "rne", 0x00000000, 3),  # half the least subnormal: a tie, to even
    (0x00000001, 0x3F000000, 0x00000000, "rmm", 0x00000001, 3),
    (0x00FFFFFF, 0x3F000000, 0x00000000, "rne", 0x00800000, 3),  # 24 bits below 2^-126: rounds up to it, yet tiny
    (0x00800001, 0x3F7FFFFE, 0x00000000, "rne", 0x00800000, 1),  # 24 bits round to 2^-126: not tiny after rounding
    (0x3FC00000, 0x3F800001, 0x00000000, "rne", 0x3FC00002, 1),  # 1.5 + 1.5u: a tie, to even
]


@pytest.mark.parametrize(("a", "b", "c", "rounding", "bits", "flags"), HAND_MADE)
def test_hand_made(a, b, c, rounding, bits, flags):
    got_bits, got_flags = fma(*(np.array([x], np.uint32) for x in (a, b, c)), ROUNDING.index(rounding))
    assert (f"{got_bits[0]:#010x}", int(got_flags[0])) == (f"{bits:#010x}", flags)
    assert exact.fma(a, b, c, rounding) == (bits, flags)
