"""An ONNX file as the evaluator reads it: nodes with their attributes, constants, and who reads what."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


@dataclass(frozen=True, eq=False)
class Node:
    """A node of the file."""

    proto: onnx.NodeProto
    op: str
    inputs: list[str]
    """Without those left out at the end; "" for others left out."""
    outputs: list[str]
    attributes: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.op} {self.proto.name!r}"


def _attribute(proto: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(proto)
    return value.decode() if isinstance(value, bytes) else value


class Network:
    """A graph, its nodes in an order in which they can be computed: that of the file."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self.model = model
        self.constants: dict[str, NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }
        self.inputs = [info.name for info in graph.input if info.name not in self.constants]
        self.outputs = [info.name for info in graph.output]
        self.nodes: list[Node] = []
        for proto in graph.node:
            attributes = {one.name: _attribute(one) for one in proto.attribute}
            if proto.op_type == "Constant" and "value" in attributes:
                self.constants[proto.output[0]] = numpy_helper.to_array(attributes["value"])
                continue
            self.nodes.append(Node(proto, proto.op_type, list(proto.input), list(proto.output), attributes))
        self.maker = {name: node for node in self.nodes for name in node.outputs}
        self.readers: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for name in node.inputs:
                self.readers[name].append(node)

    def constant(self, name: str) -> Any:
        """Return a constant's value; None for an input that is left out."""
        return self.constants[name] if name else None

    def are_constant(self, names: list[str]) -> bool:
        """Whether all of these are constants, or left out."""
        return all(name in self.constants or not name for name in names)

    def only_reader(self, name: str) -> Node | None:
        """Return the one node that reads a tensor, None where there are others or the tensor is an output."""
        readers = self.readers[name]
        return readers[0] if len(readers) == 1 and name not in self.outputs else None


@dataclass(frozen=True)
class Grid:
    """What bytes stand for: scale and zero point, along an axis where they are many."""

    scale: NDArray[Any]
    zero: NDArray[Any]
    axis: int

    def is_like(self, other: "Grid") -> bool:
        """Whether the same bytes stand for the same numbers."""
        pairs = (self.scale, other.scale), (self.zero, other.zero)
        return all(a.size == 1 == b.size and a.dtype == b.dtype and (a == b).all() for a, b in pairs)


def grid(network: Network, node: Node, dtype: Any = None) -> Grid:
    """Return scale and zero point of a QuantizeLinear or DequantizeLinear; the zero point may be left out."""
    scale = network.constant(node.inputs[1])
    given = len(node.inputs) > 2 and node.inputs[2]
    zero = network.constant(node.inputs[2]) if given else np.zeros(scale.shape, dtype or np.uint8)
    return Grid(np.asarray(scale), np.asarray(zero), node.attributes.get("axis", 1))
