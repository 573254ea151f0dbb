"""What the cosine of MobileNetV3-Small's logits depends on: calibration, equalization, and the images themselves.

``python -m bench.gates.study`` prints a row for each method, with and without equalization, and of ONNX Runtime's
quantizer; ``--seed`` draws other images.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, equalize, quantize_graph, simplified
from accord.nn.quantization.calibrate import METHODS
from bench.gates.cosine import CALIBRATING, EVALUATED, SEED, cosines, ort_quantized, singly, witness
from bench.gates.networks import network, smooth_images


def rows(seed: int) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield a name and the cosines of the images that did not calibrate."""
    model = network("mbv3_small_fp32.onnx")
    images = smooth_images(np.random.default_rng(seed), CALIBRATING + EVALUATED)
    calibrating, evaluated = images[:CALIBRATING], images[CALIBRATING:]
    real = witness(model, evaluated)
    yield "ONNX Runtime's quantizer", cosines(real, ort_quantized(model, calibrating, evaluated))
    batches, graph = singly("x", calibrating), import_onnx(model)
    for name, made in (("as it is", simplified(graph)), ("equalized", equalize(graph, batches))):
        for method in METHODS:
            executor = Executor(quantize_graph(made, calibrate(made, batches, method)))
            outputs = [executor.run(feeds)["y"] for feeds in singly("x", evaluated)]
            yield f"{name}, {method}", cosines(real, np.concatenate(outputs))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, help="of the images (default: the gate's)")
    seed = parser.parse_args().seed
    print(f"MobileNetV3-Small, {CALIBRATING} images calibrate, {EVALUATED} others evaluate, seed {seed}")
    for name, found in rows(seed):
        print(f"{name:28} min {found.min():.4f}  mean {found.mean():.4f}", flush=True)


if __name__ == "__main__":
    main()
