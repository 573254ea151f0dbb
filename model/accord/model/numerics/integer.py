"""Integers: exact in 64 bits, then narrowed modulo 2^width or clamped; products and shifts that round."""

from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.signedinteger[Any]]
"""Signed integers of any width."""
Wide = npt.NDArray[np.int64]
"""Integers in which a sum, difference or product of two 32-bit numbers is exact."""


def widen(values: Integers) -> Wide:
    """Return ``values`` as int64."""
    return values.astype(np.int64)


def narrow(values: Integers, dtype: np.dtype[Any], *, saturate: bool) -> Integers:
    """Return ``values`` in the signed integer ``dtype``: clamped to its range, or its low bits."""
    if saturate:
        limits = np.iinfo(dtype)
        values = np.clip(values, limits.min, limits.max)
    return values.astype(dtype)


def multiply_high(a: Integers, b: Integers) -> Integers:
    """Return the upper 32 bits of the products of int32 ``a`` and ``b``: rounded down, int32."""
    return narrow(widen(a) * widen(b) >> 32, a.dtype, saturate=False)


def rounding_doubling_multiply_high(a: Integers, b: Integers) -> Integers:
    """Return (2 * a * b + 2^31) / 2^32 of int32 ``a`` and ``b``, rounded down and clamped, int32.

    Ties go towards plus infinity. Arm SQRDMULH (Arm Architecture Reference Manual, DDI 0487), and gemmlowp's
    SaturatingRoundingDoublingHighMul. Half of both terms is taken: 2 * a * b alone may need 65 bits.
    """
    return narrow(widen(a) * widen(b) + (1 << 30) >> 31, a.dtype, saturate=True)


def rounding_shift_right(values: Integers, amounts: Integers) -> Integers:
    """Return int32 ``values`` / 2^n, rounded to nearest with ties away from zero, n the low 5 bits of ``amounts``.

    gemmlowp's RoundingDivideByPOT. It rounds the magnitude half up.
    """
    magnitudes = np.abs(widen(values))
    shifts = widen(amounts) & 31
    rounded = magnitudes + ((1 << shifts) >> 1) >> shifts
    return narrow(np.where(values < 0, -rounded, rounded), values.dtype, saturate=False)
