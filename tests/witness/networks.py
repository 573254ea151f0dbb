"""Small quantized networks for the witnesses' own tests, a node between DequantizeLinear and QuantizeLinear."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Array = NDArray[Any]
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]


class Sketch:
    """Nodes and constants, added a call each; a call returns the name of a tensor."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []

    def constant(self, data: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(data), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def input(self, data: Array) -> str:
        name = f"x{len(self.inputs)}"
        kind = helper.np_dtype_to_tensor_dtype(data.dtype)
        self.inputs.append(helper.make_tensor_value_info(name, kind, data.shape))
        return name

    def node(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        names = [f"t{len(self.nodes)}{'abc'[place]}" for place in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, f"{op} {len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def dequantized(self, x: str, scale: Any, zero: Any, axis: int = 1) -> str:
        return self.node("DequantizeLinear", x, self.constant(np.float32(scale)), self.constant(zero), axis=axis)

    def quantized(self, x: str, scale: Any, zero: Any) -> str:
        return self.node("QuantizeLinear", x, self.constant(np.float32(scale)), self.constant(zero))

    def model(self, *outputs: str, opset: int = 17) -> onnx.ModelProto:
        infos = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self.nodes, "sketch", self.inputs, infos, self.constants)
        opsets = [helper.make_opsetid("", opset), OPSETS[1]]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def extremes(m: int = 3, k: int = 64, n: int = 8, dtype: Any = np.uint8) -> tuple[Array, Array]:
    """Data and weights whose pairs of products are the largest and the least there are, and random ones."""
    rng, ends = np.random.default_rng(1), np.iinfo(dtype)
    x = rng.integers(ends.min, ends.max, (m, k), endpoint=True).astype(dtype)
    w = rng.integers(-128, 127, (k, n), endpoint=True).astype(np.int8)
    x[0], x[1], w[:, 0], w[:, 1] = ends.max, ends.min, 127, -128
    return x, w
