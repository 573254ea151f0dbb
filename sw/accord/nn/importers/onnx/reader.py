"""An ONNX file as plain Python: nodes with decoded attributes, constants as arrays, inputs with shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from accord.nn.importers.errors import ModelError

OPSETS = range(13, 22)
DOMAINS = ("", "ai.onnx", "com.microsoft")
QUANTIZED = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QGemm", "ConvInteger", "MatMulInteger")
"""Operators that only quantized networks have, beside those of QLinear form."""


@dataclass(frozen=True)
class SourceNode:
    """A node of the file. Inputs left out are empty strings, as there; none follow the last that is given."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.op} '{self.name}'"

    def get(self, name: str, default: Any) -> Any:
        """Return an attribute, or a default where it is left out."""
        return self.attributes.get(name, default)

    def input(self, index: int) -> str:
        """Return the name of an input, "" where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else ""


@dataclass(frozen=True)
class SourceInput:
    """An input of the network; sizes the file leaves open are None."""

    name: str
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class SourceModel:
    """A network as its file has it."""

    name: str
    opset: int
    inputs: list[SourceInput]
    outputs: list[str]
    nodes: list[SourceNode]
    constants: dict[str, NDArray[Any]]

    @property
    def is_real(self) -> bool:
        """Whether nothing in it is quantized."""
        return not any(node.op in QUANTIZED or node.op.startswith("QLinear") for node in self.nodes)

    def readers(self, name: str) -> int:
        """Return how many nodes and outputs read a tensor."""
        return sum(node.inputs.count(name) for node in self.nodes) + self.outputs.count(name)


def read(model: "onnx.ModelProto | str | Path") -> SourceModel:
    """Return what a model says. ModelError for an opset, domain or structure that is not read here."""
    proto = model if isinstance(model, onnx.ModelProto) else _load(Path(model))
    graph = proto.graph
    opset = next((entry.version for entry in proto.opset_import if entry.domain in DOMAINS[:2]), 0)
    if opset not in OPSETS:
        raise ModelError(
            f"opset {opset}: expected {OPSETS[0]} to {OPSETS[-1]}; onnx.version_converter converts a model"
        )
    if graph.sparse_initializer or proto.functions:
        raise ModelError("sparse initializers and functions of the model's own are not read: inline them")
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = []
    for number, entry in enumerate(graph.node):
        node = _node(entry, number)
        if node.op == "Constant":
            constants[node.outputs[0]] = _constant(node)
        else:
            nodes.append(node)
    inputs = [_input(info) for info in graph.input if info.name not in constants]
    return SourceModel(graph.name or "network", opset, inputs, [info.name for info in graph.output], nodes, constants)


def _load(path: Path) -> onnx.ModelProto:
    with path.open("rb"):  # a file that cannot be opened says so itself
        pass
    try:
        proto = onnx.load(str(path))
    except Exception as error:  # the library lets its parser's own through
        raise ModelError(f"{path.name}: is no ONNX model: {error}") from None
    if not proto.graph.node:
        raise ModelError(f"{path.name}: is no ONNX model, or an empty one")
    return proto


def _node(entry: onnx.NodeProto, number: int) -> SourceNode:
    name = entry.name or f"node {number}"
    if entry.domain not in DOMAINS:
        raise ModelError(f"{entry.op_type} '{name}': operators of domain {entry.domain} are not supported")
    attributes = {attribute.name: _attribute(attribute) for attribute in entry.attribute}
    return SourceNode(name, entry.op_type, tuple(entry.input), tuple(entry.output), attributes)


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    return list(value) if attribute.type == onnx.AttributeProto.INTS else value


def _constant(node: SourceNode) -> NDArray[Any]:
    kinds = {"value": None, "value_float": np.float32, "value_int": np.int64, "value_floats": np.float32}
    kinds["value_ints"] = np.int64
    for kind, dtype in kinds.items():
        if kind in node.attributes:
            return np.asarray(node.attributes[kind], dtype)
    raise ModelError(f"{node}: expected one of {', '.join(kinds)}")


def _input(info: onnx.ValueInfoProto) -> SourceInput:
    kind = info.type.tensor_type
    sizes = tuple(size.dim_value if size.HasField("dim_value") else None for size in kind.shape.dim)
    if None in sizes[1:]:
        raise ModelError(f"input {info.name}: {sizes}: only the first size may be left open; fix the others")
    return SourceInput(info.name, sizes, np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)))
