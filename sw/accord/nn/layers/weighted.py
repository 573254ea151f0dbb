"""Convolutions and linear layers: weights of either type with any zero point, prepared once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, Output, output_multiplier, requantize
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams

INT8_MIN, INT8_MAX = -128, 127
Kernel = Callable[..., NDArray[Any]]


def int8_parts(weight: NDArray[Any], params: QuantizationParams) -> list[NDArray[np.int8]]:
    """Return int8 arrays whose sum is the weights less their zero points: one, or two where one cannot hold that."""
    centred = weight.astype(np.int16) - params.aligned(params.zero_point, weight.ndim).astype(np.int16)
    first = np.clip(centred, INT8_MIN, INT8_MAX)
    rest = centred - first
    return [part.astype(np.int8) for part in ([first, rest] if rest.any() else [first])]


class _Settings(TypedDict, total=False):
    """What a convolution has beside its numbers, as :class:`accord.kernels.Conv2d` takes it."""

    stride: Sequence[int]
    dilation: Sequence[int]
    padding: Sequence[int]
    groups: int


class _Weighted(ABC):
    """A product whose sums are requantized, or scaled to real numbers: ``y(x, out=None)``."""

    _is_linear = False

    def __init__(
        self,
        weight: NDArray[Any],
        weight_params: QuantizationParams,
        bias: NDArray[np.int32] | None,
        input_params: QuantizationParams,
        output_params: QuantizationParams | None,
        *,
        clamp: tuple[int, int] | None = None,
        lookup: NDArray[Any] | None = None,
        contract: ContractName = "fma",
        isa: str | None = None,
        **settings: Unpack[_Settings],
    ) -> None:
        self._isa = isa
        output: Output | None = None
        if output_params is not None:
            scales = float(input_params.scale), weight_params.scale, float(output_params.scale)
            # the FULLY_CONNECTED of tflite rounds the product of its two scales, where there are two
            rounds_product = self._is_linear and weight_params.axis is None
            multiplier = output_multiplier(contract, *scales, fully_connected=rounds_product)
            zero, dtype = int(output_params.zero_point), output_params.dtype
            output = Output(contract, multiplier, zero, dtype, clamp, lookup)
        parts = int8_parts(weight, weight_params)
        fused = output if len(parts) == 1 else None
        common = {"input_dtype": input_params.dtype, "input_zero_point": int(input_params.zero_point), "isa": isa}
        self._kernels = [
            self._kernel(part, bias if number == 0 else None, output=fused, **common, **settings)
            for number, part in enumerate(parts)
        ]
        self._is_fused = fused is not None
        self._output = None if self._is_fused else output
        # for real outputs alone: memory otherwise
        scale = input_params.scale * weight_params.scale if output is None else np.float32(0)
        self._scale = np.asarray(scale, np.float32)

    @abstractmethod
    def _kernel(self, weight: NDArray[np.int8], bias: NDArray[np.int32] | None, **settings: Any) -> Kernel:
        """Return the kernel of one part of the weights."""

    def is_native(self, *_: NDArray[Any]) -> bool:
        """Return whether a call does nothing but call kernels."""
        return self._is_fused

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the layer's output; ``out`` takes it where given."""
        if self._is_fused:
            return self._kernels[0](x, out)
        sums = self._kernels[0](x)
        for kernel in self._kernels[1:]:
            np.add(sums, kernel(x), out=sums)  # modulo 2^32, as the sums themselves
        if self._output is not None:
            return requantize(sums, self._output, out=out, isa=self._isa)
        real = np.empty(sums.shape, np.float32) if out is None else out
        np.copyto(real, sums, casting="same_kind")  # to nearest even, as a conversion is
        return np.multiply(real, self._scale, out=real)


class QuantizedConv2d(_Weighted):
    """x (N, H, W, C) by weights (O, KH, KW, C / groups), int8 or uint8, to (N, OH, OW, O).

    ``bias``: int32 (O,), None for zeros. Scale and zero point of the weights are one or one a channel (axis 0). Without
    ``output_params`` the output is float32. ``clamp``: (low, high) in the output's units, for a fused activation.
    ``lookup``: 256 bytes that the output's index. ``stride``, ``dilation``, ``padding``, ``groups``: as
    :class:`accord.kernels.Conv2d` takes them. TypeError and ValueError name what is wrong.
    """

    def _kernel(self, weight: NDArray[np.int8], bias: NDArray[np.int32] | None, **settings: Any) -> Kernel:
        return Conv2d(weight, bias, **settings)


class QuantizedDepthwiseConv2d(_Weighted):
    """x (N, H, W, C) by weights (C, KH, KW, 1), each channel by itself, to (N, OH, OW, C).

    Arguments as for :class:`QuantizedConv2d`, without ``groups``.
    """

    def _kernel(self, weight: NDArray[np.int8], bias: NDArray[np.int32] | None, **settings: Any) -> Kernel:
        if weight.ndim != 4 or weight.shape[3] != 1:
            raise ValueError(f"weight: expected shape (C, KH, KW, 1), got {weight.shape}")
        return DepthwiseConv2d(np.ascontiguousarray(weight[..., 0].transpose(1, 2, 0)), bias, **settings)


class QuantizedLinear(_Weighted):
    """x (..., K) by weights (N, K), int8 or uint8, to (..., N).

    Arguments as for :class:`QuantizedConv2d`, without those of its window.
    """

    _is_linear = True

    def _kernel(self, weight: NDArray[np.int8], bias: NDArray[np.int32] | None, **settings: Any) -> Kernel:
        return Matmul(np.ascontiguousarray(weight.T), bias, **settings)

    def __call__(self, x: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the layer's output; ``out`` takes it where given."""
        rows = x.reshape(-1, x.shape[-1])
        found = super().__call__(rows, None if out is None else out.reshape(len(rows), -1))
        return found.reshape(*x.shape[:-1], found.shape[-1]) if out is None else out
