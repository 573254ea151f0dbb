"""Softmax of bytes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.transcendental import fma
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams

F = np.float32
RESERVE = 5
"""Powers of e that ONNX Runtime keeps free below the largest float, so that sums of the table's entries are finite."""
PARTIALS = 64
RECIPROCAL_BITS = np.uint32(0x7EF127EA)
NEWTON_STEPS = 3


class QuantizedSoftmax:
    """Softmax along one axis: ``y(x, out=None)``, int8 or uint8 to the same.

    ``onnx``: ONNX Runtime's QLinearSoftmax, a float32 table of exponentials, its entries summed in order, each times
    floor(1 / S_y), divided by the sum, rounded to even, plus Z_y. ``tflite``: clamp(rint(256 p) - 128), p in the fixed
    float32 steps that docs/programs.md writes down, the NPU's; its output has scale 1/256 and zero point -128.
    ``fma``: p in double, quantized, ties away from zero.
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
        self._input, self._output, self._axis = input_params, output_params, axis
        self._powers = np.array([math.exp(-d * float(input_params.scale)) for d in range(256)]).astype(F)
        self._tables: dict[int, NDArray[np.float32]] = {}
        self._compute = {"onnx": self._onnx, "tflite": self._fixed_steps, "fma": self._exact}[contract]

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the softmax; ``out`` takes it where given."""
        last = np.moveaxis(x, self._axis, -1)
        result = np.moveaxis(self._compute(last), -1, self._axis)
        if out is None:
            return np.ascontiguousarray(result)
        out[...] = result
        return out

    def _exact(self, x: NDArray[Any]) -> NDArray[Any]:
        steps = (x.astype(np.float64) - x.max(axis=-1, keepdims=True)) * float(self._input.scale)
        powers = np.exp(steps)
        p = powers / powers.sum(axis=-1, keepdims=True)
        low, high = self._output.limits
        whole = np.floor(p / float(self._output.scale) + 0.5)  # never negative
        q: NDArray[Any] = np.clip(whole + int(self._output.zero_point), low, high).astype(self._output.dtype)
        return q

    def _fixed_steps(self, x: NDArray[Any]) -> NDArray[Any]:
        powers = self._powers[x.max(axis=-1, keepdims=True).astype(np.int32) - x]
        scaled = powers * (F(256) * _reciprocal(_fixed_order_sum(powers)))
        q: NDArray[Any] = np.clip(np.rint(scaled) - F(128), *self._output.limits).astype(self._output.dtype)
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


def _fixed_order_sum(powers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sums along the last axis: of every 64th number in order, then of halves of those 64."""
    *others, size = powers.shape
    padded = np.zeros((*others, -(-size // PARTIALS) * PARTIALS), F)
    padded[..., :size] = powers
    rounds = padded.reshape(*others, -1, PARTIALS)
    partial = np.add.accumulate(rounds, axis=-2, dtype=F)[..., -1, :]
    half = PARTIALS // 2
    while half:
        partial = partial[..., :half] + partial[..., half:]
        half //= 2
    return partial


def _reciprocal(total: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / total by Newton's steps from a guess that is at most 5.1 % off."""
    r = (RECIPROCAL_BITS - total.view(np.uint32)).view(F)
    exact = total.astype(np.float64)
    for _ in range(NEWTON_STEPS):
        error = (1 - exact * r).astype(F)  # exact in double: the product has 48 bits and is near 1
        r = fma(r, error, r)
    return r
