"""Softmax of bytes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams

F = np.float32
RESERVE = 5
"""Powers of e that ONNX Runtime keeps free below the largest float, so that sums of the table's entries are finite."""


class QuantizedSoftmax:
    """Softmax along one axis: ``y(x, out=None)``, int8 or uint8 to the same.

    ``onnx``: ONNX Runtime's QLinearSoftmax, a float32 table of exponentials, its entries summed in order, each times
    floor(1 / S_y), divided by the sum, rounded to even, plus Z_y. ``tflite``: clamp(rint(256 p) - 128), p in double;
    its output has scale 1/256 and zero point -128. ``fma``: p in double, quantized, ties away from zero.
    """

    def __init__(
        self,
        input_params: QuantizationParams,
        output_params: QuantizationParams,
        *,
        axis: int = -1,
        contract: ContractName = "fma",
    ) -> None:
        if contract == "tflite" and (float(output_params.scale), int(output_params.zero_point)) != (1 / 256, -128):
            raise ValueError("output_params: a softmax of tflite has scale 1/256 and zero point -128")
        self._input, self._output, self._axis, self._contract = input_params, output_params, axis, contract
        self._tables: dict[int, NDArray[np.float32]] = {}

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the softmax; ``out`` takes it where given."""
        last = np.moveaxis(x, self._axis, -1)
        compute = self._onnx if self._contract == "onnx" else self._exact
        result = np.moveaxis(compute(last), -1, self._axis)
        if out is None:
            return np.ascontiguousarray(result)
        out[...] = result
        return out

    def _exact(self, x: NDArray[Any]) -> NDArray[Any]:
        steps = (x.astype(np.float64) - x.max(axis=-1, keepdims=True)) * float(self._input.scale)
        powers = np.exp(steps)
        p = powers / powers.sum(axis=-1, keepdims=True)
        low, high = self._output.limits
        quotient = p / float(self._output.scale)
        whole = np.rint(quotient) if self._contract == "tflite" else np.floor(quotient + 0.5)  # never negative
        q: NDArray[Any] = np.clip(whole + int(self._output.zero_point), low, high).astype(self._output.dtype)
        return q

    def _onnx(self, x: NDArray[Any]) -> NDArray[Any]:
        size = x.shape[-1]
        if size not in self._tables:
            self._tables[size] = _exponentials(float(self._input.scale), size)
        # the table's last entry is that of the largest element
        below = x.max(axis=-1, keepdims=True).astype(np.int32) - x
        powers = self._tables[size][255 - below]
        total = np.add.accumulate(powers, axis=-1, dtype=F)[..., -1:]
        steps = np.rint(powers * np.floor(F(1) / self._output.scale) / total).astype(np.int32)
        q: NDArray[Any] = np.minimum(steps + int(self._output.zero_point), self._output.limits[1])
        return q.astype(self._output.dtype)


def _exponentials(scale: float, size: int) -> NDArray[np.float32]:
    """Return exp((i - 255 + shift) * S_x), i = 0 to 255: as large as they may be without their sum overflowing."""
    largest = float(F(math.log(float(np.finfo(F).max / F(size)))))  # this logarithm is ONNX Runtime's in float32
    shift = max(0.0, largest - RESERVE) / scale
    powers = [math.exp((i - 255 + shift) * scale) for i in range(256)]
    return np.array(powers).astype(F)
