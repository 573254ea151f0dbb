"""Sums, products and concatenations of tensors, each with a scale and a zero point of its own."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Add, Multiply, lookup
from accord.nn.graph.ir import ContractName
from accord.nn.layers.tables import requantization_table
from accord.nn.params import QuantizationParams


def _is_spread_by_kernels(few: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Return whether the axes of size 1 that are spread over a shape are next to one another."""
    if len(few) != len(shape):
        return False
    spread = [axis for axis, (one, other) in enumerate(zip(few, shape, strict=True)) if one != other]
    return not spread or all(size == 1 for size in few[spread[0] : spread[-1] + 1])


class _Joined:
    """An elementwise operation of two tensors, which broadcast: ``y(a, b, out=None)``."""

    _KERNEL: ClassVar[type[Add] | type[Multiply]]

    def __init__(
        self,
        a: QuantizationParams,
        b: QuantizationParams,
        output: QuantizationParams,
        *,
        clamp: tuple[int, int] | None = None,
        contract: ContractName = "fma",
        isa: str | None = None,
    ) -> None:
        if not a.dtype == b.dtype == output.dtype:
            raise TypeError(
                f"output: operands are {a.dtype} and {b.dtype}, the output {output.dtype}; expected one type"
            )
        settings: dict[str, Any] = {
            "a_scale": float(a.scale),
            "b_scale": float(b.scale),
            "scale": float(output.scale),
            "a_zero_point": int(a.zero_point),
            "b_zero_point": int(b.zero_point),
            "zero_point": int(output.zero_point),
            "clamp": clamp,
            "contract": contract,
            "isa": isa,
            "dtype": output.dtype,
        }
        self._kernel = self._KERNEL(**settings)
        self._wide: dict[tuple[int, ...], NDArray[Any]] = {}

    def is_native(self, a: NDArray[Any], b: NDArray[Any]) -> bool:
        """Return whether a call does nothing but call kernels: they spread neighbouring axes only."""
        return _is_spread_by_kernels(a.shape, b.shape) or _is_spread_by_kernels(b.shape, a.shape)

    def __call__(self, a: NDArray[Any], b: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the result; ``out`` takes it where given."""
        if self.is_native(a, b):
            return self._kernel(a, b, out)
        shape = np.broadcast_shapes(a.shape, b.shape)
        return self._kernel(self._spread(a, shape, 0), self._spread(b, shape, 1), out)

    def _spread(self, x: NDArray[Any], shape: tuple[int, ...], side: int) -> NDArray[Any]:
        """Return an operand in the output's shape; the memory it is spread into is kept for the next call."""
        if x.shape == shape:
            return x
        key = (side, *shape)
        if key not in self._wide:
            self._wide[key] = np.empty(shape, x.dtype)
        np.copyto(self._wide[key], x)
        return self._wide[key]


class QuantizedResidualAdd(_Joined):
    """a + b, both brought to the output's scale: in float32 (``fma``, ``onnx``) or in fixed point (``tflite``).

    ``y(a, b, out=None)``; shapes broadcast; one dtype, int8 or uint8, for both and the output.
    """

    _KERNEL = Add


class QuantizedMultiply(_Joined):
    """a * b; arguments as for :class:`QuantizedResidualAdd`."""

    _KERNEL = Multiply


class QuantizedConcat:
    """Tensors joined along an axis, each requantized to the output's parameters: ``y(*parts, out=None)``."""

    def __init__(
        self,
        parts: list[QuantizationParams],
        output: QuantizationParams,
        *,
        axis: int,
        contract: ContractName = "fma",
        isa: str | None = None,
    ) -> None:
        self._axis, self._isa = axis, isa
        self._kept: dict[tuple[int, ...], NDArray[Any]] = {}
        self._tables = [None if part == output else requantization_table(part, output, contract) for part in parts]

    def __call__(self, *parts: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the joined tensor; ``out`` takes it where given."""
        found = [
            part if table is None else lookup(part, table, out=self._scratch(number, part), isa=self._isa)
            for number, (part, table) in enumerate(zip(parts, self._tables, strict=True))
        ]
        return np.concatenate(found, axis=self._axis, out=out)

    def _scratch(self, number: int, part: NDArray[Any]) -> NDArray[Any]:
        """Return memory for a requantized part, kept for the next call."""
        key = (number, *part.shape)
        if key not in self._kept:
            self._kept[key] = np.empty(part.shape, part.dtype)
        return self._kept[key]
