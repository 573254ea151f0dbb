"""What the kernels have to give, in NumPy's int64, Python's integers and exact fractions: slow and plain."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Output
from accord.nn.reference import round_half_away, round_to_f32

Ints = NDArray[np.int64]


def wrap(values: Any) -> NDArray[np.int32]:
    """Integers modulo 2^32, as int32."""
    return (np.asarray(values, np.int64) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def matmul(x: NDArray[Any], weight: NDArray[np.int8], bias: NDArray[np.int32], zero: int) -> NDArray[np.int32]:
    return wrap((x.astype(np.int64) - zero) @ weight.astype(np.int64) + bias)


def windows(x: NDArray[Any], kernel: tuple[int, int], shape: dict[str, Any], fill: int) -> Ints:
    """The taps of each output pixel: (N, OH, OW, KH, KW, C), those outside the image ``fill``."""
    top, left, bottom, right = shape["padding"]
    padded = np.pad(x.astype(np.int64), ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    sizes = [
        (padded.shape[1 + a] - shape["dilation"][a] * (kernel[a] - 1) - 1) // shape["stride"][a] + 1 for a in (0, 1)
    ]
    taps = np.empty((x.shape[0], *sizes, *kernel, x.shape[3]), np.int64)
    for oy, ox, i, j in np.ndindex(*sizes, *kernel):
        y, at = oy * shape["stride"][0] + i * shape["dilation"][0], ox * shape["stride"][1] + j * shape["dilation"][1]
        taps[:, oy, ox, i, j] = padded[:, y, at]
    return taps


def conv2d(
    x: NDArray[Any], weight: NDArray[np.int8], bias: NDArray[np.int32], zero: int, shape: dict[str, Any], groups: int
) -> NDArray[np.int32]:
    taps = windows(x, weight.shape[1:3], shape, zero) - zero
    depth, columns = weight.shape[3], weight.shape[0] // groups
    parts = [
        np.einsum(
            "nhwijc,oijc->nhwo",
            taps[..., g * depth : (g + 1) * depth],
            weight[g * columns : (g + 1) * columns].astype(np.int64),
        )
        for g in range(groups)
    ]
    return wrap(np.concatenate(parts, axis=3) + bias)


def depthwise(
    x: NDArray[Any], weight: NDArray[np.int8], bias: NDArray[np.int32], zero: int, shape: dict[str, Any]
) -> NDArray[np.int32]:
    taps = windows(x, weight.shape[:2], shape, zero) - zero
    return wrap(np.einsum("nhwijc,ijc->nhwc", taps, weight.astype(np.int64)) + bias)


def fma(acc: int, multiplier: np.float32, zero: int) -> int:
    """round_RMM(fma(f32(acc), M, f32(Z))), zero point in s8."""
    product = round_to_f32(Fraction(acc)) * Fraction(float(multiplier))
    return round_half_away(round_to_f32(product + zero))


def onnx(acc: int, multiplier: np.float32, zero: int) -> int:
    """RNE(f32(acc) * M) + Z, in any type."""
    return round(round_to_f32(round_to_f32(Fraction(acc)) * Fraction(float(multiplier)))) + zero


def quantize_multiplier(real: float) -> tuple[int, int]:
    """TFLite's QuantizeMultiplier: real = fraction * 2^(shift - 31), the fraction rounded half away."""
    mantissa, shift = math.frexp(real)
    fraction = round_half_away(Fraction(mantissa) * 2**31)
    if fraction == 2**31:
        fraction, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (fraction, shift)


def multiply_by_quantized(value: int, fraction: int, shift: int) -> int:
    """TFLite's MultiplyByQuantizedMultiplier: ties up in the high half, away from zero in the division."""
    shifted = int(wrap(value << max(shift, 0)))
    high = math.floor(Fraction(shifted * fraction, 2**31) + Fraction(1, 2))
    return round_half_away(Fraction(high, 2 ** max(-shift, 0)))


def tflite(acc: int, multiplier: float, zero: int) -> int:
    return multiply_by_quantized(acc, *quantize_multiplier(float(multiplier))) + zero


def finish(sums: NDArray[np.int32], output: Output | None) -> NDArray[Any]:
    """What an Output makes of sums whose last axis is the channel."""
    if output is None:
        return sums
    dtype = np.dtype(output.dtype)
    shift = 0 if dtype == np.int8 else 128
    least, largest = output.clamp or (np.iinfo(dtype).min, np.iinfo(dtype).max)
    real = np.float64 if output.contract == "tflite" else np.float32
    multiplier = np.broadcast_to(np.asarray(output.multiplier, real), sums.shape)
    rule = {"fma": fma, "onnx": onnx, "tflite": tflite}[output.contract]
    values = [
        min(largest, max(least, rule(acc, m, output.zero_point - shift) + shift))
        for acc, m in zip(sums.ravel().tolist(), multiplier.ravel(), strict=True)
    ]
    result = np.array(values, np.int64).astype(dtype).reshape(sums.shape)
    return result if output.lookup is None else output.lookup[result.view(np.uint8)]
