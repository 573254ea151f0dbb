"""Layers of float32 networks, in NumPy: NHWC, weights as those of the quantized layers.

The first axis is a batch whose elements are computed one by one: an image's numbers do not depend on its neighbours.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from accord.nn.functions import evaluate
from accord.nn.functions.transcendental import exp
from accord.nn.graph.attributes import Bounds, Window
from accord.nn.graph.function import Expression

F, SINGLE = np.float32, np.dtype(np.float32)
Reals = NDArray[np.float32]
CHUNK = 1 << 14
"""Elements of a function that are computed at a time: temporary arrays stay in the cache."""


class _Ended:
    """What follows every sum: the bias, then the clamp of a fused activation."""

    def __init__(self, bias: Reals | None, clamp: Bounds) -> None:
        self._bias = bias if bias is not None and bias.any() else None
        self._clamp = None if clamp is None else (F(clamp[0]), F(clamp[1]))

    def end(self, out: Reals) -> None:
        if self._bias is not None:
            np.add(out, self._bias, out=out)
        if self._clamp is not None:
            np.clip(out, *self._clamp, out=out)


class _Padded:
    """An image with padding around it, in memory kept for the next call."""

    def __init__(self, window: Window, value: float, dtype: np.dtype[Any] = SINGLE) -> None:
        self._window, self._value, self._dtype = window, value, dtype
        self._kept: dict[tuple[int, ...], Reals] = {}

    def of(self, image: Reals) -> Reals:
        top, left, bottom, right = self._window.padding
        if not any(self._window.padding):
            return image
        height, width, channels = image.shape
        if image.shape not in self._kept:
            shape = (top + height + bottom, left + width + right, channels)
            self._kept[image.shape] = np.full(shape, self._value, self._dtype)
        padded = self._kept[image.shape]
        padded[top : top + height, left : left + width] = image
        return padded


def _tap(window: Window, i: int, j: int, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return where a window's tap (i, j) lies in the padded image, for every place of the window."""
    starts = i * window.dilation[0], j * window.dilation[1]
    ends = (start + (count - 1) * step + 1 for start, count, step in zip(starts, size, window.stride, strict=True))
    rows, columns = (slice(*three) for three in zip(starts, ends, window.stride, strict=True))
    return rows, columns


class RealConv2d(_Ended):
    """x (N, H, W, C) by weights (O, KH, KW, C / groups) to (N, OH, OW, O), all float32, or all float64: ``y(x, out)``.

    ``bias`` (O,) or None; ``clamp`` (low, high), real, or None. A window over one pixel is a matrix product; one over
    each channel by itself is summed tap by tap; all others are matrix products of the windows, written out.
    """

    def __init__(self, weight: Reals, bias: Reals | None, window: Window, groups: int, clamp: Bounds) -> None:
        super().__init__(bias, clamp)
        self._window, self._groups, self._padded = window, groups, _Padded(window, 0.0, weight.dtype)
        channels, *_, depth = weight.shape
        self._is_depthwise = depth == 1 and channels == groups
        self._taps = np.ascontiguousarray(weight[..., 0].transpose(1, 2, 0)) if self._is_depthwise else None
        # (G, KH * KW * C / G, O / G): a matrix a group
        matrices = weight.reshape(groups, channels // groups, -1).transpose(0, 2, 1)
        self._matrices = np.ascontiguousarray(matrices)
        self._scratch: dict[tuple[int, ...], Reals] = {}

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the convolution to ``out``."""
        for image, result in zip(x, out, strict=True):
            padded = self._padded.of(image)
            if self._taps is not None:
                self._by_taps(padded, self._taps, result)
            else:
                self._by_matrices(padded, result)
            self.end(result)

    def _by_taps(self, image: Reals, taps: Reals, out: Reals) -> None:
        product = self._memory(out.shape)
        out[...] = 0
        for i in range(taps.shape[0]):
            for j in range(taps.shape[1]):
                np.multiply(image[_tap(self._window, i, j, out.shape[:2])], taps[i, j], out=product)
                np.add(out, product, out=out)

    def _by_matrices(self, image: Reals, out: Reals) -> None:
        rows, columns, channels = out.shape
        taps, groups = self._window.kernel, self._groups
        if taps == (1, 1) and groups == 1:
            picked = image[_tap(self._window, 0, 0, (rows, columns))]
            np.matmul(picked.reshape(rows * columns, -1), self._matrices[0], out=out.reshape(rows * columns, channels))
            return
        depth = image.shape[2] // groups
        windows = self._memory((groups, rows * columns, taps[0] * taps[1] * depth))
        spread = windows.reshape(groups, rows, columns, *taps, depth)
        np.copyto(spread, self._windows(image).reshape(rows, columns, *taps, groups, depth).transpose(4, 0, 1, 2, 3, 5))
        if groups == 1:
            np.matmul(windows[0], self._matrices[0], out=out.reshape(rows * columns, channels))
            return
        sums = np.matmul(windows, self._matrices)
        out[...] = sums.transpose(1, 0, 2).reshape(out.shape)

    def _windows(self, image: Reals) -> Reals:
        """Return every window of an image, a view: (OH, OW, KH, KW, C)."""
        window = self._window
        reach = tuple(gap * (taps - 1) + 1 for gap, taps in zip(window.dilation, window.kernel, strict=True))
        every = sliding_window_view(image, reach, axis=(0, 1))[:: window.stride[0], :: window.stride[1]]
        return every[..., :: window.dilation[0], :: window.dilation[1]].transpose(0, 1, 3, 4, 2)

    def _memory(self, shape: tuple[int, ...]) -> Reals:
        if shape not in self._scratch:
            self._scratch[shape] = np.empty(shape, self._matrices.dtype)
        return self._scratch[shape]


class RealLinear(_Ended):
    """x (..., K) by weights (N, K) to (..., N), all float32: ``y(x, out)``. ``bias``, ``clamp`` as of a convolution."""

    def __init__(self, weight: Reals, bias: Reals | None, clamp: Bounds) -> None:
        super().__init__(bias, clamp)
        self._matrix = np.ascontiguousarray(weight.T)

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the product to ``out``."""
        rows = x.reshape(len(x), -1, x.shape[-1])
        np.matmul(rows, self._matrix, out=out.reshape(*rows.shape[:2], -1))
        self.end(out)


class RealJoined(_Ended):
    """A sum or a product of two tensors, which broadcast: ``y(a, b, out)``."""

    def __init__(self, function: np.ufunc, clamp: Bounds) -> None:
        super().__init__(None, clamp)
        self._function = function

    def __call__(self, a: Reals, b: Reals, out: Reals) -> None:
        """Write the result to ``out``."""
        self._function(a, b, out=out)
        self.end(out)


class RealBatchNorm:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias, folded to one product and one sum: ``y(x, out)``."""

    def __init__(self, scale: Reals, bias: Reals, mean: Reals, variance: Reals, epsilon: float) -> None:
        self._factor = scale * (F(1) / np.sqrt(variance + F(epsilon)))  # rounded as ONNX Runtime rounds it
        self._offset = bias - mean * self._factor

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the normalized tensor to ``out``."""
        np.multiply(x, self._factor, out=out)
        np.add(out, self._offset, out=out)


class RealFunction:
    """A function of each element: ``y(x, out)``."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the function to ``out``."""
        given, made = x.reshape(-1), out.reshape(-1)
        for start in range(0, given.size, CHUNK):
            part = slice(start, start + CHUNK)
            made[part] = evaluate(self._expression, given[part])


class RealMaxPool2d(_Ended):
    """The largest element of each window, padding ignored: ``y(x, out)``."""

    def __init__(self, window: Window, clamp: Bounds) -> None:
        super().__init__(None, clamp)
        self._window, self._padded = window, _Padded(window, -np.inf)

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the pooled images to ``out``."""
        rows, columns = self._window.kernel
        for image, result in zip(x, out, strict=True):
            padded = self._padded.of(image)
            result[...] = -np.inf
            for i in range(rows):
                for j in range(columns):
                    np.maximum(result, padded[_tap(self._window, i, j, result.shape[:2])], out=result)
        self.end(out)


class RealAvgPool2d(_Ended):
    """The mean of each window: summed tap by tap, divided by the taps inside the image, or by all: ``y(x, out)``."""

    def __init__(self, window: Window, count_include_pad: bool, clamp: Bounds) -> None:
        super().__init__(None, clamp)
        self._window, self._counts_pad, self._padded = window, count_include_pad, _Padded(window, 0.0)

    def __call__(self, x: Reals, out: Reals) -> None:
        """Write the means to ``out``."""
        taps = F(self._window.kernel[0] * self._window.kernel[1])
        count = taps if self._counts_pad else self._counted(x.shape[1], x.shape[2], out.shape[1:3])
        for image, result in zip(x, out, strict=True):
            self._sum(self._padded.of(image), result)
            np.divide(result, count, out=result)
        self.end(out)

    def _sum(self, padded: Reals, result: Reals) -> None:
        result[...] = 0
        for i in range(self._window.kernel[0]):
            for j in range(self._window.kernel[1]):
                np.add(result, padded[_tap(self._window, i, j, result.shape[:2])], out=result)

    def _counted(self, height: int, width: int, size: tuple[int, ...]) -> Reals:
        """Return how many taps of each window lie inside the image."""
        count = np.zeros((*size, 1), F)
        self._sum(_Padded(self._window, 0.0).of(np.ones((height, width, 1), F)), count)
        return count


def real_softmax(x: Reals, axis: int, out: Reals) -> None:
    """Write the softmax along an axis to ``out``; every sum is of float32."""
    powers = exp(x - x.max(axis=axis, keepdims=True))
    np.divide(powers, powers.sum(axis=axis, keepdims=True), out=out)
