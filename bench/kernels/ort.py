"""ONNX Runtime: a graph of nodes without edges between them, one thread, operands and outputs bound to memory.

The time of a node is the difference between a graph of all copies and one of half of them: what a call of a session
costs drops out. All nodes write to one buffer, as everybody's copies do.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bench.kernels.candidate import Candidate, Kind
from bench.kernels.data import Array, Data, aligned
from bench.witness.runtime import LEVEL, plain

REPEATS = 3
"""A difference is noisier than what it is made of."""
REORDERS = {"ReorderInput", "ReorderOutput"}
"""What the optimizer may put around FP32 convolutions: they get a layout of their own."""
TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "uint8": TensorProto.UINT8}


def session(graph: onnx.GraphProto, level: Any, kept: str) -> onnxruntime.InferenceSession:
    """Return a session of one thread. ValueError where its optimizer merged or replaced nodes of the type ``kept``."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "optimized.onnx"
        made = plain(model, level, path)  # as its users have it: without VNNI its sums saturate, and are timed so
        found = Counter(node.op_type for node in onnx.load(path).graph.node)
    others = {name for name in found if name != kept and not (kept == "Conv" and name in REORDERS)}
    if found[kept] != len(graph.node) or others:
        raise ValueError(f"ONNX Runtime turned {len(graph.node)} nodes {kept} into {dict(found)}")
    return made


class Graph:
    """Nodes of one type, in parallel or one after another, and a candidate made of them."""

    def __init__(self, name: str, kind: Kind, data: Data, x: Array, out_dtype: type, level: Any, chain: bool) -> None:
        self.name, self.kind, self.exact, self.chain = name, kind, True, chain
        self._data, self._x = data, x
        self._images = data.case.operation != "product"
        self._channels_first = self._images and kind == "FP32"
        self._out_dtype, self._level = np.dtype(out_dtype), level
        full, half = self._session(data.case.copies), self._session(data.case.copies // 2)
        self._full = full
        self._bound = [(each, self._bind(each)) for each in (full, half)]

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations: twice what the second half of the nodes adds."""
        full, half = (self._seconds(session, binding, REPEATS * rotations) for session, binding in self._bound)
        return 2 * (full - half) / REPEATS

    def output(self, copy: int) -> Array:
        """Return what a node computes."""
        names = [each.name for each in self._full.get_inputs()]
        (got,) = self._full.run([f"y{copy}"], dict.fromkeys(names, self._x))
        return got.transpose(0, 2, 3, 1) if self._channels_first else got

    @staticmethod
    def _seconds(session: onnxruntime.InferenceSession, binding: Any, calls: int) -> float:
        session.run_with_iobinding(binding)
        start = time.process_time()
        for _ in range(calls):
            session.run_with_iobinding(binding)
        return time.process_time() - start

    def _out_shape(self) -> list[int]:
        n, *inner, columns = self._data.out_shape
        return [n, columns, *inner] if self._channels_first else [n, *inner, columns]

    def _bind(self, session: onnxruntime.InferenceSession) -> Any:
        binding = session.io_binding()
        x = onnxruntime.OrtValue.ortvalue_from_numpy(self._x)
        y = onnxruntime.OrtValue.ortvalue_from_shape_and_type(self._out_shape(), self._out_dtype.type)
        for each in session.get_inputs():
            binding.bind_ortvalue_input(each.name, x)
        for each in session.get_outputs():
            binding.bind_ortvalue_output(each.name, y)
        return binding

    def _session(self, count: int) -> onnxruntime.InferenceSession:
        constants = dict(self._scales()) if self.kind == "INT8" and self._images else {}
        inputs = ["x0"] if self.chain else [f"x{i}" for i in range(count)]
        outputs = [f"y{count - 1}"] if self.chain else [f"y{i}" for i in range(count)]
        nodes = []
        for i in range(count):
            constants[f"w{i}"] = self._weight(i)
            nodes.append(self._node(f"y{i - 1}" if self.chain and i else f"x{i}", f"w{i}", f"y{i}"))
        x_type, y_type = TYPES[str(self._x.dtype)], TYPES[str(self._out_dtype)]
        graph = helper.make_graph(
            nodes,
            "copies",
            [helper.make_tensor_value_info(name, x_type, self._x.shape) for name in inputs],
            [helper.make_tensor_value_info(name, y_type, self._out_shape()) for name in outputs],
            [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
        )
        return session(graph, self._level, nodes[0].op_type)

    def _scales(self) -> Sequence[tuple[str, Any]]:
        data = self._data
        return (
            ("x_scale", np.float32(1)),
            ("x_zero", np.uint8(0)),
            ("w_scale", data.weight_scale),
            ("w_zero", np.zeros(data.case.columns, np.int8)),
            ("y_scale", np.float32(data.out_scale)),
            ("y_zero", np.uint8(0)),
        )

    def _weight(self, copy: int) -> NDArray[Any]:
        """Return (K, N), or OIHW. A chain's are averages, so that numbers neither grow nor fade on their way."""
        weight = (self._data.weights_float if self.kind == "FP32" else self._data.weights)[copy]
        if self._images:
            depthwise = self._data.case.operation == "depthwise"
            weight = weight.transpose(2, 0, 1)[:, None] if depthwise else weight.transpose(0, 3, 1, 2)
        if self.chain:
            weight = np.abs(weight) / np.abs(weight).sum((1, 2, 3), keepdims=True)
        return np.ascontiguousarray(weight)

    def _node(self, x: str, w: str, y: str) -> onnx.NodeProto:
        case = self._data.case
        if not self._images:
            return helper.make_node("MatMul" if self.kind == "FP32" else "MatMulInteger", [x, w], [y])
        groups = case.columns if case.operation == "depthwise" else 1
        window = {"pads": [self._data.padding] * 4, "kernel_shape": [case.kernel] * 2, "group": groups}
        if self.kind == "FP32":
            return helper.make_node("Conv", [x, w], [y], **window)
        inputs = [x, "x_scale", "x_zero", w, "w_scale", "w_zero", "y_scale", "y_zero"]
        return helper.make_node("QLinearConv", inputs, [y], domain="com.microsoft", channels_last=1, **window)


def int8(data: Data) -> Graph:
    """Return MatMulInteger or QLinearConv on NHWC."""
    out = np.int32 if data.case.operation == "product" else np.uint8
    return Graph("ONNX Runtime", "INT8", data, data.x, out, LEVEL.ORT_ENABLE_ALL, chain=False)


def fp32(data: Data) -> list[Candidate]:
    """Return MatMul, or Conv in its own blocked layout and without it."""
    if data.case.operation == "product":
        return [Graph("ONNX Runtime FP32", "FP32", data, data.x_float, np.float32, LEVEL.ORT_ENABLE_ALL, chain=False)]
    x = aligned(data.x_float.transpose(0, 3, 1, 2))
    return [
        Graph("ONNX Runtime FP32, blocked", "FP32", data, x, np.float32, LEVEL.ORT_ENABLE_ALL, chain=False),
        Graph("ONNX Runtime FP32, NCHW", "FP32", data, x, np.float32, LEVEL.ORT_ENABLE_EXTENDED, chain=False),
    ]


def fp32_chain(data: Data) -> list[Graph]:
    """Return convolutions one behind the other, which stay in the blocked layout; none where channels change.

    What they compute is not compared: their weights are not the case's.
    """
    if data.case.operation == "product" or data.x.shape != data.out_shape:
        return []
    x = aligned(data.x_float.transpose(0, 3, 1, 2))
    return [Graph("ONNX Runtime FP32, chain", "FP32", data, x, np.float32, LEVEL.ORT_ENABLE_ALL, chain=True)]
