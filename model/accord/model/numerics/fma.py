"""Addition, multiplication and the fused multiply-add family, rounded once, whole IEEE 754-2019 binary32."""

import numpy as np

from accord.model.numerics.formats import F32, Bits, FlagBits, is_signalling
from accord.model.numerics.rounding import NV, RDN, Doubles, Wide, round_to

_SIGN = np.uint32(F32.sign)
_INFINITY = np.uint32(0x7F800000)
_ONE = np.array(0x3F800000, np.uint32)
_SIGN_64 = np.int64(-(1 << 63))


def fma(
    a: Bits, b: Bits, c: Bits, rounding: int, *, negate_product: bool = False, negate_addend: bool = False
) -> tuple[Bits, FlagBits]:
    """Return bits and flags of (+-)(a * b) (+-) c, rounded once in ``rounding``.

    ``a``, ``b``, ``c``: uint32 FP32 patterns of one shape, which the results have too. A NaN result is
    0x7FC00000. NV: a signalling NaN, infinity times zero (even with a quiet NaN to add), infinity less
    infinity. An exactly zero sum of opposite signs is +0, in RDN -0.
    """
    x = a ^ _SIGN if negate_product else a
    z = c ^ _SIGN if negate_addend else c
    with np.errstate(invalid="ignore"):  # signalling NaNs and inf - inf: flags are ours to raise
        wide_x, wide_b, addend = (bits.view(np.float32).astype(np.float64) for bits in (x, b, z))
        product = wide_x * wide_b  # exact: 48 bits, exponents far inside float64's
        total = product + addend
        lost = _error_of_sum(product, addend, total)
    odd = _to_odd(total, lost)
    if rounding == RDN:
        odd |= np.where(total == 0, _sign_of_zero_down(product, addend), 0)
    special = ~np.isfinite(total)
    if not special.any():
        return round_to(odd, F32, rounding)
    bits, flags = round_to(np.where(special, 0, odd), F32, rounding)
    infinite = np.isinf(total)
    bits[infinite] = np.where(total[infinite] < 0, _INFINITY | _SIGN, _INFINITY)
    bits[np.isnan(total)] = F32.nan
    nan_in = np.isnan(wide_x) | np.isnan(wide_b)
    infinity_times_zero = np.isnan(product) & ~nan_in
    infinity_less_infinity = np.isnan(total) & ~np.isnan(product) & ~np.isnan(addend)
    signals = is_signalling(a) | is_signalling(b) | is_signalling(c)
    flags[signals | infinity_times_zero | infinity_less_infinity] = NV
    return bits, flags


def add(a: Bits, b: Bits, rounding: int, *, negate_b: bool = False) -> tuple[Bits, FlagBits]:
    """Return bits and flags of a + b, or a - b, rounded in ``rounding``; uint32 FP32 patterns of one shape.

    That is a * 1 +- b: multiplying by one is exact for every operand, and the sign rules of a zero sum are
    those of the fused operation's.
    """
    return fma(a, _ONE, b, rounding, negate_addend=negate_b)


def multiply(a: Bits, b: Bits, rounding: int) -> tuple[Bits, FlagBits]:
    """Return bits and flags of a * b, rounded in ``rounding``; uint32 FP32 patterns of one shape.

    That is a * b plus a zero of the product's sign, which changes no product, a zero's sign included.
    """
    return fma(a, b, (a ^ b) & _SIGN, rounding)


def _error_of_sum(a: Doubles, b: Doubles, total: Doubles) -> Doubles:
    """Return a + b - total, exactly, for total = a + b rounded to nearest (Knuth's TwoSum)."""
    b_part = total - a
    return (a - (total - b_part)) + (b - b_part)


def _to_odd(total: Doubles, lost: Doubles) -> Wide:
    """Return the float64 bits of ``total + lost`` rounded to odd, ``total`` being its rounding to nearest.

    Where something was lost and ``total`` is even, the odd neighbour on the side of the exact value is one
    unit of the last place away: up in magnitude where ``lost`` has the sign of ``total``, else down.
    """
    bits: Wide = total.view(np.int64)
    outward = 1 | ((bits ^ lost.view(np.int64)) >> 63)  # 1, or -1 where the signs differ
    step = np.where((lost != 0) & (bits & 1 == 0), outward, 0)
    result: Wide = bits + step
    return result


def _sign_of_zero_down(product: Doubles, addend: Doubles) -> Wide:
    """Return float64's sign bit where a zero sum rounded down is -0: unless both terms are positive."""
    result: Wide = (product.view(np.int64) | addend.view(np.int64)) & _SIGN_64
    return result
