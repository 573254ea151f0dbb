"""Sessions whose sums are exact on every processor: what is found out about this one, and what is done about it."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from bench.witness import processor, saturation, sessions, single
from bench.witness.runtime import plain

from .networks import Sketch, extremes


@pytest.fixture(params=["", "novnni"])
def chosen(request, monkeypatch):
    monkeypatch.setenv("ACCORD_PROCESSOR", request.param)
    return request.param


def layer(x, w, data=(0,)):
    """Requantized so that sums and what saturates in their stead are other bytes."""
    zero = x.dtype.type(3)
    tail = [np.float32(1), np.zeros((), w.dtype), np.float32(20_000), x.dtype.type(100 if x.dtype == np.uint8 else 0)]
    return single.network("QLinearMatMul", [x, np.float32(1), zero, w, *tail], data)


def wanted(x, w):
    sums = (x.astype(int) - 3) @ w.astype(int)
    ends, zero = np.iinfo(x.dtype), 100 if x.dtype == np.uint8 else 0
    return np.clip(np.rint(sums / 20_000) + zero, ends.min, ends.max).astype(x.dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_sums_are_exact_on_every_processor(chosen, dtype):
    x, w = extremes(dtype=dtype)
    (got,) = sessions.session(layer(x, w)).run(None, {"i0": x})
    np.testing.assert_array_equal(got, wanted(x, w), strict=True)


def test_the_probe_tells_what_users_get():
    x, w = extremes()
    (got,) = plain(layer(x, w)).run(None, {"i0": x})
    assert np.array_equal(got, wanted(x, w)) == processor.probed()


def test_small_weights_are_left_as_they_are(chosen):
    x, w = extremes()
    w = np.clip(w, -64, 64)
    (got,) = sessions.session(layer(x, w)).run(None, {"i0": x})
    np.testing.assert_array_equal(got, wanted(x, w), strict=True)


def test_weights_that_are_no_constants_are_refused(monkeypatch):
    monkeypatch.setenv("ACCORD_PROCESSOR", "novnni")
    x, w = extremes()
    with pytest.raises(sessions.InexactError, match="saturate on this processor: QLinearMatMul 'the node'"):
        sessions.session(layer(x, w, data=(0, 3)))
    signed, _ = extremes(dtype=np.int8)
    (got,) = sessions.session(layer(signed, w, data=(0, 3))).run(None, {"i0": signed, "i3": w})
    np.testing.assert_array_equal(got, wanted(signed, w), strict=True)


@pytest.mark.parametrize("form", ["QOperator", "QDQ"])
def test_weights_that_two_layers_share(chosen, form):
    """ONNX Runtime makes each of them unsigned; by itself it fails at the second."""
    x, w = extremes(n=64)
    net = Sketch()
    q, weight = net.input(x), net.constant(w)
    one, zero, signed = net.constant(np.float32(1)), net.constant(np.uint8(3)), net.constant(np.int8(0))
    step, middle = net.constant(np.float32(20_000)), net.constant(np.uint8(100))
    real = net.node("DequantizeLinear", weight, one, signed) if form == "QDQ" else ""
    for _ in range(2):
        if form == "QDQ":
            a = net.node("DequantizeLinear", q, one, zero)
            q = net.node("QuantizeLinear", net.node("MatMul", a, real), step, middle)
        else:
            q = net.node("QLinearMatMul", q, one, zero, weight, one, signed, step, middle)
    (got,) = sessions.session(net.model(q)).run(None, {"x0": x})
    np.testing.assert_array_equal(got, wanted(wanted(x, w), w), strict=True)


def test_a_processor_that_is_forced_may_keep_constant_weights(monkeypatch):
    """One with VNNI, on which ONNX Runtime does not heed the option."""
    x, w = extremes()
    as_it_is, free = layer(x, w), layer(x, w, data=(0, 3))
    assert saturation.saturating(as_it_is, constants_too=True) == ["QLinearMatMul 'the node'"]
    assert saturation.saturating(as_it_is, constants_too=False) == []
    assert saturation.saturating(free, constants_too=False) == ["QLinearMatMul 'the node'"]
    assert saturation.saturating(layer(x, np.clip(w, -64, 64)), constants_too=True) == []
    monkeypatch.setenv("ACCORD_PROCESSOR", "novnni")
    monkeypatch.setattr(sessions, "probed", lambda: True)
    monkeypatch.setattr(sessions, "plain", lambda model, optimized, **settings: (onnx.save(as_it_is, optimized), 7)[1])
    assert sessions.session(as_it_is) == 7


def test_copies_change_nothing_but_names():
    x, w = extremes()
    given = layer(x, w)
    made = saturation.with_own_weights(given)
    arrays = {one.name: numpy_helper.to_array(one) for one in made.graph.initializer}
    np.testing.assert_array_equal(arrays[made.graph.node[0].input[3]], w)
    assert made.graph.node[0].input[3] not in {one.name for one in given.graph.initializer}
    assert onnx.numpy_helper.to_array(given.graph.initializer[2]).shape == w.shape


def test_networks_of_floats_are_no_business_of_the_option(monkeypatch):
    monkeypatch.setenv("ACCORD_PROCESSOR", "novnni")
    info = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, (3,))
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [info], [info.__class__(name="y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    assert not saturation.has_bytes(model)
    (got,) = sessions.session(model).run(None, {"x": np.array([-1, 0, 1], np.float32)})
    assert got.tolist() == [0, 0, 1]


def test_other_processors_are_not_known(monkeypatch):
    monkeypatch.setenv("ACCORD_PROCESSOR", "sse")
    with pytest.raises(ValueError, match="ACCORD_PROCESSOR: expected novnni or nothing, got 'sse'"):
        processor.sums_are_exact()
