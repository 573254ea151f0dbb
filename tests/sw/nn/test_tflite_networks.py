"""Four networks that others made, imported and run whole: TFLite's bytes, every sample."""

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.graph import Op
from accord.nn.importers.tflite import ModelError, import_tflite
from accord.nn.importers.tflite.importer import RULES

NAMES = ("ad_autoencoder", "ic_resnet8", "kws_dscnn", "vww_mobilenetv1")


def golden(networks, name):
    """Return inputs and outputs, all samples in one batch."""
    found = np.load(networks / f"{name}.golden.npz")
    return tuple(found[key].reshape(-1, *found[key].shape[2:]) for key in ("x", "y_tflite"))


@pytest.mark.networks
@pytest.mark.parametrize("name", NAMES)
def test_networks(name, networks, record_property):
    x, want = golden(networks, name)
    graph = import_tflite(networks / f"{name}.tflite")
    assert graph.contract == "tflite"
    got = Executor(graph).run({graph.inputs[0]: x})[graph.outputs[0]]
    record_property("compared", f"{name}: {got.size} bytes compared, {(got != want).sum()} differ")
    assert got.size > 0
    np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.networks
def test_contracts_and_instruction_sets_can_be_forced(networks):
    x, want = golden(networks, "kws_dscnn")
    graph = import_tflite(networks / "kws_dscnn.tflite")
    feeds = {graph.inputs[0]: x[:1]}
    scalar = Executor(graph, isa="scalar").run(feeds)[graph.outputs[0]]
    np.testing.assert_array_equal(scalar, want[:1], strict=True)
    for contract in ("fma", "onnx"):
        other = Executor(graph, contract=contract).run(feeds)[graph.outputs[0]]
        assert other.argmax() == scalar.argmax()


@pytest.mark.networks
def test_unknown_operators_are_named(networks, monkeypatch):
    monkeypatch.delitem(RULES, "DEPTHWISE_CONV_2D")
    with pytest.raises(ModelError, match=r"^DEPTHWISE_CONV_2D '.*': the operator DEPTHWISE_CONV_2D is not supported"):
        import_tflite(networks / "kws_dscnn.tflite")


@pytest.mark.networks
def test_every_layer_is_there(networks):
    ops = [node.op for node in import_tflite(networks / "vww_mobilenetv1.tflite").nodes]
    assert {op: ops.count(op) for op in set(ops)} == {
        Op.CONV: 27,
        Op.AVERAGE_POOL: 1,
        Op.RESHAPE: 1,
        Op.LINEAR: 1,
        Op.SOFTMAX: 1,
    }


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.tflite").write_bytes(b"not a flatbuffer")
    with pytest.raises(ModelError, match=r"x\.tflite: is no \.tflite file"):
        import_tflite(tmp_path / "x.tflite")
