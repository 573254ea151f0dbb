"""What weights of 7 bits cost beside those of 8, and whether ONNX Runtime, as it is, gives accord's bytes here.

``python -m bench.gates.weight_bits`` prints, of gate 2's networks: the cosine of each sample with FP32, of
MobileNetV3-Small's logits and the others' pooled features, and how many elements of quantized tensors and outputs
differ on this processor.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.graph import Graph
from accord.nn.importers.onnx import import_onnx
from bench.gates import cosine
from bench.gates.cosine import CALIBRATING, EVALUATED, SEED, Feeds, singly
from bench.gates.networks import network, smooth_images
from bench.witness.both import exposed
from bench.witness.runtime import plain

BITS = (8, 7)
Measured = tuple[NDArray[np.float64], int, int]
"""Cosines of samples, elements compared, those that differ."""


def different(made: Graph, feeds: Feeds) -> tuple[int, int]:
    """Return how many elements there are, and how many ONNX Runtime gives otherwise, with no option set for it."""
    model = exposed(export_onnx(made))
    names = [info.name for info in model.graph.output]
    got, want = Executor(import_onnx(model)).run(feeds, names), plain(model).run(names, feeds)
    wrong = sum(int((got[name] != one).sum()) for name, one in zip(names, want, strict=True))
    return sum(one.size for one in want), wrong


def mobilenet(weight_bits: int) -> Measured:
    """Measure MobileNetV3-Small, image by image."""
    model = network("mbv3_small_fp32.onnx")
    images = smooth_images(np.random.default_rng(SEED), CALIBRATING + EVALUATED)
    evaluated = images[CALIBRATING:]
    _, made = cosine.quantized(import_onnx(model), singly("x", images[:CALIBRATING]), weight_bits)
    executor = Executor(made)
    logits = np.concatenate([executor.run(feeds)["y"] for feeds in singly("x", evaluated)])
    return cosine.cosines(cosine.witness(model, evaluated), logits), *different(made, {"x": evaluated[:1]})


def _features(real: Graph, made: Graph, feeds: Feeds) -> Measured:
    return cosine.features_cosines(real, made, feeds), *different(made, feeds)


MEASURES: dict[str, Callable[[int], Measured]] = {
    "mbv3_small": mobilenet,
    "digits": lambda bits: _features(*cosine.digits_networks(bits)),
    "ic_resnet8": lambda bits: _features(*cosine.resnet_networks(bits)),
}


def table() -> Iterator[str]:
    """Yield a line a network and number of bits."""
    yield f"{'':12}bits  cosine min    mean    elements  not ONNX Runtime's"
    for name, measure in MEASURES.items():
        for bits in BITS:
            found, compared, other = measure(bits)
            yield f"{name:12}{bits:4}  {found.min():10.4f}  {found.mean():.4f}  {compared:10,}  {other:18,}"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
