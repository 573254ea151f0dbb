"""Exported networks: ONNX Runtime and a second import give the executor's bytes, every tensor of them.

Known difference: sums of float32 in another order differ in their last bits; FP32 files are therefore compared on small
integers, where float32 is exact.
"""

import numpy as np
import onnx
import pytest

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.graph import Graph
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, quantize_graph
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images
from .onnx_witness import exposed, session


def quantized(name: str, dtype: type = np.uint8) -> Graph:
    net = Net(seed())
    graph = import_onnx(net.model(NETWORKS[name](net)))
    return quantize_graph(graph, calibrate(graph, [{"x": x} for x in images(seed(), 2)]), dtype=dtype)


def compared(graph: Graph, model: onnx.ModelProto, inputs: list[np.ndarray]) -> int:
    """Compare all outputs and QuantizeLinear outputs with the executor's and those of the model imported."""
    shown = exposed(model)
    names = [info.name for info in shown.graph.output]
    witness, own = session(shown), Executor(graph, keep_all=True)
    again = Executor(import_onnx(model), keep_all=True)
    count = 0
    for x in inputs:
        want, got, second = witness.run(names, {"x": x}), own.run({"x": x}, names), again.run({"x": x}, names)
        for name, values in zip(names, want, strict=True):
            assert (got[name].shape, got[name].dtype) == (values.shape, values.dtype), name
            assert int((got[name] != values).sum()) == 0, name
            assert np.array_equal(got[name], second[name]), name
            count += values.size
    return count


@pytest.mark.parametrize("name", NETWORKS)
def test_every_quantized_tensor(name):
    graph = quantized(name)
    model = export_onnx(graph)
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
    assert compared(graph, model, images(seed() + 1, 3)) > 1000


@pytest.mark.parametrize("name", ["mobilenet_v2", "residual", "composed_functions", "channel_shuffle", "perceptron"])
def test_int8_activations(name):
    """Outputs alone, and our own two: with int8 in QDQ form ONNX Runtime may compute in floating point (docs/nn.md)."""
    graph = quantized(name, np.int8)
    model = export_onnx(graph)
    names = [node.output for node in graph.nodes]
    x = images(seed() + 1, 1)[0]
    found = Executor(graph, keep_all=True).run({"x": x}, names)
    again = Executor(import_onnx(model), keep_all=True)
    assert {value.dtype for value in found.values()} <= {np.dtype(np.int8), np.dtype(np.float32)}
    compared = [other for other in names if other in again.graph.values]
    assert len(compared) > len(names) // 2
    for other, values in again.run({"x": x}, compared).items():
        assert np.array_equal(values, found[other]), other
    onnx.checker.check_model(model)
    session(model).run(None, {"x": x})
