"""The way from Python and back: a prepared 1 x 16 x 16 layer to u8, called in a Python loop.

Its output is given where the library can take it.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import repeat
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from accord.kernels import Matmul, Output
from bench.kernels import ort
from bench.kernels.candidate import Kind
from bench.kernels.cases import CALL
from bench.kernels.data import Array, Data, draw


class Call:
    """A function, its arguments, and where its output is found."""

    def __init__(
        self, name: str, kind: Kind, function: Callable[..., Any], arguments: tuple[Any, ...], read: Callable[[], Array]
    ) -> None:
        self.name, self.kind, self.exact = name, kind, True
        self._function, self._arguments, self._read = function, arguments, read

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations: the one layer stands for all copies."""
        function, arguments = self._function, self._arguments
        function(*arguments)
        start = time.process_time()
        for _ in repeat(None, rotations * CALL.copies):
            function(*arguments)
        return time.process_time() - start

    def output(self, _: int) -> Array:
        """Return what a call computes."""
        self._function(*self._arguments)
        return self._read()


def data(seed: int) -> Data:
    """Return the layer's numbers; all copies are the first."""
    drawn = draw(CALL, seed)
    return replace(drawn, weights=drawn.weights[:1] * CALL.copies)


def accord(data: Data) -> Call:
    """Return ``Matmul`` with ``out=``."""
    out = data.out(np.uint8)
    layer = Matmul(data.weights[0], output=Output("onnx", data.multiplier, 0, np.uint8))
    return Call(f"accord {layer.isa}", "accord", layer, (data.x, out), out.copy)


def onnx_runtime(data: Data) -> Call:
    """Return a session of one QLinearMatMul, run with its memory bound."""
    constants = {
        "one": np.float32(1),
        "zero": np.uint8(0),
        "w": data.weights[0],
        "w_scale": data.weight_scale,
        "w_zero": np.zeros(CALL.columns, np.int8),
        "y_scale": np.float32(data.out_scale),
    }
    names = ["x", "one", "zero", "w", "w_scale", "w_zero", "y_scale", "zero"]
    graph = helper.make_graph(
        [helper.make_node("QLinearMatMul", names, ["y"])],
        "call",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, data.x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.UINT8, data.out_shape)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    session = ort.session(graph, ort.LEVEL.ORT_ENABLE_ALL, "QLinearMatMul")
    out = onnxruntime.OrtValue.ortvalue_from_shape_and_type(list(data.out_shape), np.uint8)
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(data.x))
    binding.bind_ortvalue_output("y", out)
    return Call("ONNX Runtime", "INT8", session.run_with_iobinding, (binding,), out.numpy)
