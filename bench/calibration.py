"""Seconds that calibration takes: MobileNetV3-Small, all of its tensors, 100 images, each method.

``python -m bench.calibration``; ONNX Runtime computes the tensors, which is in the figure. Wanted: at most 30 s.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx

from accord.nn.calibration import METHODS, observe
from bench.gates.networks import network
from bench.processor import header
from bench.witness.runtime import plain

IMAGES = 100


def _session() -> Any:
    """Return ONNX Runtime with every tensor an output."""
    model = onnx.load(network("mbv3_small_fp32.onnx"))
    for node in model.graph.node:
        known = {output.name for output in model.graph.output}
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.output if name not in known)
    return plain(model)


def _batches(session: Any) -> Iterator[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    names = [output.name for output in session.get_outputs()]
    for _ in range(IMAGES):
        image = rng.normal(0, 1, (1, 3, 224, 224)).astype(np.float32)
        tensors = session.run(None, {session.get_inputs()[0].name: image})
        yield {"image": image, **dict(zip(names, tensors, strict=True))}


def main() -> None:
    """Measure and print."""
    print(header())
    session = _session()
    for name, method in METHODS.items():
        start = time.perf_counter()
        found = [observer.record() for observer in observe(_batches(session), method).values()]
        print(f"{name:12} {time.perf_counter() - start:6.1f} s  {len(found)} tensors, {IMAGES} images")


if __name__ == "__main__":
    main()
