"""Exported networks: ONNX Runtime and a second import give the executor's bytes, every tensor of them.

Known difference: sums of float32 in another order differ in their last bits; FP32 files are therefore compared on small
integers, where float32 is exact.
"""

from dataclasses import replace
from itertools import permutations

import numpy as np
import onnx
import pytest

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.graph import (
    Apply,
    AxisAttributes,
    Graph,
    Op,
    PadAttributes,
    SliceAttributes,
    TransposeAttributes,
    X,
)
from accord.nn.importers.onnx import import_onnx
from accord.nn.importers.tflite import import_tflite
from accord.nn.quantization import calibrate, equalize, quantize_graph, simplified
from accord.sim.seed import seed
from bench.digits.data import folds, path

from .onnx_networks import NETWORKS, Net, images
from .onnx_witness import Witness, exposed
from .sketch import Sketch, run, small_integers


def quantized(name: str, dtype: type = np.uint8) -> Graph:
    net = Net(seed())
    graph = import_onnx(net.model(NETWORKS[name](net)))
    return quantize_graph(graph, calibrate(graph, [{"x": x} for x in images(seed(), 2)]), dtype=dtype)


def compared(graph: Graph, model: onnx.ModelProto, inputs: list[np.ndarray], key: str = "x") -> int:
    """Compare all outputs and QuantizeLinear outputs with the executor's and those of the model imported."""
    shown = exposed(model)
    witness, own = Witness(shown), Executor(graph, keep_all=True)
    names = witness.outputs
    assert witness.are_two
    again = Executor(import_onnx(model), keep_all=True)
    count = 0
    for x in inputs:
        want, got, second = witness.run(names, {key: x}), own.run({key: x}, names), again.run({key: x}, names)
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
    Witness(model).run(None, {"x": x})


@pytest.mark.networks
def test_mobilenet_v3_small(networks, record_property):
    """Quantized as gate 2 quantizes: channels equalized, ranges by samples' own size."""
    graph = import_onnx(networks / "mbv3_small_fp32.onnx")
    shape = (1, 3, 224, 224)
    batches = [{"x": x} for x in images(seed(), 2, shape)]
    equal = equalize(graph, batches)
    made = quantize_graph(equal, calibrate(equal, batches, "relative"))
    assert {node.op for node in made.nodes if made.value(node.output).params is None} == {Op.LINEAR}
    count = compared(made, export_onnx(made), images(seed() + 1, 2, shape))
    record_property("compared", f"MobileNetV3-Small, exported: {count} elements compared, none differs")
    assert count > 5_000_000


def test_digits_network(record_property):
    graph = import_onnx(path(0))
    fold = folds()[0]
    batches = [{"image": fold.train_images[:50]}]
    equal = equalize(graph, batches)
    made = quantize_graph(equal, calibrate(equal, batches, "relative"))
    count = compared(made, export_onnx(made), [fold.test_images], "image")
    record_property("compared", f"the digits network, exported: {count} elements compared, none differs")


@pytest.mark.networks
@pytest.mark.parametrize("name", ["ic_resnet8", "kws_dscnn", "vww_mobilenetv1", "ad_autoencoder"])
def test_networks_that_keep_channels_last(name, networks):
    """TFLite's, run by the contract onnx: NHWC inputs of bytes, transposed in the file."""
    graph = replace(import_tflite(networks / f"{name}.tflite"), contract="onnx")
    with np.load(networks / f"{name}.golden.npz") as golden:
        inputs = golden["x"][:2]
    model = export_onnx(graph)
    output = graph.outputs[0]
    for x in inputs:
        feeds = {graph.inputs[0]: x}
        want = Executor(graph).run(feeds)[output]
        assert np.array_equal(Executor(import_onnx(model)).run(feeds)[output], want)
        Witness(model).run(None, feeds)


def exact(op: Op) -> Graph:
    """Return a float32 network whose numbers float32 holds exactly."""
    rng = np.random.default_rng(seed())
    net = Sketch(9, 8, 4)
    net.graph.channels_first.add("x")
    y = net.conv("x", small_integers(rng, 6, 3, 2, 2), small_integers(rng, 6), groups=2, stride=(2, 1), dilation=(1, 2))
    y = net.norm(y, *(2.0 ** rng.integers(-2, 3, 6), *small_integers(rng, 2, 6), 4.0 ** rng.integers(-1, 2, 6)))
    y = net.joined(op, y, net.unary(y, "Relu"))
    y = net.node(Op.PAD, [y], (6, 6, 6), PadAttributes((0, 1, 0, 0), (0, 1, 0, 0), 2.0))
    y = net.node(Op.SLICE, [y], (6, 6, 4), SliceAttributes(3, 1, 5))
    y = net.joined(Op.ADD, net.pool(y), net.pool(y, Op.AVERAGE_POOL))
    z = net.node(Op.TRANSPOSE, [y], (4, 3, 3), TransposeAttributes((0, 3, 1, 2)))
    z = net.node(Op.CONCAT, [net.flat(z), net.flat(net.function(y, Apply("Abs", (X,))))], (72,), AxisAttributes(1))
    return net.done(net.linear(z, small_integers(rng, 5, 72)), y)


@pytest.mark.parametrize("op", [Op.ADD, Op.MULTIPLY])
@pytest.mark.parametrize("passes", [lambda graph: graph, simplified])
def test_float32_networks_to_the_bit_where_float32_is_exact(op, passes):
    graph = passes(exact(op))
    model = export_onnx(graph)
    x = small_integers(np.random.default_rng(seed() + 1), 3, 4, 9, 8)
    want = Witness(model).run(None, {"x": x})
    for other in (graph, import_onnx(model)):
        assert all(np.array_equal(a, b) for a, b in zip(run(other, x), want, strict=True))


@pytest.mark.parametrize("planar", [(), ("x",), ("t0",), ("x", "t0")])
@pytest.mark.parametrize("axes", [(0, *rest) for rest in permutations((1, 2, 3))])
def test_transposes_between_layouts(axes, planar):
    net = Sketch(2, 3, 4)
    shape = tuple((2, 3, 4)[axis - 1] for axis in axes[1:])
    graph = net.done(net.node(Op.TRANSPOSE, ["x"], shape, TransposeAttributes(axes)))
    graph.channels_first.update(planar)
    x = np.arange(24, dtype=np.float32).reshape((1, 4, 2, 3) if "x" in planar else (1, 2, 3, 4))
    assert np.array_equal(Witness(export_onnx(graph)).run(None, {"x": x})[0], run(graph, x)[0])


def test_a_real_network_keeps_its_function():
    """The digits network through a file: the same graph as far as it runs, so the same bits."""
    graph = import_onnx(path(0))
    feeds = {"image": folds()[0].test_images[:20]}
    again = import_onnx(export_onnx(graph))
    assert np.array_equal(Executor(again).run(feeds)["logits"], Executor(graph).run(feeds)["logits"])
