"""Two witnesses of one network: each where it can, compared where both can, and counted."""

import numpy as np
import pytest

from accord.sim.seed import seed
from bench.witness import tally
from bench.witness.both import DisagreementError, Witness, exposed
from bench.witness.evaluator import Evaluator
from bench.witness.sessions import InexactError
from bench.witness.single import network

from ..sw.nn.onnx_networks import NETWORKS, Net, images
from ..sw.nn.onnx_witness import quantized
from .networks import extremes


@pytest.fixture(autouse=True)
def counts():
    """Nothing of what is counted here belongs to the comparisons of the run."""
    tally.taken()
    yield tally.counts
    tally.taken()


@pytest.fixture
def model():
    net = Net(seed())
    return exposed(quantized(net.model(NETWORKS["residual"](net)), images(seed(), 2)))


def test_both_give_the_same_and_are_counted(model, counts):
    (x,) = images(seed() + 1, 1)
    elements = sum(array.size for array in Witness(model).run(None, {"x": x}))
    assert dict(counts) == {"ONNX Runtime": elements, "NumPy evaluator": elements, "both": elements, "differ": 0}
    assert tally.taken()["both"] > 1000
    assert tally.taken() == {}


def test_outputs_by_name(model):
    (x,) = images(seed() + 1, 1)
    witness = Witness(model)
    everything = dict(zip(witness.outputs, witness.run(None, {"x": x}), strict=True))
    chosen = witness.outputs[3:1:-1]
    assert witness.inputs == ["x"]
    assert witness.are_two
    for name, array in zip(chosen, witness.run(chosen, {"x": x}), strict=True):
        np.testing.assert_array_equal(array, everything[name], strict=True)


def test_a_wrong_byte_is_seen(model, monkeypatch, counts):
    """One bit of one element that the evaluator gives."""
    right, (x,) = Evaluator.run, images(seed() + 1, 1)
    witness = Witness(model)
    name = witness.outputs[5]

    def planted(self, feeds):
        found = right(self, feeds)
        found[name] = found[name].copy()
        found[name].reshape(-1)[7] ^= 1
        return found

    monkeypatch.setattr(Evaluator, "run", planted)
    with pytest.raises(DisagreementError, match=f"differ: {{'{name}': 1}}"):
        witness.run(None, {"x": x})
    assert counts["differ"] == 1
    monkeypatch.undo()
    witness.run(None, {"x": x})


def test_saturated_sums_are_seen(model, monkeypatch):
    """Weights of the evaluator's network beyond 16 bits' sums; ONNX Runtime gets what they saturate to."""
    x, w = extremes()
    data = [np.float32(1), np.uint8(0), w, np.float32(1), np.int8(0), np.float32(20_000), np.uint8(100)]
    witness = Witness(network("QLinearMatMul", [x, *data], (0,)))
    (want,) = witness.run(None, {"i0": x})
    sums = x.astype(int) @ w.astype(int)
    pairs = (x.astype(int)[:, :, None] * w.astype(int)).reshape(3, 32, 2, 8).sum(2)
    saturated = np.clip(pairs, -(2**15), 2**15 - 1).sum(1)
    right, wrong = (np.clip(np.rint(one / 20_000) + 100, 0, 255).astype(np.uint8) for one in (sums, saturated))
    np.testing.assert_array_equal(want, right, strict=True)
    assert (right != wrong).any()
    monkeypatch.setattr(witness, "runtime", Fixed([wrong]))
    with pytest.raises(DisagreementError, match="'y': "):
        witness.run(None, {"i0": x})


class Fixed:
    """A session that gives what it was made with."""

    def __init__(self, arrays):
        self.arrays = arrays

    def run(self, names, feeds):
        return self.arrays


def test_other_shapes_and_types_are_seen(model, monkeypatch):
    (x,), witness = images(seed() + 1, 1), Witness(model)
    arrays = witness.runtime.run(None, {"x": x})
    monkeypatch.setattr(witness, "runtime", Fixed([arrays[0].astype(np.float64), *arrays[1:]]))
    with pytest.raises(DisagreementError, match=f"{witness.outputs[0]}: float64"):
        witness.run(None, {"x": x})


def test_the_evaluator_stands_in_where_sums_saturate(monkeypatch, counts):
    """Weights that are no constant, which ONNX Runtime cannot make unsigned."""
    monkeypatch.setenv("ACCORD_PROCESSOR", "novnni")
    x, w = extremes()
    witness = Witness(network("MatMulInteger", [x, w, np.uint8(3)], (0, 1)))
    assert witness.runtime is None
    assert not witness.are_two
    (got,) = witness.run(None, {"i0": x, "i1": w})
    np.testing.assert_array_equal(got, ((x.astype(int) - 3) @ w.astype(int)).astype(np.int32), strict=True)
    assert dict(counts) == {"NumPy evaluator": 24}


def test_onnx_runtime_alone_where_nothing_is_quantized(counts):
    net = Net(seed())
    witness = Witness(net.model(net.add("Relu", net.conv("x", 3, 4))))
    assert witness.evaluator is None
    assert not witness.are_two
    witness.run(None, {"x": images(seed(), 1)[0]})
    assert dict(counts) == {"ONNX Runtime": 1024}


def test_networks_that_neither_can_say_anything_of(monkeypatch):
    monkeypatch.setattr("bench.witness.both.session", refuse)
    net = Net(seed())
    with pytest.raises(ValueError, match="it saturates; nothing in the network is computed on bytes"):
        Witness(net.model(net.add("Relu", "x")))


def refuse(model):
    raise InexactError("it saturates")
