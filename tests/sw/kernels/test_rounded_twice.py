"""Sums that double precision, rounded to float32, gets wrong: who has no fused multiply-add must not stop there.

A search finds none among requantizations: no float32 sum acc and multiplier M have acc * M + Z, Z a zero point, as near
to a tie as that takes and on its wrong side. Additions have two in a row, and the first gives such sums.
"""

from fractions import Fraction

import numpy as np
import pytest

from accord.kernels import add

from .. import exact_contracts as exact
from .isas import isas

PLACES = 49
TIE = 1 << (PLACES - 18)
"""2^-18 in units of 2^-49: half the distance of floats in [64, 128), whose doubles are 2^-46 apart."""


def ties():
    """Steps n of b and ratios r with n * r = 2^-18 + e: for a zero point Z above 64, Z + n * r is a tie in double."""
    found = []
    for rest in (1, 2, 3, 4):
        for steps in range(1, 128):
            mantissa, left = divmod(TIE + rest, steps)
            while left == 0 and mantissa % 2 == 0 and mantissa >= 1 << 24:
                mantissa //= 2
            if left == 0 and mantissa < 1 << 24:
                found.append((steps, (TIE + rest) / steps * 2.0**-PLACES))
    return found


def cases():
    """Zero points that are even steps of float32, so that a tie goes to them, beside every such product."""
    return [
        (sign * steps, ratio, sign * zero) for steps, ratio in ties() for zero in range(65, 127) for sign in (1, -1)
    ]


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_add_rounds_once(isa, dtype):
    shift = 0 if dtype == "int8" else 128
    lost = 0
    for steps, ratio, zero in cases():
        assert np.float32(ratio) == ratio
        sign = 1 if zero > 0 else -1
        once = exact.f32(Fraction(steps) * Fraction(ratio) + zero)
        twice = np.float32(np.float64(steps) * np.float64(ratio) + zero)
        lost += int(once != twice)
        # a second addition that makes a tie of the right number, and less of the wrong one
        scale = 0.5 - 2.0**-17
        want = exact.round_half_away(exact.f32(Fraction(sign) * Fraction(scale) + Fraction(float(once))))
        wrong = exact.round_half_away(exact.f32(Fraction(sign) * Fraction(scale) + Fraction(float(twice))))
        lost += int(wrong != want)
        a, b = np.full(5, sign + shift, dtype), np.full(5, steps + shift, dtype)
        got = add(
            a, b, a_scale=scale, b_scale=ratio, scale=1.0, a_zero_point=shift, b_zero_point=shift,
            zero_point=zero + shift, isa=isa,
        )  # fmt: skip
        assert got.tolist() == [want + shift] * 5
    assert lost == 2 * len(cases())
    assert len(cases()) >= 2 * 62
