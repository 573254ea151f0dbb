"""The reference of a linear layer: exact arithmetic on Python integers and fractions, slow and plain.

Written apart from the CPU kernels, the golden model and the RTL; it shares nothing with them but the
specification's pages.
"""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from accord.nn.quantize import QuantizedLinear

FRACTION_BITS = 23
MIN_EXPONENT = -126


def round_to_f32(value: Fraction) -> Fraction:
    """Round to the nearest FP32 number, ties to even, subnormals included.

    The exponent has no upper bound here: what FP32 would turn into an infinity clamps to the same byte.
    """
    if value == 0:
        return value
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    step = Fraction(2) ** (max(exponent, MIN_EXPONENT) - FRACTION_BITS)
    return round(value / step) * step  # round() of a Fraction is exact, ties to even


def round_half_away(value: Fraction) -> int:
    """Round to the nearest integer, ties away from zero."""
    nearest = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return nearest if value >= 0 else -nearest


def requantize(accumulator: int, multiplier: float, zero_point: int) -> int:
    """Return sat8(RMM(fma(f32(acc), M, f32(Z)))), the `fma` contract, each step exact; M is FP32."""
    product = round_to_f32(Fraction(accumulator)) * Fraction(multiplier)
    return min(127, max(-128, round_half_away(round_to_f32(product + zero_point))))


def linear_reference(
    layer: QuantizedLinear, x: NDArray[np.int8], progress: Callable[[int], None] = lambda done: None
) -> NDArray[np.int8]:
    """Return the layer's (n, C) int8 outputs for (n, R) int8 inputs; accumulation wraps modulo 2^32.

    ``progress`` is called with the number of images done.
    """
    accumulators = x.astype(np.int64) @ layer.weight.astype(np.int64).T + layer.bias.astype(np.int64)
    wrapped = (accumulators + 2**31) % 2**32 - 2**31
    multipliers = [float(multiplier) for multiplier in layer.multiplier]
    result = np.empty(wrapped.shape, dtype=np.int8)
    for image, row in enumerate(wrapped.tolist()):
        result[image] = [
            requantize(value, multiplier, layer.output.zero_point)
            for value, multiplier in zip(row, multipliers, strict=True)
        ]
        progress(image + 1)
    return result
