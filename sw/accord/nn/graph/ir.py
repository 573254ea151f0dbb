"""The graph of a network: values, nodes in execution order, constants.

An activation with four axes is (N, H, W, C), whatever the file had; ``Graph.channels_first`` names the values that
callers give and get as (N, C, H, W). The first axis may be None, a batch of any size.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph.attributes import Attributes
from accord.nn.params import QuantizationParams

Shape = tuple[int | None, ...]
ContractName = Literal["fma", "onnx", "tflite"]


class GraphError(ValueError):
    """A graph that contradicts itself; the message names the node or value."""


class Op(Enum):
    """What a node computes; inputs in the order given, constants among them by name.

    Data are bytes with parameters or, in a network that is not quantized, float32, as weights and biases then are.
    """

    QUANTIZE = "quantize"
    """float32 to bytes, by the output's parameters."""
    DEQUANTIZE = "dequantize"
    """Bytes to float32, by the input's parameters."""
    CONV = "conv"
    """x, weights (O, KH, KW, C / groups), bias int32 or float32 (O,) or nothing."""
    LINEAR = "linear"
    """x (..., K), weights (N, K), bias int32 or float32 (N,) or nothing."""
    ADD = "add"
    """Two inputs, of one number of axes, which broadcast."""
    MULTIPLY = "multiply"
    """Two inputs, of one number of axes, which broadcast."""
    CONCAT = "concat"
    """One or more inputs, each requantized to the output's parameters."""
    MAX_POOL = "max_pool"
    AVERAGE_POOL = "average_pool"
    GLOBAL_AVERAGE_POOL = "global_average_pool"
    SOFTMAX = "softmax"
    BATCH_NORM = "batch_norm"
    """float32 x, then scale, bias, mean, variance (C,) of the last axis."""
    FUNCTION = "function"
    """A real function of each element of float32 data."""
    LOOKUP = "lookup"
    """Bytes, and a constant (256,), which is indexed by their bits."""
    RESHAPE = "reshape"
    """The same elements in the same order, in the output's shape."""
    TRANSPOSE = "transpose"
    SLICE = "slice"
    PAD = "pad"


MOVES = frozenset({Op.MAX_POOL, Op.RESHAPE, Op.TRANSPOSE, Op.SLICE, Op.PAD})
"""Operations whose output has its input's dtype and parameters."""


@dataclass(frozen=True)
class Value:
    """A tensor: activation or constant. ``params`` is None where the numbers are what they say."""

    name: str
    shape: Shape
    dtype: np.dtype[Any]
    params: QuantizationParams | None = None


@dataclass(frozen=True)
class Node:
    """An operation. ``name``: the node of the file it stands for."""

    name: str
    op: Op
    inputs: tuple[str, ...]
    output: str
    attributes: Attributes | None = None


@dataclass
class Graph:
    """A network: ``nodes`` in execution order, ``values`` of every name, ``constants`` the data of some.

    ``contract``: the rules of requantization that the file was made for.
    """

    name: str
    contract: ContractName
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    channels_first: set[str] = field(default_factory=set)

    def check(self) -> None:
        """Raise :class:`GraphError` unless every name is defined once, before its use, and data fit their values."""
        defined = set(self.inputs) | set(self.constants)
        if len(defined) != len(self.inputs) + len(self.constants):
            raise GraphError(f"graph {self.name}: an input is named twice, or is a constant as well")
        for name, data in self.constants.items():
            _check_constant(self.value(name), data)
        for node in self.nodes:
            for name in node.inputs:
                if name not in defined:
                    raise GraphError(f"node {node.name}: input {name} is not defined before it")
            if node.output in defined:
                raise GraphError(f"node {node.name}: output {node.output} is defined already")
            defined.add(node.output)
            self._check_node(node)
        for name in self.outputs:
            if name not in defined:
                raise GraphError(f"graph {self.name}: output {name} is not defined")

    def value(self, name: str) -> Value:
        """Return the value of a name; :class:`GraphError` where there is none."""
        if name not in self.values:
            raise GraphError(f"value {name}: not described")
        return self.values[name]

    def _check_node(self, node: Node) -> None:
        given, made = [self.value(name) for name in node.inputs], self.value(node.output)
        if node.op in MOVES and (given[0].dtype, given[0].params) != (made.dtype, made.params):
            raise GraphError(f"node {node.name}: {node.op.value} changes the type or the parameters of {given[0].name}")
        if node.op is Op.RESHAPE and _elements(given[0].shape) != _elements(made.shape):
            raise GraphError(f"node {node.name}: {given[0].shape} does not reshape to {made.shape}")
        if len(made.shape) == 4 and any(size == 0 for size in made.shape):
            raise GraphError(f"node {node.name}: its output {made.name} is empty, {made.shape}")


def _elements(shape: Shape) -> tuple[int, bool]:
    """Return the product of the sizes known, and whether the batch is among them."""
    return int(np.prod([size for size in shape if size is not None], dtype=np.int64)), None in shape


def _check_constant(value: Value, data: NDArray[Any]) -> None:
    if (value.shape, value.dtype) != (data.shape, data.dtype):
        raise GraphError(
            f"constant {value.name}: described as {value.dtype}{value.shape}, data are {data.dtype}{data.shape}"
        )
