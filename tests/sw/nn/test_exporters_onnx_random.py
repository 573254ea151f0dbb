"""Random and unseen networks, quantized and exported: ONNX Runtime and a second import give the executor's bytes."""

import numpy as np
import onnx
import pytest

from accord.nn.exporters.onnx import export_onnx
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, equalize, quantize_graph
from accord.sim.seed import seed

from . import onnx_random, onnx_unseen
from .onnx_networks import Net, images
from .test_exporters_onnx import compared

NETWORKS = 15


def elements(model: onnx.ModelProto, shape: tuple[int, ...], method: str) -> int:
    """Quantize, export, compare; return how many elements were compared."""
    batches = [{"x": x} for x in images(seed(), 2, shape)]
    graph = import_onnx(model)
    graph = equalize(graph, batches) if method == "relative" else graph
    made = quantize_graph(graph, calibrate(graph, batches, method))
    return compared(made, export_onnx(made), images(seed() + 1, 1, shape))


def test_random_networks(record_property):
    count = 0
    for number in range(NETWORKS):
        net = Net(seed() + number, 17, onnx_random.IMAGE)
        model = onnx_random.random_network(net, ("Relu", "Clip", *onnx_random.CURVED))
        count += elements(model, onnx_random.IMAGE, "relative" if number % 2 else "minmax")
    record_property("compared", f"{NETWORKS} random networks, exported: {count} elements compared, none differs")
    assert count > 1000 * NETWORKS


@pytest.mark.parametrize("method", ["minmax", "relative"])
@pytest.mark.parametrize("name", onnx_unseen.UNSEEN)
def test_unseen_networks(name, method):
    net = Net(seed(), 17, onnx_unseen.IMAGE)
    assert elements(net.model(onnx_unseen.UNSEEN[name](net)), onnx_unseen.IMAGE, method) > 10_000


def test_a_constant_operand_a_channel():
    """Scales and offsets of channels, as constants with scales of their own."""
    net = Net(seed())
    x = net.add("HardSwish", net.conv("x", 3, 8))
    factors, offsets = (net.constant(net.rng.normal(0, 1, (1, 8, 1, 1)).astype(np.float32)) for _ in range(2))
    x = net.add("Relu", net.add("Add", net.add("Mul", x, factors), offsets))
    assert elements(net.model(net.conv(x, 8, 4)), (1, 3, 16, 16), "minmax") > 1000
