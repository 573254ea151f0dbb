"""Operators on bytes: QLinearConv and its relatives, of ONNX and of com.microsoft, as functions of a node's inputs.

Left-out inputs are None. What is not here has no sums of products: ONNX Runtime itself computes it, the same on every
processor.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.witness import numbers, sums, windows

Array = NDArray[Any]
Attributes = Mapping[str, Any]
Operator = Callable[[list[Any], Attributes], Array]


def _ints(x: Array, zero: Any, axis: int = 0) -> NDArray[np.int64]:
    """Return whole numbers without their zero point, which may be left out."""
    return x.astype(np.int64) - (0 if zero is None else numbers.along(zero, x.ndim, axis).astype(np.int64))


def _one(value: Any) -> Any:
    return np.asarray(value).reshape(())[()]


def _multiplier(s_x: Any, s_w: Any, s_y: Any) -> Any:
    return np.float32(_one(s_x)) * np.asarray(s_w, np.float32) / np.float32(_one(s_y))


def _convolved(x: Array, zero: Any, weight: Array, weight_zero: Any, attributes: Attributes) -> NDArray[np.int64]:
    kernel = weight.shape[2], weight.shape[3]
    given = windows.window(attributes, kernel, (x.shape[2], x.shape[3]))
    return sums.convolution(_ints(x, zero), _ints(weight, weight_zero), given, attributes.get("group", 1))


def qlinear_conv(inputs: list[Any], attributes: Attributes) -> Array:
    """Convolve bytes and requantize, one multiplier for all channels or one for each."""
    x, s_x, z_x, w, s_w, z_w, s_y, z_y, bias = [*inputs, None][:9]
    total = _convolved(x, z_x, w, z_w, attributes)
    if bias is not None:
        total = total + bias.astype(np.int64).reshape(1, -1, 1, 1)
    multiplier = numbers.along(_multiplier(s_x, s_w, s_y), 4, 1)
    return numbers.requantize(total, multiplier, _one(z_y))


def conv_integer(inputs: list[Any], attributes: Attributes) -> Array:
    """Convolve bytes to int32."""
    x, w, z_x, z_w = [*inputs, None, None][:4]
    return _convolved(x, z_x, w, z_w, attributes).astype(np.int32)


def matmul_integer(inputs: list[Any], _: Attributes) -> Array:
    """Multiply matrices of bytes to int32; a zero point of the first is one a row, of the second one a column."""
    a, b, z_a, z_b = [*inputs, None, None][:4]
    return sums.product(_ints(a, z_a, a.ndim - 2), _ints(b, z_b, b.ndim - 1)).astype(np.int32)


def qlinear_matmul(inputs: list[Any], _: Attributes) -> Array:
    """Multiply matrices of bytes and requantize; the second may have a scale a column. Without S_y: to float32."""
    a, s_a, z_a, b, s_b, z_b, s_y, z_y = inputs
    total = sums.product(_ints(a, _one(z_a)), _ints(b, z_b, b.ndim - 1))
    return _finished(total, np.float32(_one(s_a)), s_b, s_y, z_y)


def qgemm(inputs: list[Any], attributes: Attributes) -> Array:
    """QGemm, of com.microsoft: a product, either operand transposed, and a bias of int32. Without S_y: to float32."""
    a, s_a, z_a, b, s_b, z_b, bias, s_y, z_y = inputs
    a = a.T if attributes.get("transA", 0) else a
    b = b.T if attributes.get("transB", 0) else b
    total = sums.product(_ints(a, _one(z_a)), _ints(b, z_b, 1))
    if bias is not None:
        total = total + bias.astype(np.int64)
    scale = np.float32(attributes.get("alpha", 1.0)) * np.float32(_one(s_a))
    return _finished(total, scale, s_b, s_y, z_y)


def _finished(total: NDArray[np.int64], s_a: Any, s_b: Any, s_y: Any, z_y: Any) -> Array:
    """Requantize a matrix, or bring it to float32 where no scale is given."""
    if s_y is None:
        return np.asarray(total.astype(np.float32) * numbers.along(s_a * s_b, total.ndim, -1))
    return numbers.requantize(total, numbers.along(_multiplier(s_a, s_b, s_y), total.ndim, -1), _one(z_y))


def qlinear_global_average_pool(inputs: list[Any], _: Attributes) -> Array:
    """Average an image: the sum without zero points, times S_x / (S_y n)."""
    x, s_x, z_x, s_y, z_y = inputs
    total = _ints(x, _one(z_x)).sum(tuple(range(2, x.ndim)), keepdims=True)
    count = np.float32(x[0, 0].size)
    return numbers.requantize(total, np.float32(_one(s_x)) / (np.float32(_one(s_y)) * count), _one(z_y))


def qlinear_average_pool(inputs: list[Any], attributes: Attributes) -> Array:
    """Average windows in float32, the zero point added before rounding; one as large as the image averages that."""
    x, s_x, z_x, s_y, z_y = inputs
    kernel, image = tuple(attributes["kernel_shape"]), x.shape[2:]
    if kernel == image and not any(attributes.get("pads", ())):
        return qlinear_global_average_pool(inputs, attributes)
    given = windows.window(attributes, kernel, image)
    real = numbers.dequantize(x, _one(s_x), _one(z_x))
    average = windows.average(real, given, bool(attributes.get("count_include_pad", 0)))
    zero = _one(z_y)
    return numbers.saturated(np.rint(average / np.float32(_one(s_y)) + np.float32(zero)), zero.dtype)


def qlinear_concat(inputs: list[Any], attributes: Attributes) -> Array:
    """Join tensors, each brought to the output's scale."""
    s_y, z_y, *rest = inputs
    parts = []
    for x, s_x, z_x in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        same = _one(s_x) == _one(s_y) and _one(z_x) == _one(z_y)
        parts.append(x if same else numbers.quantize(numbers.dequantize(x, s_x, z_x), s_y, z_y))
    return np.concatenate(parts, attributes["axis"])


def _binary(rule: Callable[..., Array]) -> Operator:
    def operator(inputs: list[Any], _: Attributes) -> Array:
        a, s_a, z_a, b, s_b, z_b, s_y, z_y = inputs
        return rule(a, _one(s_a), _one(z_a), b, _one(s_b), _one(z_b), _one(s_y), _one(z_y))

    return operator


OPERATORS: dict[str, Operator] = {
    "ConvInteger": conv_integer,
    "MatMulInteger": matmul_integer,
    "QGemm": qgemm,
    "QLinearAdd": _binary(numbers.add),
    "QLinearAveragePool": qlinear_average_pool,
    "QLinearConcat": qlinear_concat,
    "QLinearConv": qlinear_conv,
    "QLinearGlobalAveragePool": qlinear_global_average_pool,
    "QLinearMatMul": qlinear_matmul,
    "QLinearMul": _binary(numbers.multiply),
}
