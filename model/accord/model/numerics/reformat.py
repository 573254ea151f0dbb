"""Conversions between FP32 and the narrower formats: bfloat16, OFP8 E4M3 and E5M2."""

import numpy as np

from accord.model.numerics.formats import F32, Bits, FlagBits, Format, Patterns, is_nan, is_signalling
from accord.model.numerics.rounding import NV, Wide, round_to

_INFINITY = 0x7F800000


def f32_to_float(bits: Bits, target: Format, rounding: int, *, saturate: bool = False) -> tuple[Patterns, FlagBits]:
    """Return FP32 ``bits`` (uint32) in the format ``target``, and the flags of each element.

    Finite numbers: as ``round_to``. A NaN gives the target's one NaN, NV where it signals. An infinity raises
    nothing and gives infinity, NaN where the target has none, the largest finite number where ``saturate``.
    """
    special = (bits & _INFINITY) == _INFINITY
    with np.errstate(invalid="ignore"):  # signalling NaNs: the flags are ours to raise
        exact: Wide = bits.view(np.float32).astype(np.float64).view(np.int64)
    result, flags = round_to(np.where(special, 0, exact), target, rounding, saturate=saturate)
    if special.any():
        result[special] = _special(bits[special], target, saturate=saturate)
        flags[is_signalling(bits)] = NV
    return result, flags


def _special(bits: Bits, target: Format, *, saturate: bool) -> Patterns:
    """Infinities and NaNs of FP32 in the format ``target``."""
    sign = bits >> (F32.width - target.width) & target.sign
    infinity = target.largest if saturate else target.infinity
    infinities = target.nan if infinity is None else sign | infinity
    return np.where(is_nan(bits), target.nan, infinities).astype(target.dtype)


def float_to_f32(bits: Patterns, source: Format) -> tuple[Bits, FlagBits]:
    """Return patterns of the format ``source`` as FP32, exact, and the flags: NV where a NaN signals.

    A NaN gives 0x7FC00000. FP32 holds every subnormal number of the narrower formats.
    """
    pattern = bits.astype(np.int32)
    magnitude = pattern & (source.sign - 1)
    finite = magnitude <= source.largest
    exponent = magnitude >> source.fraction
    leading = np.where(exponent == 0, 0, 1 << source.fraction)
    significand = np.where(finite, leading | (magnitude & ((1 << source.fraction) - 1)), 0)
    power = np.maximum(exponent, 1) - (source.bias + source.fraction)
    value: Bits = np.ldexp(significand.astype(np.float32), power).view(np.uint32)
    value |= np.where(finite, np.uint32(0), np.uint32(_INFINITY))
    value |= (pattern & source.sign).astype(np.uint32) << (F32.width - source.width)
    value[is_nan(bits, source)] = F32.nan
    return value, np.where(is_signalling(bits, source), np.uint8(NV), np.uint8(0))
