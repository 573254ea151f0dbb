"""What the kernels have to give, in NumPy's int64, Python's integers and exact fractions: slow and plain."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Output

from .. import exact_contracts as exact

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


def tflite(acc: int, multiplier: float, zero: int) -> int:
    return exact.scale_tflite(acc, *exact.quantize_multiplier(multiplier)) + zero


RULES = {"fma": exact.scale_fma, "onnx": exact.scale_onnx, "tflite": tflite}


def finish(sums: NDArray[np.int32], output: Output | None) -> NDArray[Any]:
    """What an Output makes of sums whose last axis is the channel."""
    if output is None:
        return sums
    dtype = np.dtype(output.dtype)
    shift = 0 if dtype == np.int8 else 128
    least, largest = output.clamp or (np.iinfo(dtype).min, np.iinfo(dtype).max)
    real = np.float64 if output.contract == "tflite" else np.float32
    multiplier = np.broadcast_to(np.asarray(output.multiplier, real), sums.shape)
    rule = RULES[output.contract]
    values = [
        min(largest, max(least, rule(acc, float(m), output.zero_point - shift) + shift))
        for acc, m in zip(sums.ravel().tolist(), multiplier.ravel(), strict=True)
    ]
    result = np.array(values, np.int64).astype(dtype).reshape(sums.shape)
    return result if output.lookup is None else output.lookup[result.view(np.uint8)]
