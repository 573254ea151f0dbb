"""QLinearSoftmax by itself: rows of every length, where quotients near a half find any wrong rounding."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.sim.seed import seed

from .onnx_witness import Witness

ROUNDS = 100
ROWS = 4000
KINDS = {np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8}


def softmax(dtype, size, scales, zero_point):
    names = {"s": scales[0], "z": dtype(0), "t": scales[1], "u": dtype(zero_point)}
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in names.items()]
    node = helper.make_node("QLinearSoftmax", ["x", *names], ["y"], "here", domain="com.microsoft", axis=-1, opset=13)
    infos = [helper.make_tensor_value_info(name, KINDS[dtype], (ROWS, size)) for name in "xy"]
    graph = helper.make_graph([node], "softmax", infos[:1], infos[1:], tensors)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


@pytest.mark.parametrize("dtype", KINDS)
def test_rows(dtype, record_property):
    rng = np.random.default_rng(seed())
    info, compared = np.iinfo(dtype), 0
    for _ in range(ROUNDS):  # zero points that no quantizer gives probabilities push the largest beyond the end
        size = int(rng.integers(3, 40))
        # the scales that a quantizer gives probabilities: 1/256, and 1/255 as it comes out in float32
        scales = np.float32(np.exp(rng.uniform(-6, -2))), np.float32(rng.choice([1 / 256, 0.003921568859368563]))
        zero_point = info.min if rng.integers(2) else int(rng.integers(info.min, info.max))
        model = softmax(dtype, size, scales, zero_point)
        x = rng.integers(info.min, info.max, (ROWS, size), dtype, endpoint=True)
        (want,) = Witness(model).run(None, {"x": x})
        np.testing.assert_array_equal(Executor(import_onnx(model)).run({"x": x})["y"], want, strict=True)
        compared += want.size
    record_property("compared", f"QLinearSoftmax, {np.dtype(dtype)}: {compared} elements compared")
    assert compared > 1_000_000
