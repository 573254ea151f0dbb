"""What an ONNX tensor is while the file is walked through.

Shapes are the file's, in its own layout; a batch of any size is None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions import evaluate
from accord.nn.graph import Expression, Shape, X
from accord.nn.importers.onnx.quantization import Table, table_of
from accord.nn.params import QuantizationParams


@dataclass(frozen=True)
class Bytes:
    """Quantized data, a value of the graph."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Real:
    """float32 data, a value of the graph."""

    name: str
    shape: Shape


@dataclass(frozen=True, eq=False)
class Constant:
    """An array of the file, of any dtype; ``params`` where it came through a DequantizeLinear.

    ``bias_scale``: what that has instead for int32.
    """

    data: NDArray[Any]
    params: QuantizationParams | None = None
    bias_scale: NDArray[np.float32] | None = None

    @property
    def shape(self) -> Shape:
        """Its sizes."""
        return self.data.shape


@dataclass(frozen=True, eq=False)
class Island:
    """A real function of bytes, of what they stand for. Without ``steps``, a DequantizeLinear alone."""

    source: Bytes
    params: QuantizationParams
    expression: Expression = X
    steps: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        """The source's."""
        return self.source.shape

    @cached_property
    def table(self) -> Table:
        """Its value for each byte."""
        return evaluate(self.expression, table_of(self.params))


class Finish(Protocol):
    """Writes an operation whose result is quantized to ``params``, clamped in the units of ``clamp``."""

    def __call__(self, name: str, params: QuantizationParams, clamp: tuple[int, int] | None) -> None:
        """Add the nodes that define the value ``name``."""


@dataclass(frozen=True, eq=False)
class Pending:
    """The result of an operation on dequantized data, which a QuantizeLinear is to follow.

    ``low``, ``high``: what a Relu or Clip behind it leaves. ``fallback``: the same as a function of one tensor, if it
    is one. ``reals``: writes the operation with a result that stays real, where there is such a rule.
    """

    origin: str
    shape: Shape
    finish: Finish
    low: float = -np.inf
    high: float = np.inf
    fallback: Island | None = None
    add_bias: "Callable[[Constant], Pending | None] | None" = None
    reals: Callable[[str], None] | None = None


Term = Bytes | Real | Constant | Island | Pending
