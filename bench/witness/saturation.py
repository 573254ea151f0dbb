"""Which nodes of an optimized network add products of u8 and s8 in 16 bits, and what keeps ONNX Runtime from it."""

import itertools

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

LARGEST_WEIGHT = 64
"""Two products of a byte and such a weight fit into 16 bits."""
PLACES = {
    "MatMulInteger": (2, 1),
    "MatMulIntegerToFloat": (4, 1),
    "QGemm": (2, 3),
    "QLinearConv": (2, 3),
    "QLinearMatMul": (2, 3),
}
"""Operators with sums: which input is the zero point of the data, and which the weights."""


def has_bytes(model: onnx.ModelProto) -> bool:
    """Whether anything in a network may be quantized."""
    return any("Linear" in node.op_type or node.op_type.endswith("Integer") or node.domain for node in model.graph.node)


def saturating(optimized: onnx.ModelProto, constants_too: bool) -> list[str]:
    """Return the nodes, by operator and name, whose sums may saturate; data that may be u8 are taken for it.

    ``constants_too``: constant weights were made unsigned where that is needed, and those that were not are counted.
    """
    constants = {one.name: one for one in optimized.graph.initializer}
    types = {info.name: info.type.tensor_type.elem_type for info in optimized.graph.input}
    types |= {name: one.data_type for name, one in constants.items()}
    found = []
    for node in optimized.graph.node:
        if node.op_type not in PLACES:
            continue
        zero, weight = (node.input[place] if place < len(node.input) else "" for place in PLACES[node.op_type])
        if types.get(zero) == TensorProto.INT8 or types.get(weight) == TensorProto.UINT8:
            continue
        if weight in constants and not (constants_too and _is_large(constants[weight])):
            continue
        found.append(f"{node.op_type} {node.name!r}")
    return found


def _is_large(weights: onnx.TensorProto) -> bool:
    return bool(np.abs(numpy_helper.to_array(weights).astype(int)).max() > LARGEST_WEIGHT)


def with_own_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network with a copy of each int8 constant, and of its DequantizeLinear, for each node that reads it.

    ONNX Runtime makes unsigned weights of a constant for one reader, and fails at the next.
    """
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph, nodes, number = made.graph, [], itertools.count()
    signed = {one.name: one for one in model.graph.initializer if one.data_type == TensorProto.INT8}
    shared = {node.output[0]: node for node in model.graph.node if _is_shared(node, model.graph, signed)}

    def constant(name: str) -> str:
        copy = graph.initializer.add()
        copy.CopyFrom(signed[name])
        copy.name = f"{name}/{next(number)}"
        return copy.name

    for node in graph.node:
        if node.output[0] in shared:
            continue
        for place, name in enumerate(node.input):
            if name in shared:
                own = onnx.NodeProto()
                own.CopyFrom(shared[name])
                own.name = own.output[0] = node.input[place] = f"{name}/{next(number)}"
                own.input[:] = [constant(one) if one in signed else one for one in own.input]
                nodes.append(own)
            elif name in signed:
                node.input[place] = constant(name)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return made


def _is_shared(node: onnx.NodeProto, graph: onnx.GraphProto, signed: dict[str, onnx.TensorProto]) -> bool:
    """Whether it dequantizes an int8 constant for several nodes."""
    if node.op_type != "DequantizeLinear" or node.input[0] not in signed:
        return False
    readers = [name for other in graph.node for name in other.input if name == node.output[0]]
    return len(readers) > 1 and node.output[0] not in {info.name for info in graph.output}
