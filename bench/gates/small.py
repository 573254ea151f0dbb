"""MobileNetV3-Small as gates take it: the fixed FP32 network, and that quantized by this project."""

from functools import cache

import numpy as np

from accord.nn.graph import Graph
from accord.nn.importers.onnx import import_onnx
from bench.gates.cosine import Floats, quantized, singly
from bench.gates.networks import network, smooth_images

FILE = "mbv3_small_fp32.onnx"
SEED, CALIBRATING = 0, 8


@cache
def both() -> tuple[Graph, Graph]:
    """Return the FP32 network and the INT8 one."""
    images = smooth_images(np.random.default_rng(SEED), CALIBRATING)
    graph = import_onnx(network(FILE))
    return graph, quantized(graph, singly("x", images))[1]


def image() -> Floats:
    """Return an image that did not calibrate."""
    return smooth_images(np.random.default_rng(SEED + 1), 1)
