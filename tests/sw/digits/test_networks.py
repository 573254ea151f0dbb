"""The digits networks as they are in the repository: what their files hold, and what ONNX Runtime makes of them."""

import onnx
import pytest

from bench.digits.data import FOLDS, folds, path
from bench.witness.sessions import session

LARGEST = 300_000
LEAST_ACCURACY = 0.98


@pytest.fixture(scope="module")
def parts():
    return folds()


def test_each_image_is_held_out_once(parts):
    assert sum(len(part.test_labels) for part in parts) == 1797
    assert all(len(part.train_labels) + len(part.test_labels) == 1797 for part in parts)
    held_out = {image.tobytes() for part in parts for image in part.test_images}
    assert held_out == {image.tobytes() for image in parts[0].train_images} | {
        image.tobytes() for image in parts[0].test_images
    }


@pytest.mark.parametrize("fold", range(FOLDS))
def test_accuracy_on_images_held_out(fold, parts, record_property):
    witness = session(onnx.load(path(fold)))
    (logits,) = witness.run(["logits"], {"image": parts[fold].test_images})
    labels = parts[fold].test_labels
    right = int((logits.argmax(axis=1) == labels).sum())
    record_property("compared", f"digits, FP32, fold {fold}: {right} of {len(labels)} images held out are right")
    assert right >= LEAST_ACCURACY * len(labels) > 0


@pytest.mark.parametrize("fold", range(FOLDS))
def test_files(fold):
    assert path(fold).stat().st_size < LARGEST
    model = onnx.load(path(fold))
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
    ops = [node.op_type for node in model.graph.node]
    assert {op: ops.count(op) for op in set(ops)} == {
        "Add": 3,
        "BatchNormalization": 20,
        "Conv": 28,
        "Flatten": 1,
        "Gemm": 2,
        "GlobalAveragePool": 5,
        "HardSigmoid": 4,
        "HardSwish": 9,
        "Mul": 4,
        "Relu": 10,
    }
