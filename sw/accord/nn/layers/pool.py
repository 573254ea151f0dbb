"""Pools over images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import AveragePool, max_pool
from accord.nn.graph.attributes import Window
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams

F = np.float32
LANES = 4
"""Of the vectors that ONNX Runtime's global average sums in."""


class QuantizedMaxPool2d:
    """The largest element of each window: ``y(x, out=None)``, x (N, H, W, C) int8 or uint8. Padding is ignored."""

    def __init__(self, window: Window, *, isa: str | None = None) -> None:
        self._window, self._isa = window, isa

    def is_native(self, *_: NDArray[Any]) -> bool:
        """Return whether a call does nothing but call kernels."""
        return True

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the pooled image; ``out`` takes it where given."""
        window = self._window
        return max_pool(x, window.kernel, stride=window.stride, padding=window.padding, out=out, isa=self._isa)


class QuantizedGlobalAvgPool2d:
    """The mean of each channel's image, requantized: ``y(x, out=None)``, x (N, H, W, C) to (N, 1, 1, C)."""

    def __init__(
        self,
        input_params: QuantizationParams,
        output_params: QuantizationParams,
        *,
        contract: ContractName = "fma",
        isa: str | None = None,
    ) -> None:
        self._settings = _pool_settings(input_params, output_params, contract, isa)
        self._kernels: dict[tuple[int, ...], AveragePool] = {}

    def is_native(self, *_: NDArray[Any]) -> bool:
        """Return whether a call does nothing but call kernels."""
        return True

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the means; ``out`` takes them where given."""
        size = x.shape[1:3]
        if size not in self._kernels:
            self._kernels[size] = AveragePool(size, **self._settings)
        return self._kernels[size](x, out)


def real_global_average(x: NDArray[np.float32], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Return the mean of each channel's image of reals, (N, H, W, C) to (N, 1, 1, C), as ONNX Runtime sums them.

    Four sums of every fourth pixel, then (s0 + s2) + (s1 + s3), then what is left over, in float32, divided by H * W.
    """
    batch, height, width, channels = x.shape
    pixels = x.reshape(batch, height * width, channels)
    count = height * width // LANES * LANES
    total = np.zeros((batch, channels), F)
    if count:
        lanes = np.add.accumulate(pixels[:, :count].reshape(batch, -1, LANES, channels), axis=1)[:, -1]
        total = (lanes[:, 0] + lanes[:, 2]) + (lanes[:, 1] + lanes[:, 3])
    for pixel in range(count, height * width):
        total = total + pixels[:, pixel]
    mean: NDArray[np.float32] = (total / F(height * width)).reshape(batch, 1, 1, channels)
    if out is None:
        return mean
    out[...] = mean
    return out


class QuantizedAvgPool2d:
    """The mean of each window, requantized: ``y(x, out=None)``, x (N, H, W, C) int8 or uint8.

    Under ``onnx`` this is ONNX Runtime's QLinearAveragePool: dequantized, summed tap by tap, divided by their number
    and by the scale, all in float32, the zero point added before the rounding (ties to even). ``count_include_pad``
    divides by all taps, those outside the image too.
    """

    def __init__(
        self,
        window: Window,
        input_params: QuantizationParams,
        output_params: QuantizationParams,
        *,
        count_include_pad: bool = False,
        clamp: tuple[int, int] | None = None,
        contract: ContractName = "fma",
        isa: str | None = None,
    ) -> None:
        self._window, self._counts_pad, self._clamp = window, count_include_pad, clamp
        self._input, self._output = input_params, output_params
        self._kernel = None
        if contract != "onnx":
            self._kernel = AveragePool(
                window.kernel,
                stride=window.stride,
                padding=window.padding,
                count_include_pad=count_include_pad,
                clamp=clamp,
                **_pool_settings(input_params, output_params, contract, isa),
            )

    def is_native(self, *_: NDArray[Any]) -> bool:
        """Return whether a call does nothing but call kernels."""
        return self._kernel is not None

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the pooled image; ``out`` takes it where given."""
        return self._in_float(x, out) if self._kernel is None else self._kernel(x, out)

    def _in_float(self, x: NDArray[Any], out: NDArray[Any] | None) -> NDArray[Any]:
        window, (batch, height, width, channels) = self._window, x.shape
        top, left, bottom, right = window.padding
        real = np.zeros((batch, top + height + bottom, left + width + right, channels), F)
        inside = np.zeros((1, *real.shape[1:3], 1), F)
        image = slice(None), slice(top, top + height), slice(left, left + width)
        real[image] = (x.astype(np.int32) - self._input.zero_point).astype(F) * self._input.scale
        inside[image] = 1
        rows, columns = window.out_size(height, width)
        total, count = np.zeros((batch, rows, columns, channels), F), np.zeros((1, rows, columns, 1), F)
        for i in range(window.kernel[0]):  # adding a padded zero changes no sum
            for j in range(window.kernel[1]):
                taps = slice(None), _every(i, rows, window.stride[0]), _every(j, columns, window.stride[1])
                total += real[taps]
                count += inside[taps]
        mean = total / (F(window.kernel[0] * window.kernel[1]) if self._counts_pad else count)
        low, high = self._clamp or self._output.limits
        steps = np.rint(mean / self._output.scale + self._output.zero_point.astype(F))
        result: NDArray[Any] = np.clip(steps, low, high).astype(self._output.dtype)
        if out is None:
            return result
        out[...] = result
        return out


def _every(first: int, count: int, stride: int) -> slice:
    return slice(first, first + (count - 1) * stride + 1, stride)


def _pool_settings(
    given: QuantizationParams, wanted: QuantizationParams, contract: ContractName, isa: str | None
) -> dict[str, Any]:
    return {
        "x_scale": float(given.scale),
        "x_zero_point": int(given.zero_point),
        "scale": float(wanted.scale),
        "zero_point": int(wanted.zero_point),
        "contract": contract,
        "isa": isa,
        "dtype": wanted.dtype,
    }
