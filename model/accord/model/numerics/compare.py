"""Comparisons, minimumNumber and maximumNumber of IEEE 754-2019 on FP32, and what only moves the sign bit."""

import numpy as np
import numpy.typing as npt

from accord.model.numerics.formats import F32, Bits, FlagBits, Mask, is_nan, is_signalling
from accord.model.numerics.rounding import NV

_TRUE = np.uint32(0xFFFFFFFF)
_SIGN = np.uint32(F32.sign)


def negate(bits: Bits) -> Bits:
    """Return FP32 patterns with the sign bit inverted, NaNs included."""
    return bits ^ _SIGN


def absolute(bits: Bits) -> Bits:
    """Return FP32 patterns with the sign bit cleared, NaNs included."""
    return bits & ~_SIGN


def minimum(a: Bits, b: Bits) -> tuple[Bits, FlagBits]:
    """Return minimumNumber of each pair and its flags: -0 < +0, NaN loses against a number, NV where one signals."""
    return _choose(a, b, _order(a) <= _order(b))


def maximum(a: Bits, b: Bits) -> tuple[Bits, FlagBits]:
    """Return maximumNumber of each pair and its flags: -0 < +0, NaN loses against a number, NV where one signals."""
    return _choose(a, b, _order(a) >= _order(b))


def equal(a: Bits, b: Bits) -> tuple[Bits, FlagBits]:
    """Return all ones where a = b, else zero; NV where a NaN signals (compareQuietEqual)."""
    both_zero = absolute(a | b) == 0
    result = ((a == b) | both_zero) & ~_unordered(a, b)
    return _truth(result), _invalid(is_signalling(a) | is_signalling(b))


def less(a: Bits, b: Bits) -> tuple[Bits, FlagBits]:
    """Return all ones where a < b, else zero; NV where either is a NaN (compareSignalingLess)."""
    both_zero = absolute(a | b) == 0
    unordered = _unordered(a, b)
    return _truth((_order(a) < _order(b)) & ~both_zero & ~unordered), _invalid(unordered)


def less_equal(a: Bits, b: Bits) -> tuple[Bits, FlagBits]:
    """Return all ones where a <= b, else zero; NV where either is a NaN (compareSignalingLessEqual)."""
    both_zero = absolute(a | b) == 0
    unordered = _unordered(a, b)
    return _truth(((_order(a) <= _order(b)) | both_zero) & ~unordered), _invalid(unordered)


def _order(bits: Bits) -> npt.NDArray[np.int32]:
    """Return integers in the order of the numbers, -0 before +0: magnitudes, complemented where negative."""
    signed = bits.view(np.int32)
    result: npt.NDArray[np.int32] = np.where(signed < 0, signed ^ np.int32(0x7FFFFFFF), signed)
    return result


def _choose(a: Bits, b: Bits, first: Mask) -> tuple[Bits, FlagBits]:
    """Return a where ``first``, else b, but the number where one is a NaN; and the flags."""
    nan_a, nan_b = is_nan(a), is_nan(b)
    result: Bits = np.where(nan_b | (first & ~nan_a), a, b)
    result[nan_a & nan_b] = F32.nan
    return result, _invalid(is_signalling(a) | is_signalling(b))


def _unordered(a: Bits, b: Bits) -> Mask:
    return is_nan(a) | is_nan(b)


def _truth(condition: Mask) -> Bits:
    result: Bits = np.where(condition, _TRUE, np.uint32(0))
    return result


def _invalid(condition: Mask) -> FlagBits:
    result: FlagBits = np.where(condition, np.uint8(NV), np.uint8(0))
    return result
