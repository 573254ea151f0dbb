"""The numbers of a case, the same for everybody, and what must come out of them.

Activations are in [0, 127], right as u8 and as s8, and weights in [-127, 127]: two products fit 16 bits, so a library
that adds pairs there loses nothing. All zero points are 0, which costs no library anything. Scales but the weights' are
powers of two: the multiplier is the same number however a library associates its factors. FP32 data are small
integers whose sums are exact in any order, so that FP32 is compared bit for bit as well.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from bench.kernels.cases import Case

Array = NDArray[Any]
LINE = 64
"""Bytes of a cache line."""


def aligned(value: Array) -> Array:
    """Return a copy that starts at a cache line, as every library's own memory does."""
    memory = np.empty(value.nbytes + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    copy = memory[start : start + value.nbytes].view(value.dtype).reshape(value.shape)
    copy[...] = value
    return copy


@dataclass(frozen=True)
class Data:
    """Operands of one case. Images are NHWC; weights (K, N), OHWI or HWC, ``case.copies`` of them."""

    case: Case
    x: NDArray[np.uint8]
    weights: list[NDArray[np.int8]]
    weight_scale: NDArray[np.float32]
    """One a channel; the scale of x is 1."""
    out_scale: float
    """A power of two."""

    @property
    def padding(self) -> int:
        """On each side."""
        return self.case.kernel // 2

    @property
    def out_shape(self) -> tuple[int, ...]:
        """(M, N), or (1, H, W, O)."""
        return (*self.x.shape[:-1], self.case.columns)

    @property
    def multiplier(self) -> NDArray[np.float32]:
        """M of the onnx contract, one a channel."""
        return self.weight_scale / np.float32(self.out_scale)

    @cached_property
    def x_float(self) -> NDArray[np.float32]:
        """Activations for FP32, in [0, 15]."""
        return aligned(np.float32(self.x & 15))

    @cached_property
    def weights_float(self) -> list[NDArray[np.float32]]:
        """Weights for FP32, in [-7, 7]."""
        return [aligned(np.float32(np.fmod(w, 8))) for w in self.weights]

    def out(self, dtype: DTypeLike) -> Array:
        """Return memory for an output."""
        return aligned(np.zeros(self.out_shape, dtype))

    def expected(self, copy: int, dtype: np.dtype[Any]) -> Array:
        """Return the output: int32 sums, the uint8 requantization of them under ``onnx``, or the FP32 sums."""
        if dtype == np.float32:
            return np.float32(self._sums(self.x_float, self.weights_float[copy]))
        sums = self._sums(self.x, self.weights[copy]).astype(np.int32)
        if dtype == np.int32:
            return sums
        return np.clip(np.rint(sums.astype(np.float32) * self.multiplier), 0, 255).astype(np.uint8)

    def _sums(self, x: Array, weight: Array) -> NDArray[np.float64]:
        """Return the sums in float64, which holds them exactly."""
        case, p = self.case, self.padding
        if case.operation == "product":
            return np.float64(x) @ np.float64(weight)
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (case.kernel, case.kernel), (1, 2))
        formula = "nhwcij,ijc->nhwc" if case.operation == "depthwise" else "nhwcij,oijc->nhwo"
        return np.einsum(formula, np.float64(windows), np.float64(weight), optimize=True)


def draw(case: Case, seed: int) -> Data:
    """Return the data of a case."""
    rng = np.random.default_rng([seed, case.operations])
    channels = case.columns if case.operation == "depthwise" else case.depth
    shape = (case.rows, case.depth) if case.operation == "product" else (1, case.size, case.size, channels)
    taps = {
        "product": (case.depth, case.columns),
        "convolution": (case.columns, case.kernel, case.kernel, case.depth),
        "depthwise": (case.kernel, case.kernel, case.columns),
    }[case.operation]
    spread = 127 * 127 * case.taps**0.5 / 3
    return Data(
        case,
        aligned(rng.integers(0, 128, shape, dtype=np.uint8)),
        [aligned(rng.integers(-127, 128, taps, dtype=np.int8)) for _ in range(case.copies)],
        rng.uniform(0.5, 1.0, case.columns).astype(np.float32),
        float(2.0 ** np.ceil(np.log2(spread / 127))),
    )
