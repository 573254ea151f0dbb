"""The contracts of numerics, element by element on Python integers and fractions, written apart from what they test."""

import functools
import math
from fractions import Fraction

Real = int | float | Fraction


def sat8(value: int) -> int:
    return min(127, max(-128, value))


def round_half_away(value: Fraction) -> int:
    nearest = math.floor(abs(value) + Fraction(1, 2))
    return nearest if value > 0 else -nearest


def f32(value: Real) -> Fraction:
    """The nearest float32, ties to even, subnormals among them; no infinity, which clamps cut like any large number."""
    exact = Fraction(value)
    places = abs(exact.numerator).bit_length() - exact.denominator.bit_length() - 24
    step = Fraction(1 << places) if places >= 0 else Fraction(1, 1 << min(-places, 149))
    if abs(exact) >= step * 2**24:
        step *= 2
    return round(exact / step) * step


def fma(a: Real, b: Real, c: Real) -> Fraction:
    return f32(Fraction(a) * Fraction(b) + Fraction(c))


def scale_fma(acc: int, multiplier: Real, zero: int) -> int:
    return round_half_away(fma(f32(acc), multiplier, zero))


def scale_onnx(acc: int, multiplier: Real, zero: int) -> int:
    return round(f32(f32(acc) * Fraction(multiplier))) + zero


def requantize_fma(acc: int, multiplier: Real, zero: int) -> int:
    return sat8(scale_fma(acc, multiplier, zero))


def requantize_onnx(acc: int, multiplier: Real, zero: int) -> int:
    return sat8(scale_onnx(acc, multiplier, zero))


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


@functools.lru_cache(10_000)
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
