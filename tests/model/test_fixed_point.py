"""Multiply-high and rounding shifts of words against the definitions of those who defined them."""

import numpy as np
import pytest

from accord.model import bulk

from .integers import assert_same, bits, clamp, pairs

SEED = 20240612
LOW, HIGH = -(1 << 31), (1 << 31) - 1


def arm_sqrdmulh(a, b):
    """SQRDMULH on words, as the operation is written in the Arm Architecture Reference Manual (DDI 0487)."""
    round_const = 1 << 31
    product = 2 * a * b + round_const
    return clamp(product >> 32, 32)


def _truncated(dividend, divisor):
    """Division as C's: towards zero."""
    quotient = abs(dividend) // divisor
    return -quotient if dividend < 0 else quotient


def gemmlowp_multiply(a, b):
    """SaturatingRoundingDoublingHighMul of gemmlowp's fixedpoint.h."""
    if a == b == LOW:
        return HIGH
    product = a * b
    nudge = 1 << 30 if product >= 0 else 1 - (1 << 30)
    return _truncated(product + nudge, 1 << 31)


def gemmlowp_divide(x, exponent):
    """RoundingDivideByPOT of gemmlowp's fixedpoint.h."""
    mask = (1 << exponent) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (1 if x < 0 else 0)
    return (x >> exponent) + (1 if remainder > threshold else 0)


def _odd(random, width):
    """A random odd number below 2^``width``, of either sign."""
    return int(random.integers(0, 1 << width) | 1) * int(random.choice([1, -1]))


def operands():
    """Pairs as for every operation; and ties, products of an odd number and 2^30, and their neighbours."""
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    left, right = pairs(32, random)
    for shift in range(31):
        for _ in range(40):
            a, b = _odd(random, 31 - shift) << shift, _odd(random, shift + 1) << (30 - shift)
            left += [a, a, a]
            right += [b, clamp(b + 1, 32), clamp(b - 1, 32)]
    return left, right


@pytest.mark.parametrize("definition", [arm_sqrdmulh, gemmlowp_multiply])
def test_vsqrdmulh_is(definition):
    left, right = operands()
    ties = sum(a * b % (1 << 31) == 1 << 30 for a, b in zip(left, right, strict=True))
    negative_ties = sum(a * b < 0 and a * b % (1 << 31) == 1 << 30 for a, b in zip(left, right, strict=True))
    assert ties - negative_ties > 100
    assert negative_ties > 100
    arrays = bits(left, 32), bits(right, 32)
    want = bits([definition(a, b) for a, b in zip(left, right, strict=True)], 32)
    assert_same(bulk("vsqrdmulh", *arrays)[0], want, *arrays)


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        (LOW, LOW, HIGH),  # the one that saturates
        (LOW, HIGH, -HIGH),
        (HIGH, HIGH, HIGH - 1),
        (1, 1 << 30, 1),  # half: up
        (-1, 1 << 30, 0),  # minus half: up as well
        (3, 1 << 30, 2),
        (-3, 1 << 30, -1),
        (1, (1 << 30) - 1, 0),
        (-1, (1 << 30) + 1, -1),
    ],
)
def test_vsqrdmulh_by_hand(a, b, result):
    assert bulk("vsqrdmulh", bits([a], 32), bits([b], 32))[0].tolist() == bits([result], 32).tolist()


def test_vrshr_is_gemmlowps_rounding_divide_for_every_amount():
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    numbers, amounts = [], []
    for amount in range(32):
        odd = (random.integers(0, 1 << 31, 200) >> amount | 1).tolist()
        near_ties = [clamp((value << amount >> 1) + offset, 32) for value in odd for offset in (-1, 0, 1)]
        values = [LOW, LOW + 1, -2, -1, 0, 1, 2, HIGH - 1, HIGH, *near_ties, *(-value for value in near_ties)]
        numbers += values
        amounts += [amount] * len(values)
    want = bits([gemmlowp_divide(x, n) for x, n in zip(numbers, amounts, strict=True)], 32)
    for high_bits in (0, 32, 1 << 31, 0xFFFFFFE0):  # which do not count
        arrays = bits(numbers, 32), bits([amount | high_bits for amount in amounts], 32)
        assert_same(bulk("vrshr", *arrays)[0], want, *arrays)


@pytest.mark.parametrize(
    ("number", "amount", "result"),
    [
        (5, 1, 3),
        (-5, 1, -3),  # a tie, away from zero
        (6, 2, 2),
        (-6, 2, -2),
        (5, 2, 1),
        (-5, 2, -1),
        (LOW, 0, LOW),
        (HIGH, 0, HIGH),
        (LOW, 31, -1),
        (HIGH, 31, 1),
        (1 << 30, 31, 1),
        (-(1 << 30), 31, -1),
        ((1 << 30) - 1, 31, 0),
        (7, 32, 7),  # five bits of the amount count
    ],
)
def test_vrshr_by_hand(number, amount, result):
    assert bulk("vrshr", bits([number], 32), bits([amount], 32))[0].tolist() == bits([result], 32).tolist()


@pytest.mark.parametrize(
    ("a", "b", "result"), [(LOW, LOW, 1 << 30), (LOW, HIGH, -(1 << 30)), (-1, 1, -1), (1, 1, 0), (1 << 16, 1 << 16, 1)]
)
def test_vmulh_by_hand(a, b, result):
    assert bulk("vmulh", bits([a], 32), bits([b], 32))[0].tolist() == bits([result], 32).tolist()
