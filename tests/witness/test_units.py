"""Networks of QuantizeLinear and DequantizeLinear: what ONNX Runtime computes on bytes, and what is refused."""

import numpy as np
import pytest

from accord.sim.seed import seed
from bench.witness import floats
from bench.witness.evaluator import Evaluator
from bench.witness.sessions import session
from bench.witness.units import OTHERS, PRODUCTS, RefusedError

from .networks import Sketch, extremes

SCALE, ZERO = 0.02, np.uint8(7)


@pytest.fixture
def rng():
    return np.random.default_rng(seed())


def images(rng, depth=4, dtype=np.uint8):
    ends = np.iinfo(dtype)
    return rng.integers(ends.min, ends.max, (2, depth, 6, 7), endpoint=True).astype(dtype)


def data(net, x, scale=SCALE):
    return net.dequantized(net.input(x), scale, x.dtype.type(ZERO))


def weights(net, w, scales, axis):
    zeros = np.zeros(np.shape(scales), w.dtype)
    return net.dequantized(net.constant(w), scales, zeros, axis)


def conv(net, rng, x, bias=True, behind=(), out=(0.3, ZERO)):
    w = rng.integers(-128, 127, (5, 4, 3, 3), endpoint=True).astype(np.int8)
    scales = np.linspace(0.005, 0.02, 5, dtype=np.float32)
    inputs = [data(net, x), weights(net, w, scales, 0)]
    if bias:
        whole = rng.integers(-9000, 9000, 5).astype(np.int32)
        inputs.append(weights(net, whole, np.float32(SCALE) * scales, 0))
    y = net.node("Conv", *inputs, pads=[1, 1, 1, 1])
    for op, *bounds in behind:
        y = net.node(op, y, *(net.constant(np.float32(one)) for one in bounds))
    return net.quantized(y, out[0], x.dtype.type(out[1]))


def matrix(net, rng, op, to_floats=False, transposed=0):
    x, w = extremes()
    w = np.ascontiguousarray(w.T) if transposed else w
    scales = np.linspace(0.005, 0.02, 8, dtype=np.float32)
    inputs = [data(net, x), weights(net, w, scales, 0 if transposed else 1)]
    if op == "Gemm":
        whole = rng.integers(-9000, 9000, 8).astype(np.int32)
        inputs.append(weights(net, whole, np.float32(SCALE) * scales, 0))
    y = net.node(op, *inputs, **({"transB": transposed} if op == "Gemm" else {}))
    return (y if to_floats else net.quantized(y, 0.5, ZERO)), x


def joined(net, rng, op, **attributes):
    names, feeds = [], {}
    for number in range({"Concat": 3}.get(op, 2 if op in ("Add", "Mul") else 1)):
        x = images(rng)
        feeds[f"x{number}"] = x
        names.append(data(net, x, SCALE * (number + 1)))
    return net.quantized(net.node(op, *names, **attributes), 0.04, np.uint8(5)), feeds


def same(net, output, feeds, monkeypatch):
    """Compare all that whole numbers give with ONNX Runtime, which takes no part in them."""
    model = net.model(output)
    (want,) = session(model).run(None, feeds)
    monkeypatch.setattr(floats, "plain", None)
    np.testing.assert_array_equal(Evaluator(model).run(feeds)[output], want, strict=True)
    assert len(np.unique(want)) > 3


def test_all_are_tried_here():
    assert {*PRODUCTS, *OTHERS} == {
        "Conv",
        "Gemm",
        "MatMul",
        "Add",
        "AveragePool",
        "Concat",
        "GlobalAveragePool",
        "Mul",
    }


@pytest.mark.parametrize("bias", [True, False])
def test_convolutions(bias, rng, monkeypatch):
    net, x = Sketch(), images(rng)
    same(net, conv(net, rng, x, bias), {"x0": x}, monkeypatch)


@pytest.mark.parametrize(
    ("behind", "zero"), [([("Relu",)], 0), ([("Clip", -0.5, 10)], 7), ([("Clip", -0.5)], 7), ([("Clip", 0, 7.65)], 0)]
)
def test_what_quantization_cuts_off_anyway(behind, zero, rng, monkeypatch):
    """Bytes stand for -0.03 zero to 0.03 (255 - zero)."""
    net, x = Sketch(), images(rng)
    same(net, conv(net, rng, x, behind=behind, out=(0.03, zero)), {"x0": x}, monkeypatch)


@pytest.mark.parametrize("to_floats", [False, True])
@pytest.mark.parametrize(("op", "transposed"), [("MatMul", 0), ("Gemm", 0), ("Gemm", 1)])
def test_matrix_products(op, transposed, to_floats, rng, monkeypatch):
    net = Sketch()
    output, x = matrix(net, rng, op, to_floats, transposed)
    same(net, output, {"x0": x}, monkeypatch)


@pytest.mark.parametrize(
    ("op", "attributes"),
    [
        ("Add", {}),
        ("Mul", {}),
        ("Concat", {"axis": 1}),
        ("GlobalAveragePool", {}),
        ("AveragePool", {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1]}),
    ],
)
def test_other_operators(op, attributes, rng, monkeypatch):
    net = Sketch()
    output, feeds = joined(net, rng, op, **attributes)
    same(net, output, feeds, monkeypatch)


def test_a_bias_of_floats_is_quantized_by_the_scales(rng, monkeypatch):
    net, x = Sketch(), images(rng)
    w = rng.integers(-128, 127, (5, 4, 1, 1), endpoint=True).astype(np.int8)
    real = net.constant(rng.normal(0, 2, 5).astype(np.float32))
    y = net.node("Conv", data(net, x), weights(net, w, np.float32(0.01), 0), real)
    same(net, net.quantized(y, 0.3, ZERO), {"x0": x}, monkeypatch)


def test_functions_are_left_to_onnx_runtime(rng):
    """A gate as networks have it: a table, a product of floats in between, and convolutions around them."""
    net, x = Sketch(), images(rng)
    a = net.dequantized(conv(net, rng, x), 0.3, ZERO)
    y = net.quantized(net.node("Mul", a, net.node("Sigmoid", a)), 0.1, ZERO)
    z = net.quantized(net.node("Tanh", net.dequantized(y, 0.1, ZERO)), 0.01, np.uint8(128))
    model = net.model(y, z)
    wanted = session(model).run(None, {"x0": x})
    evaluator = Evaluator(model)
    assert [[node.op for node in part.nodes] for part in evaluator._parts] == [
        ["Sigmoid", "Mul", "QuantizeLinear"],
        ["Tanh", "QuantizeLinear"],
    ]
    for got, want in zip(evaluator.run({"x0": x}).values(), wanted, strict=True):
        np.testing.assert_array_equal(got, want, strict=True)


def refusal(net, *outputs):
    with pytest.raises(RefusedError) as reason:
        Evaluator(net.model(*outputs))
    return str(reason.value)


def test_what_onnx_runtime_computes_in_floats_is_refused(rng):
    floating = "ONNX Runtime computes it in floating point, where sums depend on their order"
    net, x = Sketch(), images(rng)
    assert refusal(net, conv(net, rng, x, behind=[("Relu",)])) == f"Conv 'Conv 3': {floating}"
    net = Sketch()
    assert refusal(net, conv(net, rng, x, behind=[("Clip", 0, 6)])) == f"Conv 'Conv 3': {floating}"
    net = Sketch()
    first = conv(net, rng, x)
    second = net.quantized(net.nodes[-1].input[0], 0.2, ZERO)
    assert refusal(net, first, second) == f"Conv 'Conv 3': {floating}"
    net, signed = Sketch(), images(rng, dtype=np.int8)
    assert "of int8, which ONNX Runtime may compute in floating point" in refusal(net, conv(net, rng, signed))


def test_a_bias_of_another_scale_is_refused(rng):
    net, x = Sketch(), images(rng)
    w = rng.integers(-128, 127, (5, 4, 1, 1), endpoint=True).astype(np.int8)
    bias = weights(net, np.arange(5, dtype=np.int32), np.float32(0.02 * 0.01 * 1.1), 0)
    y = net.node("Conv", data(net, x), weights(net, w, np.float32(0.01), 0), bias)
    assert "its bias has a scale of its own" in refusal(net, net.quantized(y, 0.3, ZERO))


def test_what_has_no_sums_is_refused(rng):
    net, x = Sketch(), images(rng)
    assert "but what ONNX Runtime alone computes" in refusal(
        net, net.quantized(net.node("Tanh", data(net, x)), 0.01, ZERO)
    )


def test_floats_around_bytes_are_refused(rng):
    """A part that needs what is made of itself cannot be computed at once."""
    net, x = Sketch(), images(rng)
    real = net.node("Tanh", data(net, x))
    a = net.dequantized(net.quantized(real, 0.01, ZERO), 0.01, ZERO)
    b = net.dequantized(net.quantized(net.node("GlobalAveragePool", a), 0.01, ZERO), 0.01, ZERO)
    y = net.node("Sub", real, b)
    assert "floats go around what makes" in refusal(net, net.quantized(y, 0.01, ZERO))
