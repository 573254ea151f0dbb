"""Errors layer by layer, streamed over batches, beside the figures of whole arrays."""

from dataclasses import asdict

import numpy as np
import pytest

from accord.nn.error import ErrorFigures, cosine, max_abs, sqnr_db
from accord.nn.executor import Executor
from accord.nn.graph import Op
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, layer_errors, quantize_graph, simplified
from accord.nn.tensor import QuantizedTensor
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images


def test_figures_are_those_of_the_tensors():
    """Streamed in batches, beside the same figures of whole arrays; sums in double differ in order alone."""
    net = Net(seed())
    graph = simplified(import_onnx(net.model(NETWORKS["residual"](net))))
    batches = [{"x": x} for x in images(seed(), 20)]
    made = quantize_graph(graph, calibrate(graph, batches[:2]))
    real, integer = Executor(graph, keep_all=True), Executor(made, keep_all=True)
    found = layer_errors(graph, made, batches)
    assert [error.node for error in found] == [node for node in made.nodes if node.op is not Op.DEQUANTIZE]
    saturated = 0
    for error in found:
        name = error.node.output
        origin = name.removesuffix("/quantized")
        wanted = np.concatenate([real.run(feeds, [origin])[origin] for feeds in batches])
        got = np.concatenate([integer.run(feeds, [name])[name] for feeds in batches])
        params = made.values[name].params
        assert error.params == params
        if params is None:
            figures = ErrorFigures(cosine(wanted, got), sqnr_db(wanted, got), max_abs(wanted, got), 0)
        else:
            figures = QuantizedTensor(got, params).errors(wanted)
        assert asdict(error.figures) == pytest.approx(asdict(figures), rel=1e-9)
        saturated += figures.saturation_rate > 0
    assert saturated > 3
