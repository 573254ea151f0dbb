"""The digits network in INT8, each of its layers on the target: the bytes of the CPU's scalar kernels on each image."""

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, equalize, quantize_graph
from bench.digits.data import NETWORK, folds

from .. import core

IMAGES, BATCH, CALIBRATING = 100, 50, 50
LEAST_RIGHT = 95
WEIGHTED = 30
"""Layers with weights: 28 convolutions and two products."""

pytestmark = pytest.mark.emulated


def test_a_hundred_images(record_property):
    part = folds()[0]
    images, labels = part.test_images[:IMAGES], part.test_labels[:IMAGES]
    graph = import_onnx(NETWORK)
    (name,) = graph.inputs
    batches = [{name: part.train_images[:CALIBRATING]}]
    equal = equalize(graph, batches)
    network = Executor(quantize_graph(equal, calibrate(equal, batches, "minmax")))
    before = core.ran.copy()
    logits = [np.array(network.run({name: images[i : i + BATCH]})[graph.outputs[0]]) for i in range(0, IMAGES, BATCH)]
    calls = core.ran - before  # each was compared with the CPU's
    right = int((np.concatenate(logits).argmax(axis=1) == labels).sum())
    layers = sum(count for (family, _), count in calls.items() if family in ("gemm", "depthwise"))
    record_property("compared", f"digits: {sum(calls.values())} calls on {IMAGES} images, {right} of them right")
    assert right >= LEAST_RIGHT
    assert layers == WEIGHTED * len(logits)
    assert {isa for _, isa in calls} <= core.best()
