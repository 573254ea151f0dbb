"""Random networks against ONNX Runtime: whole numbers in float32 to the bit, and quantized by it, every byte."""

from collections import Counter

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.importers.onnx import ModelError, import_onnx
from accord.sim.seed import seed

from .onnx_networks import Net, images
from .onnx_random import CURVED, EXACT, IMAGE, random_network, with_outputs
from .onnx_witness import Witness, differences, exposed, quantized
from .test_onnx_real import WholeNet, whole_images

NETWORKS = 30
LARGEST = 2.0**20
"""Of an output: beyond, sums of float32 that lead to it may have been inexact."""


def test_whole_numbers(record_property):
    compared = 0
    for number in range(NETWORKS):
        model = with_outputs(random_network(WholeNet(seed() + number, 17, IMAGE), EXACT))
        (x,) = whole_images(seed() + number, 1, IMAGE)
        graph, witness = import_onnx(model), Witness(model)
        got = Executor(graph).run({"x": x})
        for name, want in zip(graph.outputs, witness.run(graph.outputs, {"x": x}), strict=True):
            if np.abs(want).max() < LARGEST:
                np.testing.assert_array_equal(got[name], want, strict=True, err_msg=f"network {number}, {name}")
                compared += want.size
    record_property("compared", f"{NETWORKS} random FP32 networks: {compared} elements compared")
    assert compared > 1000 * NETWORKS


def is_refused(model):
    try:
        import_onnx(model)
    except ModelError as error:
        if "floating point" in str(error):
            return True
        raise
    return False


@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
def test_quantized(form, record_property):
    """Networks that ONNX Runtime leaves in floating point somewhere are refused for that, and are the fewer."""
    compared, found = 0, Counter()
    for number in range(NETWORKS):
        model = random_network(Net(seed() + number, 17, IMAGE), ("Relu", "Clip", *CURVED))
        model = quantized(model, images(seed(), 2, IMAGE), form=form)
        if is_refused(model):
            found["refused"] += 1
            continue
        count, wrong = differences(exposed(model), images(seed() + 1, 1, IMAGE))
        assert wrong == {}, f"network {number}"
        compared, found["same"] = compared + count, found["same"] + 1
    record_property("compared", f"random networks, {form}: {compared} elements of {found['same']} compared")
    assert found["same"] > found["refused"]
    assert compared > 1000 * found["same"]
