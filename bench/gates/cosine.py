"""Gate 2: how near quantized networks are to FP32, by the cosine of each sample, and beside ONNX Runtime's quantizer.

- MobileNetV3-Small with random weights, harsher than any trained network: logits of 64 images, 32 others calibrate.
  Both figures have to be above those of ONNX Runtime's quantizer (QDQ, uint8, int8 weights per channel).
- The digits network: pooled features of all test images, and every layer's output over all of them, but for what only
  tables read: what those do not tell apart is cut off on purpose, and their results count.
- ResNet-8, `ic_resnet8.tflite` dequantized to FP32 and quantized again: pooled features of its sample images,
  calibrated on the same images mirrored.

All networks are quantized alike: channels equalized, ranges by samples' own size.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from accord.nn.error import cosine
from accord.nn.executor import Executor
from accord.nn.graph import Graph, Op
from accord.nn.importers.onnx import import_onnx
from accord.nn.importers.tflite import import_tflite
from accord.nn.passes import to_reals
from accord.nn.quantization import calibrate, equalize, layer_errors, quantize_graph
from bench.digits.data import folds, path
from bench.gates.gate import Outcome
from bench.gates.networks import network, smooth_images
from bench.witness.sessions import session

Floats = NDArray[np.float32]
Feeds = Mapping[str, Floats]

SEED = 0
CALIBRATING, EVALUATED = 32, 64
LEAST_LOGITS, MEAN_LOGITS = 0.968, 0.982
LEAST_FEATURES = 0.995
DIGITS_CALIBRATING, DIGITS_BATCH = 200, 50
METHOD = "relative"


@dataclass(frozen=True)
class Row:
    """One comparison: what was measured, and whether that is enough."""

    figure: str
    passed: bool


def quantized(graph: Graph, batches: list[Feeds], weight_bits: int = 8) -> tuple[Graph, Graph]:
    """Return an FP32 network equalized, and that in INT8."""
    equal = equalize(graph, batches)
    return equal, quantize_graph(equal, calibrate(equal, batches, METHOD), weight_bits=weight_bits)


def singly(name: str, images: Floats) -> list[Feeds]:
    """Return feeds of one image each."""
    return [{name: images[number : number + 1]} for number in range(len(images))]


def cosines(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Return the cosine of each sample in two arrays."""
    return np.array([cosine(one, other) for one, other in zip(a, b, strict=True)])


class _Samples(CalibrationDataReader):
    """Images, one at a time, as ONNX Runtime's quantizer asks for them."""

    def __init__(self, name: str, images: Floats) -> None:
        self._feeds = iter(singly(name, images))

    def get_next(self) -> Feeds | None:
        return next(self._feeds, None)


def witness(model: Path, images: Floats) -> Floats:
    """Return what ONNX Runtime computes, its sums exact on every processor."""
    runtime = session(onnx.load(model))
    name = runtime.get_inputs()[0].name
    return np.concatenate([runtime.run(None, feeds)[0] for feeds in singly(name, images)])


def ort_quantized(model: Path, calibrating: Floats, images: Floats) -> Floats:
    """Return what ONNX Runtime computes after its own quantizer: QDQ, uint8, int8 weights per channel, MinMax."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "quantized.onnx"
        quantize_static(
            str(model),
            str(target),
            _Samples("x", calibrating),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
        )
        return witness(target, images)


Spoil = Callable[[Graph], Graph]


def mobilenet_cosines(spoil: Spoil = lambda graph: graph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cosine of each image's logits with those in FP32: ours, and those of ONNX Runtime's quantizer."""
    model = network("mbv3_small_fp32.onnx")
    images = smooth_images(np.random.default_rng(SEED), CALIBRATING + EVALUATED)
    calibrating, evaluated = images[:CALIBRATING], images[CALIBRATING:]
    real = witness(model, evaluated)
    executor = Executor(spoil(quantized(import_onnx(model), singly("x", calibrating))[1]))
    ours = cosines(real, np.concatenate([executor.run(feeds)["y"] for feeds in singly("x", evaluated)]))
    return ours, cosines(real, ort_quantized(model, calibrating, evaluated))


def mobilenet(spoil: Spoil = lambda graph: graph) -> Row:
    """Compare MobileNetV3-Small's logits with those in FP32, beside ONNX Runtime's quantizer."""
    ours, theirs = mobilenet_cosines(spoil)
    enough = ours.min() >= LEAST_LOGITS and ours.mean() >= MEAN_LOGITS
    above = ours.min() > theirs.min() and ours.mean() > theirs.mean()
    told = (
        f"mbv3_small min {ours.min():.4f} mean {ours.mean():.4f}, ONNX Runtime {theirs.min():.4f} {theirs.mean():.4f}"
    )
    return Row(told, bool(enough and above and len(ours) == EVALUATED))


def digits_networks(weight_bits: int = 8) -> tuple[Graph, Graph, Feeds]:
    """Return the digits network, equalized, that in INT8, and all test images."""
    fold = folds()[0]
    graph = import_onnx(path(0))
    images = fold.train_images[:DIGITS_CALIBRATING]
    batches = [{"image": images[at : at + DIGITS_BATCH]} for at in range(0, len(images), DIGITS_BATCH)]
    return *quantized(graph, batches, weight_bits), {"image": fold.test_images}


def digits(spoil: Spoil = lambda graph: graph) -> Row:
    """Compare the digits network's pooled features and layers with those in FP32."""
    real, made, feeds = digits_networks()
    made = spoil(made)
    features = features_cosines(real, made, feeds)
    layers = [one for one in layer_errors(real, made, [feeds]) if not one.is_inner]
    worst = min(layers, key=lambda one: one.figures.cosine)
    told = (
        f"digits {len(features)} images min {features.min():.4f}, {len(layers)} layers min {worst.figures.cosine:.4f}"
    )
    return Row(told, bool(min(features.min(), worst.figures.cosine) >= LEAST_FEATURES))


def resnet_networks(weight_bits: int = 8) -> tuple[Graph, Graph, Feeds]:
    """Return ResNet-8 in FP32, equalized, that in INT8, and its sample images."""
    graph = to_reals(import_tflite(network("ic_resnet8.tflite")))
    given = import_tflite(network("ic_resnet8.tflite")).value(graph.inputs[0]).params
    with np.load(network("ic_resnet8.golden.npz")) as golden:
        steps: NDArray[Any] = golden["x"][:, 0].astype(np.int32)
    assert given is not None
    images = ((steps - given.zero_point) * given.scale).astype(np.float32)
    mirrored = singly(graph.inputs[0], np.ascontiguousarray(images[:, :, ::-1]))
    return *quantized(graph, mirrored, weight_bits), {graph.inputs[0]: images}


def resnet(spoil: Spoil = lambda graph: graph) -> Row:
    """Compare ResNet-8's pooled features with those of what it was dequantized to."""
    real, made, feeds = resnet_networks()
    features = features_cosines(real, spoil(made), feeds)
    return Row(f"ic_resnet8 {len(features)} images min {features.min():.4f}", bool(features.min() >= LEAST_FEATURES))


def features_cosines(real: Graph, made: Graph, feeds: Feeds) -> NDArray[np.float64]:
    """Return each sample's cosine of the last average over the image."""
    pools = (Op.AVERAGE_POOL, Op.GLOBAL_AVERAGE_POOL)
    name = [node.output for node in real.nodes if node.op in pools][-1]
    values = [Executor(graph, keep_all=True).run(feeds, [name])[name] for graph in (real, made)]
    params = made.value(name).params
    assert params is not None
    bytes_of = values[1].astype(np.int32) - params.zero_point
    return cosines(values[0], (bytes_of * params.scale).astype(np.float32))


ROWS: list[Callable[[Spoil], Row]] = [mobilenet, digits, resnet]


def measure(spoil: Spoil = lambda graph: graph) -> Outcome:
    """Measure all networks; a network that is not there is a failure that says so."""
    try:
        rows = [row(spoil) for row in ROWS]
    except FileNotFoundError as error:
        return Outcome(str(error), False)
    return Outcome("; ".join(row.figure for row in rows), all(row.passed for row in rows) and len(rows) == len(ROWS))


def _without_biases(graph: Graph) -> Graph:
    """Wrong on purpose: the biases of one layer, the third from the end, are lost."""
    layer = [node for node in graph.nodes if node.op in (Op.CONV, Op.LINEAR) and len(node.inputs) > 2][-3]
    name = layer.inputs[2]
    graph.constants[name] = np.zeros_like(graph.constants[name])
    return graph


def measure_bad() -> Outcome:
    """Do the same with networks that have lost the biases of one layer; every row has to fail."""
    rows = [row(_without_biases) for row in ROWS]
    return Outcome("; ".join(row.figure for row in rows), any(row.passed for row in rows))
