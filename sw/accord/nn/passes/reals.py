"""The float32 network that a quantized one stands for."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import (
    ClampAttributes,
    ConvAttributes,
    FunctionAttributes,
    Graph,
    GraphError,
    Node,
    Op,
    PadAttributes,
    PoolAttributes,
)
from accord.nn.graph.attributes import Attributes
from accord.nn.params import QuantizationParams
from accord.nn.passes.edit import copied, pruned
from accord.nn.tensor import QuantizedTensor

REAL = np.dtype(np.float32)


def to_reals(graph: Graph) -> Graph:
    """Return a graph of float32: weights and biases are what their integers mean, nothing rounds or saturates.

    Clamps and numbers that pads put in become real, tables the functions they stand for, QUANTIZE and DEQUANTIZE a
    second name. Inputs and outputs of bytes are float32. GraphError names a table that no function is known of.
    """
    made = copied(graph)
    made.values = {name: replace(value, dtype=REAL, params=None) for name, value in graph.values.items()}
    made.constants = {name: _real(graph, name) for name in graph.constants}
    for node in graph.nodes:
        if node.op in (Op.CONV, Op.LINEAR) and len(node.inputs) > 2:
            made.constants[node.inputs[2]] = _bias(graph, node)
    made.nodes = [_node(graph, node) for node in graph.nodes]
    made = pruned(made)
    made.check()
    return made


def _real(graph: Graph, name: str) -> NDArray[np.float32]:
    data, params = graph.constants[name], graph.value(name).params
    return data.astype(np.float32) if params is None else QuantizedTensor(data, params).dequantize()


def _bias(graph: Graph, node: Node) -> NDArray[np.float32]:
    """Return a bias in its own numbers: an int32 one is in steps of S_x * S_w."""
    bias = graph.constants[node.inputs[2]]
    x, w = (graph.value(name).params for name in node.inputs[:2])
    if bias.dtype != np.int32 or x is None or w is None:
        return bias.astype(np.float32)
    steps: NDArray[Any] = bias * (float(x.scale) * w.scale.astype(np.float64))
    return steps.astype(np.float32)


def _node(graph: Graph, node: Node) -> Node:
    if node.op in (Op.QUANTIZE, Op.DEQUANTIZE):
        return replace(node, op=Op.RESHAPE)
    if node.op is Op.LOOKUP:
        if not isinstance(node.attributes, FunctionAttributes):
            raise GraphError(f"node {node.name}: no function is known of its table")
        return replace(node, op=Op.FUNCTION, inputs=node.inputs[:1])
    params = graph.value(node.output).params
    return node if params is None else replace(node, attributes=_attributes(node.attributes, params))


def _attributes(attributes: Attributes | None, params: QuantizationParams) -> Attributes | None:
    """Return attributes whose steps of the output are real numbers."""

    def real(steps: float) -> float:
        return float((steps - int(params.zero_point)) * params.scale)

    if isinstance(attributes, PadAttributes):
        return replace(attributes, value=real(attributes.value))
    if isinstance(attributes, ConvAttributes | ClampAttributes | PoolAttributes) and attributes.clamp is not None:
        low, high = attributes.clamp
        ends = real(low), np.inf if high == params.limits[1] else real(high)
        return replace(attributes, clamp=ends)
    return attributes
