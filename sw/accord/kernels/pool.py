"""Pooling of NHWC images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from accord.kernels import _core, check
from accord.kernels.check import ByteArray
from accord.kernels.output import Contract, Output
from accord.kernels.window import Padding, padding, window


def max_pool(
    x: ByteArray,
    kernel: int | Sequence[int],
    *,
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    out: ByteArray | None = None,
    isa: str | None = None,
) -> ByteArray:
    """Return the largest element of each window: (N, H, W, C) to (N, OH, OW, C) of the same dtype.

    ``kernel``: (height, width) or one integer; ``stride``: the kernel unless given. Padding is ignored, and must be
    smaller than the kernel. ``x`` may have any strides but that of its channels; ``out`` is contiguous.
    """
    shape = _window(kernel, stride, padding)
    return _core.max_pool(x, out, shape, check.name_or_empty("isa", isa))


class AveragePool:
    """``layer(x, out=None)``: the mean of each window, prepared.

    ``dtype``: int8 or uint8, that of x and the result. Everything else as for :func:`average_pool`.
    """

    def __init__(
        self,
        kernel: int | Sequence[int],
        *,
        dtype: DTypeLike,
        x_scale: float = 1.0,
        x_zero_point: int = 0,
        scale: float = 1.0,
        zero_point: int = 0,
        contract: Contract = "fma",
        clamp: tuple[int, int] | None = None,
        stride: int | Sequence[int] | None = None,
        padding: Padding = 0,
        count_include_pad: bool = False,
        isa: str | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        is_signed = check.byte_dtype("dtype", dtype)
        self._zero = check.zero_point("x_zero_point", x_zero_point, is_signed)
        s_x, s_y = check.scale("x_scale", x_scale), check.scale("scale", scale)
        if contract == "tflite" and (s_x != s_y or self._zero != zero_point or count_include_pad):
            raise ValueError("contract: tflite averages need x's scale and zero point for the output, and no padding")
        self._window = _window(kernel, stride, padding)
        height, width = check.pair("kernel", kernel, 1)
        self._outputs = [
            Output(contract, _multiplier(contract, s_x, s_y, n), zero_point, dtype, clamp).settings()
            for n in _element_counts(height * width, padding, count_include_pad)
        ]
        self._counts_padding = bool(count_include_pad)
        self._isa = check.name_or_empty("isa", isa)

    def __call__(self, x: ByteArray, out: ByteArray | None = None) -> ByteArray:
        """Return the pooled image; ``out`` is contiguous."""
        check.same_dtype("x", x, self.dtype)
        return _core.average_pool(x, out, self._window, self._zero, self._counts_padding, self._outputs, self._isa)


def average_pool(
    x: ByteArray,
    kernel: int | Sequence[int],
    *,
    x_scale: float = 1.0,
    x_zero_point: int = 0,
    scale: float = 1.0,
    zero_point: int = 0,
    contract: Contract = "fma",
    clamp: tuple[int, int] | None = None,
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    count_include_pad: bool = False,
    out: ByteArray | None = None,
    isa: str | None = None,
) -> ByteArray:
    """Return the mean of each window, requantized: (N, H, W, C) to (N, OH, OW, C) of the same dtype.

    ``fma``, ``onnx``: the zero-point-free sum of the n elements inside the image, requantized by the contract with
    M = S_x / (S_y * n), in double and rounded once, or in float32; n is the kernel's size with ``count_include_pad``.
    With a kernel as large as the image, ``onnx`` is QLinearGlobalAveragePool. ``tflite``: the sum divided by n, half
    away from zero, in s8; it has no scales, so x's and the output's must be equal, and it never counts padding.

    Other arguments as for :func:`max_pool`.
    """
    if not isinstance(x, np.ndarray):
        raise TypeError(f"x: expected a NumPy array of int8 or uint8, got {type(x).__name__}")
    check.byte_dtype("x", x.dtype)
    prepared = AveragePool(
        kernel,
        dtype=x.dtype,
        x_scale=x_scale,
        x_zero_point=x_zero_point,
        scale=scale,
        zero_point=zero_point,
        contract=contract,
        clamp=clamp,
        stride=stride,
        padding=padding,
        count_include_pad=count_include_pad,
        isa=isa,
    )
    return prepared(x, out)


def _element_counts(taps: int, pad: Padding, count_include_pad: bool) -> range:
    """Return how many elements a window can have: all taps, and fewer only where padding does not count."""
    return range(1 if any(padding(pad)) and not count_include_pad else taps, taps + 1)


def _multiplier(contract: Contract, s_x: np.float32, s_y: np.float32, count: int) -> float:
    with np.errstate(over="ignore", under="ignore"):  # Output's check names what came of it
        if contract == "onnx":
            return float(s_x / (s_y * np.float32(count)))
        return float(s_x) / (float(s_y) * count)


def _window(kernel: int | Sequence[int], stride: int | Sequence[int] | None, pad: Padding) -> _core.Window:
    size = check.kernel("kernel", check.pair("kernel", kernel, 1))
    sides = padding(pad)
    if max(sides[0], sides[2]) >= size[0] or max(sides[1], sides[3]) >= size[1]:
        raise ValueError(f"padding: {sides} must be smaller than the kernel {size}")
    return window(size, size if stride is None else stride, 1, sides)
