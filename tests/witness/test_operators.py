"""Every operator of the evaluator by itself, against ONNX Runtime with exact sums: no byte differs."""

import numpy as np
import pytest

from accord.sim.seed import seed
from bench.witness import floats, operators
from bench.witness.evaluator import Evaluator
from bench.witness.sessions import session
from bench.witness.single import DATA, network

ROUNDS = 8


class Draw:
    """Operands of one round; every other round all bytes are the ends of their type."""

    def __init__(self, number, dtype):
        self.rng, self.number, self.dtype = np.random.default_rng([seed(), number]), number, np.dtype(dtype)

    def bytes(self, *shape, dtype=None):
        ends = np.iinfo(dtype or self.dtype)
        if self.number % 2:
            return self.rng.choice([ends.min, ends.max], shape).astype(dtype or self.dtype)
        return self.rng.integers(ends.min, ends.max, shape, endpoint=True).astype(dtype or self.dtype)

    def weights(self, *shape):
        """Of any type that goes with the data, with a zero point."""
        dtype = np.dtype(self.rng.choice(["int8", "uint8"])) if self.dtype == np.uint8 else np.dtype(np.int8)
        zero = np.zeros((), np.int8) if dtype == np.int8 else self.bytes(dtype=dtype)
        return self.bytes(*shape, dtype=dtype), zero

    def zero(self):
        return self.bytes()

    def scale(self, *shape, around=0.05):
        return np.asarray(around * (0.5 + self.rng.random(shape)), np.float32)

    def bias(self, count):
        return self.rng.integers(-(2**20), 2**20, count).astype(np.int32)


def matrices(d):
    m, k, n = d.rng.integers(1, 150, 3)
    return d.bytes(m, k), *d.weights(k, n)


def out(d, depth):
    return [d.scale(around=3 * depth**0.5), d.zero()]


def window(d):
    groups = int(d.rng.choice([1, 2, 4]))
    strides, dilations = (d.rng.integers(1, 3, 2).tolist() for _ in range(2))
    attributes = {"strides": strides, "dilations": dilations, "group": groups}
    if d.number % 3 == 0:
        attributes |= {"auto_pad": ("SAME_UPPER", "SAME_LOWER", "VALID")[d.number // 3 % 3], "dilations": [1, 1]}
    else:
        attributes["pads"] = d.rng.integers(0, 3, 4).tolist()
    x = d.bytes(2, 3 * groups, *d.rng.integers(7, 12, 2))
    return x, *d.weights(5 * groups, 3, *d.rng.integers(1, 4, 2)), attributes


def conv_integer(d):
    x, w, zero, attributes = window(d)
    return [x.view(np.uint8), w.view(np.uint8), d.bytes(dtype=np.uint8), zero.view(np.uint8)], attributes


def qlinear_conv(d):
    x, w, zero, attributes = window(d)
    count = len(w) if d.number % 4 else 1
    zeros = np.full(count, zero) if count > 1 else zero
    scale = d.scale(count) if count > 1 else d.scale()
    inputs = [x, d.scale(), d.zero(), w, scale, zeros, *out(d, w[0].size)]
    return inputs + ([d.bias(len(w))] if d.number % 3 else []), attributes


def qlinear_matmul(d):
    a, b, zero = matrices(d)
    scale = d.scale(b.shape[1]) if d.number % 3 else d.scale()
    zeros = np.full(scale.shape, zero) if scale.ndim else zero
    a = a if d.number % 4 else np.stack([a, a[::-1]])
    return [a, d.scale(), d.zero(), b, scale, zeros, *out(d, len(b))], {}


def qgemm(d):
    a, b, zero = matrices(d)
    scale = d.scale(b.shape[1]) if d.number % 3 else d.scale()
    zeros = np.full(scale.shape, zero) if scale.ndim else zero
    bias = d.bias(b.shape[1]) if d.number % 4 else None
    attributes = {"transA": d.number % 2, "transB": d.number // 2 % 2, "alpha": 1.0 + d.number % 2}
    a, b = (a.T if attributes["transA"] else a), (b.T if attributes["transB"] else b)
    tail = out(d, a.size) if d.number % 5 else [None, None]
    return [
        np.ascontiguousarray(a),
        d.scale(),
        d.zero(),
        np.ascontiguousarray(b),
        scale,
        zeros,
        bias,
        *tail,
    ], attributes


def two_operands(around):
    def draw(d):
        shapes = ([3, 40], [3, 40]), ([2, 3, 5], [3, 1]), ([2, 7], [1]), ([4, 5], [2, 4, 5])
        a, b = (d.bytes(*shape) for shape in shapes[d.number % 4])
        scales = [d.scale(), d.scale(), d.scale(around=around)]
        if d.number % 3 == 0:  # short in binary: many ties
            scales = [np.float32(one) for one in (0.5, 0.25, 2.0)]
        return [a, scales[0], d.zero(), b, scales[1], d.zero(), scales[2], d.zero()], {}

    return draw


def pooled(d):
    x = d.bytes(2, 5, *d.rng.integers(4, 12, 2))
    return [x, d.scale(), d.zero(), d.scale(), d.zero()]


def average_pool(d):
    inputs = pooled(d)
    if d.number == 7:
        return inputs, {"kernel_shape": inputs[0].shape[2:]}
    attributes = {"kernel_shape": d.rng.integers(2, 4, 2).tolist(), "strides": d.rng.integers(1, 4, 2).tolist()}
    attributes |= {"count_include_pad": d.number % 2, "ceil_mode": d.number // 2 % 2}
    if d.number % 3:
        attributes["pads"] = [d.number % 2, 1, 1, d.number // 2 % 2]
    return inputs, attributes


def concat(d):
    inputs = [d.scale(), d.zero()]
    for number, depth in enumerate((3, 1, 4)):
        given = [d.scale(), d.zero()] if number else inputs[:2]
        inputs += [d.bytes(2, depth, 3), *given]
    return inputs, {"axis": 1}


CASES = {
    "ConvInteger": conv_integer,
    "MatMulInteger": lambda d: ([*matrices(d)[:2], d.zero()], {}),
    "QGemm": qgemm,
    "QLinearAdd": two_operands(0.1),
    "QLinearAveragePool": average_pool,
    "QLinearConcat": concat,
    "QLinearConv": qlinear_conv,
    "QLinearGlobalAveragePool": lambda d: (pooled(d), {}),
    "QLinearMatMul": qlinear_matmul,
    "QLinearMul": two_operands(0.3),
}


def test_every_operator_has_its_case():
    assert CASES.keys() == operators.OPERATORS.keys()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
@pytest.mark.parametrize("op", CASES)
def test_operators(op, dtype):
    seen = set()
    for number in range(ROUNDS):
        inputs, attributes = CASES[op](Draw(number, dtype))
        data = DATA.get(op, (0,))
        model, feeds = network(op, inputs, data, **attributes), {f"i{place}": inputs[place] for place in data}
        (want,) = session(model).run(None, feeds)
        got = Evaluator(model).run(feeds)["y"]
        np.testing.assert_array_equal(got, want, strict=True, err_msg=f"round {number}")
        seen.update(np.ravel(want).tolist())
    assert len(seen) > 20


@pytest.mark.parametrize("op", CASES)
def test_operators_leave_nothing_to_onnx_runtime(op, monkeypatch):
    inputs, attributes = CASES[op](Draw(0, np.uint8))
    data = DATA.get(op, (0,))
    monkeypatch.setattr(floats, "plain", None)
    feeds = {f"i{place}": inputs[place] for place in data}
    assert Evaluator(network(op, inputs, data, **attributes)).run(feeds)["y"].size > 0
