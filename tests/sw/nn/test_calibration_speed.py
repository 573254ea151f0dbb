"""MobileNetV3-Small, all of its tensors, 100 images: inside the time that calibration may take."""

import time

import numpy as np
import onnx
import pytest

from accord.nn.calibration import METHODS, observe
from bench.witness.runtime import plain

pytestmark = pytest.mark.networks
IMAGES, SECONDS = 100, 30


@pytest.fixture(scope="module")
def session(networks):
    """ONNX Runtime, with every tensor an output."""
    model = onnx.load(networks / "mbv3_small_fp32.onnx")
    for node in model.graph.node:
        known = {output.name for output in model.graph.output}
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.output if name not in known)
    return plain(model)


def batches(session):
    rng = np.random.default_rng(1)
    names = [output.name for output in session.get_outputs()]
    for _ in range(IMAGES):
        image = rng.normal(0, 1, (1, 3, 224, 224)).astype(np.float32)
        tensors = dict(zip(names, session.run(None, {session.get_inputs()[0].name: image}), strict=True))
        yield {"image": image, **tensors}


@pytest.mark.parametrize("method", METHODS)
def test_calibration_of_100_images(method, session, record_property):
    start = time.perf_counter()
    found = {name: observer.record() for name, observer in observe(batches(session), METHODS[method]).items()}
    seconds = time.perf_counter() - start
    assert len(found) > 100
    assert {record.samples for record in found.values()} == {IMAGES}
    record_property("compared", f"calibration, {method}: {len(found)} tensors, {IMAGES} images, {seconds:.1f} s")
    assert seconds < SECONDS
