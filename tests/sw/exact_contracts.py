"""The contracts of numerics, element by element on Python integers and fractions."""

import math
from fractions import Fraction

from accord.nn.reference import round_half_away, round_to_f32


def sat8(value: int) -> int:
    return min(127, max(-128, value))


def f32(value: int | float | Fraction) -> Fraction:
    return round_to_f32(Fraction(value))


def fma(a: Fraction | float, b: Fraction | float, c: Fraction | float) -> Fraction:
    return round_to_f32(Fraction(a) * Fraction(b) + Fraction(c))


def requantize_fma(acc: int, multiplier: float, zero: int) -> int:
    return sat8(round_half_away(fma(f32(acc), multiplier, zero)))


def requantize_onnx(acc: int, multiplier: float, zero: int) -> int:
    return sat8(round(f32(f32(acc) * Fraction(multiplier))) + zero)


def wrap32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def sqrdmulh(a: int, b: int) -> int:
    """gemmlowp's SaturatingRoundingDoublingHighMul: a nudge by the product's sign, then division towards zero."""
    if a == b == -(2**31):
        return 2**31 - 1
    product = a * b
    nudged = product + (2**30 if product >= 0 else 1 - 2**30)
    return nudged // 2**31 if nudged >= 0 else -(-nudged // 2**31)


def rounding_divide_by_pot(x: int, exponent: int) -> int:
    """gemmlowp's RoundingDivideByPOT: an arithmetic shift, and one more above the threshold."""
    mask = 2**exponent - 1
    remainder = x & mask
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + (remainder > threshold)


def scale_tflite(x: int, multiplier: int, shift: int) -> int:
    """MultiplyByQuantizedMultiplier of TFLite's reference kernels, two roundings."""
    return rounding_divide_by_pot(sqrdmulh(wrap32(x << max(shift, 0)), multiplier), max(-shift, 0))


def requantize_tflite(acc: int, multiplier: int, shift: int, zero: int) -> int:
    return sat8(scale_tflite(acc, multiplier, shift) + zero)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """TFLite's QuantizeMultiplier, on fractions: the exponent first, then the rounding."""
    if real == 0:
        return 0, 0
    exact, shift = Fraction(real), 0
    while exact >= 1:
        exact, shift = exact / 2, shift + 1
    while exact < Fraction(1, 2):
        exact, shift = exact * 2, shift - 1
    multiplier = math.floor(exact * 2**31 + Fraction(1, 2))
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)
