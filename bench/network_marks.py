"""Rows of the ledger that networks give: speed, cosine, bytes against the witnesses of ONNX and TFLite."""

import numpy as np

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.importers.onnx import import_onnx
from accord.nn.importers.tflite import import_tflite
from bench.gates import cosine, latency
from bench.gates.networks import network, smooth_images
from bench.gates.small import both
from bench.witness.both import Witness, exposed

TFLITE = ("ad_autoencoder", "ic_resnet8", "kws_dscnn", "vww_mobilenetv1")
IMAGES, SEED = 2, 2


def speedup() -> tuple[float, float, float]:
    """Return MobileNetV3-Small's seconds in FP32 over those in INT8, and both."""
    ours, theirs = latency.seconds()
    return theirs / ours, ours, theirs


def mobilenet_cosine() -> tuple[float, float, float, float]:
    """Return the least and the mean cosine of logits with those in FP32, ours and ONNX Runtime's."""
    ours, theirs = cosine.mobilenet_cosines()
    return float(ours.min()), float(ours.mean()), float(theirs.min()), float(theirs.mean())


def trained_cosine() -> float:
    """Return the least cosine of pooled features with those in FP32: the digits network's, and ResNet-8's."""
    networks = cosine.digits_networks(), cosine.resnet_networks()
    return min(float(cosine.features_cosines(*one).min()) for one in networks)


def against_onnx_runtime() -> tuple[int, int]:
    """Return how many elements of quantized tensors of MobileNetV3-Small were compared, and how many differ."""
    model = exposed(export_onnx(both()[1]))
    witness, executor = Witness(model), Executor(import_onnx(model))
    compared = differ = 0
    for image in smooth_images(np.random.default_rng(SEED), IMAGES):
        feeds = {witness.inputs[0]: image[None]}
        got = executor.run(feeds)
        for name, want in zip(witness.outputs, witness.run(None, feeds), strict=True):
            compared += want.size
            differ += int((got[name] != want).sum())
    return compared, differ


def against_tflite() -> tuple[int, int]:
    """Return how many output bytes of the four networks were compared with TFLite's, and how many differ."""
    compared = differ = 0
    for name in TFLITE:
        graph = import_tflite(network(f"{name}.tflite"))
        executor = Executor(graph)
        with np.load(network(f"{name}.golden.npz")) as golden:
            for x, want in zip(golden["x"], golden["y_tflite"], strict=True):
                got = executor.run({graph.inputs[0]: x.reshape(1, *graph.value(graph.inputs[0]).shape[1:])})
                compared += want.size
                differ += int((got[graph.outputs[0]].reshape(want.shape) != want).sum())
    return compared, differ
