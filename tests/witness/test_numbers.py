"""The evaluator's arithmetic, against numbers worked out by hand and exact fractions."""

import numpy as np
import pytest

from accord.sim.seed import seed
from bench.witness import numbers
from bench.witness.sums import product

from ..sw import exact_contracts as exact


def test_sums_that_saturate_elsewhere():
    x, w = np.array([[255, 255, 255, 255]]), np.array([[127, -128]] * 4)
    assert product(x, w).tolist() == [[4 * 32385, 4 * -32640]]
    assert product(x[:, :2], w[:2]).tolist() == [[64770, -65280]]


def test_sums_beyond_float32_and_beyond_float64():
    assert product(np.full((1, 1000), 255), np.full((1000, 1), 127)).item() == 32_385_000
    assert product(np.array([[2**24, 1]]), np.array([[1], [1]])).item() == 2**24 + 1
    with pytest.raises(AssertionError, match="float64 may not hold"):
        product(np.array([[2**30, 1]]), np.array([[2**30], [1]]))


@pytest.mark.parametrize(
    ("acc", "multiplier", "zero", "want"),
    [
        (1, 0.5, np.uint8(0), 0),
        (3, 0.5, np.uint8(0), 2),
        (5, 0.5, np.uint8(1), 3),  # 2.5 to even, and 1: not 3.5 to even
        (-1, 0.5, np.int8(3), 3),
        (-3, 0.5, np.int8(3), 1),
        (255, 1.0, np.uint8(1), 255),
        (-129, 1.0, np.int8(0), -128),
        (-5, 1.0, np.uint8(4), 0),
        (2**24 + 1, 2.0**-20, np.int8(0), 16),
        (64770, 0.001, np.uint8(7), 72),
    ],
)
def test_requantize_by_hand(acc, multiplier, zero, want):
    got = numbers.requantize(np.array([acc]), np.float32(multiplier), zero)
    assert (got.tolist(), got.dtype) == ([want], zero.dtype)


def test_requantize_against_fractions():
    rng = np.random.default_rng(seed())
    acc = rng.integers(-(2**31) + 1, 2**31, 3000) >> rng.integers(0, 31, 3000)
    multiplier = np.float32(2.0) ** rng.integers(-28, 1, 3000).astype(np.float32) * rng.choice([1, 1.5, 1.1], 3000)
    multiplier = multiplier.astype(np.float32)
    want = [exact.requantize_onnx(a, float(m), -3) for a, m in zip(acc.tolist(), multiplier, strict=True)]
    assert numbers.requantize(acc, multiplier, np.int8(-3)).tolist() == want
    assert len(set(want)) > 100


def test_sums_beyond_int32_are_not_wrapped_in_silence():
    with pytest.raises(AssertionError, match="beyond INT32"):
        numbers.requantize(np.array([2**31]), np.float32(1), np.uint8(0))


def test_quantize_by_hand():
    x = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 1e30, -1e30, np.inf, -np.inf, np.nan], np.float32)
    assert numbers.quantize(x, np.float32(1), np.uint8(10)).tolist() == [10, 12, 12, 10, 8, 255, 0, 255, 0, 0]
    assert numbers.quantize(x, np.float32(1), np.int8(1)).tolist() == [1, 3, 3, 1, -1, 127, -128, 127, -128, -128]


def test_dequantize_by_hand():
    q = np.array([[0, 255], [3, 4]], np.uint8)
    assert numbers.dequantize(q, np.float32(0.5), np.uint8(3)).tolist() == [[-1.5, 126], [0, 0.5]]
    channels = numbers.dequantize(q, np.array([1, 2], np.float32), np.array([0, 1], np.uint8), 1)
    assert channels.tolist() == [[0, 508], [3, 6]]


def test_fused_multiply_add_rounds_once():
    rng = np.random.default_rng(seed())
    a, b = (rng.normal(0, 1, 3000).astype(np.float32) for _ in range(2))
    near = (2.0 ** rng.integers(-60, 60, 1000) * rng.choice([-1, 1], 1000)).astype(np.float32)
    c = np.concatenate([-(a[:1000] * b[:1000]), near, rng.normal(0, 1e7, 1000)]).astype(np.float32)
    want = [float(exact.fma(*map(float, three))) for three in zip(a, b, c, strict=True)]
    np.testing.assert_array_equal(numbers.fma(a, b, c), np.array(want, np.float32))


def test_fused_multiply_add_where_double_is_a_tie():
    """1 + 2^-24 is a tie of float32; what double cannot hold beside it decides."""
    small = np.float32(2.0**-24)
    for hair in (np.float32(2.0**-80), np.float32(-(2.0**-80))):
        a = np.float32(1) + np.float32(2.0**-23)
        got = numbers.fma(a, np.float32(1), small)
        assert float(got) == float(exact.fma(float(a), 1.0, float(small)))
        assert float(numbers.fma(hair, np.float32(1), np.float32(1))) == 1.0
    tie = np.float64(1) + np.float64(2.0**-24)
    assert float(numbers.fma(np.float32(2.0**-24), np.float32(1 + 2.0**-23), np.float32(1))) == 1 + 2.0**-23
    assert np.float32(tie) == 1.0


def test_addition_by_hand():
    """(3 - 1) / 2 + (5 - 2) / 4 over a step of 0.25, and a zero point of 10."""
    a, b = np.array([3], np.uint8), np.array([5], np.uint8)
    assert numbers.add(a, 0.5, np.uint8(1), b, 0.25, np.uint8(2), 0.25, np.uint8(10)).tolist() == [17]


def test_multiplication_adds_the_zero_point_before_rounding():
    """A product of 1.5 steps: with a zero point of 1 it is 2.5, a tie that goes to 2; rounded first it would be 3."""
    a, b = np.array([4], np.uint8), np.array([6], np.uint8)
    assert numbers.multiply(a, 0.5, np.uint8(1), b, 0.5, np.uint8(4), 1.0, np.uint8(1)).tolist() == [2]
