"""The digits network as ONNX Runtime quantizes it, imported: its bytes on every image held out."""

import onnx
import pytest

from bench.digits.data import folds, path
from bench.witness.runtime import LEVEL, plain

from ..nn.onnx_witness import differences, exposed, quantized

KINDS = {
    "qdq": {},
    "qdq-u8-per-tensor": {"weight": "uint8", "per_channel": False},
    "qoperator": {"form": "QOperator"},
    "qoperator-int8": {"form": "QOperator", "activation": "int8"},
}
"""Not QDQ with int8 activations, of which ONNX Runtime computes some in floating point: see docs/nn.md."""


@pytest.fixture(scope="module")
def folded(tmp_path_factory):
    """Return the network with BatchNorm folded by ONNX Runtime, whose quantizer wants that."""
    file = tmp_path_factory.mktemp("folded") / "folded.onnx"
    plain(onnx.load(path(0)), LEVEL.ORT_ENABLE_BASIC, file)
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_every_tensor(kind, folded, record_property):
    fold = folds()[0]
    samples = [fold.train_images[at : at + 50] for at in range(0, 200, 50)]
    model = exposed(quantized(onnx.load(folded), samples, **KINDS[kind]))
    compared, wrong = differences(model, [fold.test_images])
    record_property("compared", f"digits by ONNX Runtime's quantizer, {kind}: {compared:,} elements compared")
    assert compared > 1_000_000
    assert wrong == {}
