"""ONNX Runtime's arithmetic on bytes, written from its operators' pages: float32, each operation rounded by itself.

Rounding to whole numbers is half to even; the zero point is added behind it, in whole numbers, but where an operator
says otherwise.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float32]


def saturated(whole: Floats, dtype: Any) -> Array:
    """Cut whole numbers of float32 to a type; NaN gives its least value."""
    ends = np.iinfo(dtype)
    return np.where(np.isnan(whole), np.float32(ends.min), np.clip(whole, ends.min, ends.max)).astype(dtype)


def along(numbers: Any, axes: int, axis: int) -> Array:
    """Return one number, or one a channel, in a shape that broadcasts over a tensor with so many axes."""
    array = np.asarray(numbers)
    if array.size == 1:
        return array.reshape(())
    shape = [1] * axes
    shape[axis] = array.size
    return array.reshape(shape)


def quantize(x: Floats, scale: Any, zero: Any, axis: int = 0) -> Array:
    """QuantizeLinear; its type is the zero point's."""
    s, z = along(scale, x.ndim, axis), along(zero, x.ndim, axis)
    with np.errstate(over="ignore", invalid="ignore"):
        return saturated(np.rint(x / s) + z.astype(np.float32), z.dtype)


def dequantize(q: Array, scale: Any, zero: Any, axis: int = 0) -> Floats:
    """DequantizeLinear."""
    steps = q.astype(np.int64) - along(zero, q.ndim, axis).astype(np.int64)
    return np.asarray(steps.astype(np.float32) * along(scale, q.ndim, axis), np.float32)


def requantize(sums: Array, multiplier: Any, zero: Any) -> Array:
    """Return sat(RNE(f32(sum) * M) + Z) of INT32 sums."""
    assert np.abs(sums).max(initial=0) < 2**31, "a sum is beyond INT32"
    return saturated(np.rint(sums.astype(np.float32) * multiplier) + np.float32(zero), np.asarray(zero).dtype)


def fma(a: Any, b: Any, c: Any) -> Floats:
    """Return a * b + c of float32, rounded once: the sum in float64 is rounded to odd before float32 rounds it."""
    product, addend = np.broadcast_arrays(np.multiply(a, b, dtype=np.float64), np.asarray(c, np.float64))
    total = product + addend
    back = total - product
    error = (product - (total - back)) + (addend - back)
    bits = total.view(np.int64)
    inexact_and_even = (error != 0) & (bits & 1 == 0)
    away = (error > 0) == (total > 0)  # where the exact sum is farther from zero than the rounded one
    odd = np.where(inexact_and_even, bits + np.where(away, 1, -1), bits)
    return odd.view(np.float64).astype(np.float32)


def add(a: Array, s_a: Any, z_a: Any, b: Array, s_b: Any, z_b: Any, s_y: Any, z_y: Any) -> Array:
    """QLinearAdd: two fused multiply-adds, all zero points in the number that they begin with."""
    r_a, r_b = np.float32(s_a) / np.float32(s_y), np.float32(s_b) / np.float32(s_y)
    first = np.float32(z_y) - fma(r_a, np.float32(z_a), r_b * np.float32(z_b))
    total = fma(a.astype(np.float32), r_a, fma(b.astype(np.float32), r_b, first))
    return saturated(np.rint(total), np.asarray(z_y).dtype)


def multiply(a: Array, s_a: Any, z_a: Any, b: Array, s_b: Any, z_b: Any, s_y: Any, z_y: Any) -> Array:
    """QLinearMul: the zero point is added to the scaled product in float32, before rounding."""
    product = (a.astype(np.int64) - int(z_a)) * (b.astype(np.int64) - int(z_b))
    scaled = product.astype(np.float32) * (np.float32(s_a) * np.float32(s_b) / np.float32(s_y))
    return saturated(np.rint(scaled + np.float32(z_y)), np.asarray(z_y).dtype)
