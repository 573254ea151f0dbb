"""Writes an ONNX graph: names, layouts, and the real numbers that bytes stand for."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from accord.nn.graph import Graph, Node, Op, Shape
from accord.nn.params import QuantizationParams

TO_NCHW, TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
KEEPING = frozenset({Op.TRANSPOSE, Op.RESHAPE})
"""Operations whose results may be anything, not only images."""
BATCH = "N"


class Writer:
    """An ONNX graph under construction.

    A value of the graph is a tensor of the same name: bytes where it has parameters, else reals. A value of four axes
    is (N, C, H, W) there if :meth:`is_planar` says so.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._names = set(graph.values)
        self._made = {node.output: node.op for node in graph.nodes}
        self._tensors: dict[tuple[str, bool], str] = {}
        self._reals: dict[tuple[str, bool], str] = {}
        self._scales: dict[tuple[QuantizationParams, str], tuple[str, str]] = {}

    def is_planar(self, name: str) -> bool:
        """Return whether a value is (N, C, H, W) in the file."""
        if len(self.graph.value(name).shape) != 4 or name in self.graph.constants:
            return False
        if name in self.graph.channels_first:
            return True
        return name not in (*self.graph.inputs, *self.graph.outputs) and self._made[name] not in KEEPING

    def file_shape(self, name: str) -> Shape:
        """Return the shape that a value has in the file."""
        shape = self.graph.value(name).shape
        return tuple(shape[axis] for axis in TO_NCHW) if self.is_planar(name) else shape

    def fresh(self, stem: str) -> str:
        """Return a name that no tensor has."""
        name, number = stem, 0
        while name in self._names:
            number += 1
            name = f"{stem}/{number}"
        self._names.add(name)
        return name

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node, and return its output."""
        self.nodes.append(helper.make_node(op, inputs, [output], f"{op} {output}", **attributes))
        return output

    def constant(self, stem: str, data: NDArray[Any]) -> str:
        """Add an initializer, and return its name."""
        name = self.fresh(stem)
        self.initializers.append(numpy_helper.from_array(np.array(data, order="C"), name))
        return name

    def tensor(self, name: str, planar: bool) -> str:
        """Return the tensor of a value, bytes or reals, in a layout: transposed if it has the other."""
        if name in self.graph.constants:
            return self._constant_tensor(name, planar)
        if (name, planar) in self._tensors:
            return self._tensors[name, planar]
        own = self._tensors.get((name, self.is_planar(name)), name)
        if planar != self.is_planar(name) and len(self.graph.value(name).shape) == 4:
            own = self.add("Transpose", [own], self.fresh(f"{name}/moved"), perm=TO_NCHW if planar else TO_NHWC)
        self._tensors[name, planar] = own
        return own

    def alias(self, name: str, tensor: str) -> None:
        """Say that a value is a tensor which is there already, in the value's layout; an output gets its own name."""
        if name in self.graph.outputs:
            self.add("Identity", [tensor], name)
        else:
            self._tensors[name, self.is_planar(name)] = tensor

    def reals(self, name: str, planar: bool) -> str:
        """Return a value's real numbers in a layout: dequantized, once, where it is bytes."""
        params = self.graph.value(name).params
        if params is None:
            return self.tensor(name, planar)
        if (name, planar) not in self._reals:
            given, real = self.tensor(name, planar), self.fresh(f"{name}/dequantized")
            self._reals[name, planar] = self.dequantize(given, params, real)
        return self._reals[name, planar]

    def dequantize(self, tensor: str, params: QuantizationParams, output: str) -> str:
        """Add a DequantizeLinear."""
        axis = {} if params.axis is None else {"axis": params.axis}
        return self.add("DequantizeLinear", [tensor, *self._scale(params, output)], output, **axis)

    def quantize(self, reals: str, name: str, planar: bool) -> None:
        """Define a value of bytes by real numbers of the given layout."""
        params = self.graph.value(name).params
        assert params is not None
        is_own = planar == self.is_planar(name)
        target = name if is_own else self.fresh(f"{name}/moved")
        self.add("QuantizeLinear", [reals, *self._scale(params, name)], target)
        if not is_own:
            self.add("Transpose", [target], name, perm=TO_NHWC if planar else TO_NCHW)

    def target(self, node: Node, planar: bool) -> str:
        """Return the tensor that an operation writes its real result to; :meth:`close` follows."""
        is_stored = self.graph.value(node.output).params is None and planar == self.is_planar(node.output)
        return node.output if is_stored else self.fresh(f"{node.output}/real")

    def close(self, node: Node, reals: str, planar: bool) -> None:
        """Define a node's output by the real result of its operation."""
        if self.graph.value(node.output).params is not None:
            self.quantize(reals, node.output, planar)
        elif reals != node.output:
            self.add("Transpose", [reals], node.output, perm=TO_NHWC if planar else TO_NCHW)

    def info(self, name: str) -> onnx.ValueInfoProto:
        """Return the description of an input or output."""
        kind = helper.np_dtype_to_tensor_dtype(self.graph.value(name).dtype)
        sizes = [BATCH if size is None else size for size in self.file_shape(name)]
        return helper.make_tensor_value_info(name, kind, sizes)

    def _constant_tensor(self, name: str, planar: bool) -> str:
        if (name, planar) not in self._tensors:
            data = self.graph.constants[name]
            is_moved = planar and data.ndim == 4
            self._tensors[name, planar] = self.constant(f"{name}/data", data.transpose(TO_NCHW) if is_moved else data)
        return self._tensors[name, planar]

    def _scale(self, params: QuantizationParams, stem: str) -> tuple[str, str]:
        key = params, str(params.dtype)
        if key not in self._scales:
            zero = params.zero_point.astype(params.dtype)
            self._scales[key] = self.constant(f"{stem}/scale", params.scale), self.constant(f"{stem}/zero_point", zero)
        return self._scales[key]


def model_of(writer: Writer, opset: int, ir_version: int) -> onnx.ModelProto:
    """Return what was written as a model."""
    graph = writer.graph
    inputs = [writer.info(name) for name in graph.inputs]
    outputs = [writer.info(name) for name in graph.outputs]
    made = helper.make_graph(writer.nodes, graph.name, inputs, outputs, writer.initializers)
    return helper.make_model(
        made, producer_name="accord", opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version
    )
