"""GR-3: activations become bytes, QUANTIZE and DEQUANTIZE stand where real numbers and bytes meet."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from accord.nn.graph import (
    ClampAttributes,
    ConvAttributes,
    Graph,
    GraphError,
    Node,
    Op,
    PadAttributes,
    PoolAttributes,
    Value,
)
from accord.nn.graph.attributes import Attributes
from accord.nn.params import QuantizationParams
from accord.nn.passes.edit import copied, fresh
from accord.nn.tensor import QuantizedTensor

REAL_ONLY = frozenset({Op.BATCH_NORM})
"""Operations that have no form on bytes."""
HALF_STEP = 0.5 + 2.0**-14
"""And the rounding of a float32 scale."""


def insert_boundaries(graph: Graph, params: Mapping[str, QuantizationParams]) -> Graph:
    """Return the float32 graph with the activations and operands named in ``params`` as bytes.

    A node whose output is among them takes and gives bytes, its clamp and the number it pads with in steps of the
    output; a linear layer whose input alone is among them gives real numbers; all others stay real. QUANTIZE stands
    behind real values that such a node reads, inputs of the network among them, DEQUANTIZE behind bytes that a real
    node reads and before outputs, once for each value. Weights and functions stay what they are:
    :func:`quantize_weights` and :func:`tabulate` follow. GraphError names a node that would read bytes of a value
    without parameters.
    """
    return _Boundaries(graph, params).run()


class _Boundaries:
    """The state of one pass: under which names each value is there as bytes, and as reals."""

    def __init__(self, graph: Graph, params: Mapping[str, QuantizationParams]) -> None:
        self._source, self._params = graph, params
        self._made = copied(graph)
        self._made.nodes = []
        self._ends = {*graph.inputs, *graph.outputs, *graph.constants}
        self._bytes: dict[str, str] = {}
        self._reals: dict[str, str] = {name: name for name in graph.inputs}

    def run(self) -> Graph:
        for node in self._source.nodes:
            self._made.nodes.append(self._integer(node) if self._is_integer(node) else self._real(node))
        for name in self._source.outputs:
            self._as_reals(name)
        self._made.check()
        return self._made

    def _is_integer(self, node: Node) -> bool:
        gives_reals = node.op is Op.LINEAR and node.inputs[0] in self._params
        return node.op not in REAL_ONLY and (node.output in self._params or gives_reals)

    def _integer(self, node: Node) -> Node:
        operands = 1 if node.op in (Op.CONV, Op.LINEAR) else len(node.inputs)
        inputs = tuple(self._as_bytes(name, node) for name in node.inputs[:operands]) + node.inputs[operands:]
        if node.output not in self._params:
            self._reals[node.output] = node.output
            return replace(node, inputs=inputs)
        output, params = self._name(node.output, True), self._params[node.output]
        self._bytes[node.output] = output
        attributes = _in_steps(node.attributes, params)
        return replace(node, inputs=inputs, output=output, attributes=attributes)

    def _real(self, node: Node) -> Node:
        inputs = tuple(name if name in self._made.constants else self._as_reals(name) for name in node.inputs)
        self._reals[node.output] = output = self._name(node.output, False)
        return replace(node, inputs=inputs, output=output)

    def _name(self, name: str, is_bytes: bool) -> str:
        """Name and describe a form of a value; an end of the network keeps its name for reals, others for bytes."""
        source, params = self._source.value(name), self._params.get(name)
        keeps = name not in self._ends if is_bytes else name in self._ends or params is None
        chosen = name if keeps else fresh(self._made, f"{name}/{'quantized' if is_bytes else 'real'}")
        dtype = params.dtype if is_bytes and params is not None else np.dtype(np.float32)
        self._made.values[chosen] = Value(chosen, source.shape, dtype, params if is_bytes else None)
        if name in self._source.channels_first:
            self._made.channels_first.add(chosen)
        return chosen

    def _as_bytes(self, name: str, reader: Node) -> str:
        if name not in self._params:
            raise GraphError(f"node {reader.name}: reads {name}, which has no scale; calibrate it")
        if name not in self._bytes:
            self._bytes[name] = chosen = self._name(name, True)
            if name in self._source.constants:
                contract = self._source.contract
                data = QuantizedTensor.quantize(self._source.constants[name], self._params[name], contract).data
                self._made.constants[chosen] = data
            else:
                self._made.nodes.append(Node(f"quantize {name}", Op.QUANTIZE, (self._reals[name],), chosen))
        return self._bytes[name]

    def _as_reals(self, name: str) -> str:
        if name not in self._reals and name not in self._source.constants:
            self._reals[name] = chosen = self._name(name, False)
            self._made.nodes.append(Node(f"dequantize {name}", Op.DEQUANTIZE, (self._bytes[name],), chosen))
        return self._reals.get(name, name)


def _in_steps(attributes: Attributes | None, params: QuantizationParams) -> Attributes | None:
    """Return attributes whose real numbers are steps of the output."""
    if isinstance(attributes, PadAttributes):
        return replace(attributes, value=_steps(attributes.value, params))
    if not isinstance(attributes, ConvAttributes | ClampAttributes | PoolAttributes) or attributes.clamp is None:
        return attributes
    return replace(attributes, clamp=clamp_in_steps(attributes.clamp, params))


def clamp_in_steps(clamp: tuple[float, float], params: QuantizationParams) -> tuple[int, int] | None:
    """Return a real clamp in steps, None where the type's own range bounds as much.

    The type's range does where its end stands for a number within half a step of the bound: the rounding of the
    zero point moves a range by as much.
    """
    ends = []
    for bound, limit in zip(clamp, params.limits, strict=True):
        real = (limit - int(params.zero_point)) * float(params.scale)
        is_inside = abs(real - bound) > HALF_STEP * float(params.scale)
        ends.append(_steps(bound, params) if is_inside else limit)
    return None if tuple(ends) == params.limits else (ends[0], ends[1])


def _steps(value: float, params: QuantizationParams) -> int:
    """Return clamp(RNE(x / S) + Z) of one number, infinities included."""
    low, high = params.limits
    zero = int(params.zero_point)
    return int(np.clip(np.rint(np.clip(value / float(params.scale), low - zero, high - zero)) + zero, low, high))
