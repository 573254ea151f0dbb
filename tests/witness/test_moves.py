"""What moves elements, between DequantizeLinear and QuantizeLinear and on bytes alone, against ONNX Runtime."""

import numpy as np
import pytest

from accord.sim.seed import seed
from bench.witness import floats
from bench.witness.evaluator import Evaluator
from bench.witness.moves import MOVES
from bench.witness.runtime import plain
from bench.witness.units import RefusedError

from .networks import Sketch

SHAPE = (2, 4, 7, 9)


def constants(*values):
    return lambda net: [net.constant(np.array(value)) for value in values]


NOTHING = constants()
CASES = {
    "Dropout": [(NOTHING, {})],
    "Flatten": [(NOTHING, {}), (NOTHING, {"axis": 2}), (NOTHING, {"axis": 0})],
    "Gather": [(constants(-1), {"axis": 2}), (constants([3, 0, 3]), {"axis": 1}), (constants(1), {})],
    "GlobalMaxPool": [(NOTHING, {})],
    "Identity": [(NOTHING, {})],
    "MaxPool": [
        (NOTHING, {"kernel_shape": [2, 3]}),
        (NOTHING, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 1, 1]}),
        (NOTHING, {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
        (NOTHING, {"kernel_shape": [3, 2], "strides": [3, 4], "ceil_mode": 1, "pads": [1, 1, 0, 0]}),
        (NOTHING, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        (NOTHING, {"kernel_shape": [4, 2], "strides": [2, 1], "auto_pad": "SAME_LOWER"}),
        (NOTHING, {"kernel_shape": [2, 2], "dilations": [2, 3]}),
    ],
    "Pad": [(constants([0, 1, 2, 0, 0, 0, 1, 3]), {})],
    "Reshape": [(constants([0, -1, 9]), {}), (constants([2, 7, 36]), {})],
    "Slice": [
        (constants([1, -8], [2**62, -1], [2, 3], [2, 3]), {}),
        (constants([-1], [-(2**62)], [1], [-1]), {}),
        (constants([0, 1], [2, 3]), {}),
    ],
    "Split": [(constants([1, 3]), {"axis": 1}), (NOTHING, {"axis": 1})],
    "Squeeze": [(constants([1]), {})],
    "Transpose": [(constants(), {"perm": [0, 2, 3, 1]}), (NOTHING, {})],
    "Unsqueeze": [(constants([0, 3]), {})],
}
ONLY_QDQ = ("GlobalMaxPool", "Dropout")
"""ONNX Runtime has no such operator on bytes."""


def test_every_move_has_its_cases():
    assert CASES.keys() == MOVES.keys()


def build(op, inputs, attributes, x, form):
    net = Sketch()
    name = net.input(x)
    count = 2 if op == "Split" else 1
    scale, zero = 0.05, x.dtype.type(11)
    given = net.dequantized(name, scale, zero) if form == "QDQ" else name
    rest = inputs(net)
    if op == "Pad" and form == "bytes":
        rest.append(net.constant(zero))
    made = net.node(op, given, *rest, outputs=count, **attributes)
    names = made if count > 1 else [made]
    return net.model(*([net.quantized(one, scale, zero) for one in names] if form == "QDQ" else names))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
@pytest.mark.parametrize(
    ("op", "form"), [(op, form) for op in CASES for form in ("QDQ", "bytes") if form == "QDQ" or op not in ONLY_QDQ]
)
def test_moves(op, form, dtype, monkeypatch):
    rng, ends = np.random.default_rng(seed()), np.iinfo(dtype)
    shape = (2, 1, 7, 9) if op == "Squeeze" else SHAPE
    x = rng.integers(ends.min, ends.max, shape, endpoint=True).astype(dtype)
    for inputs, attributes in CASES[op]:
        model = build(op, inputs, attributes, x, form)
        wanted = plain(model).run(None, {"x0": x})
        with monkeypatch.context() as patched:
            patched.setattr(floats, "plain", None)
            got = Evaluator(model).run({"x0": x})
        for name, want in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(got[name], want, strict=True)


def test_padding_with_another_number_than_zero_is_refused():
    x = np.zeros(SHAPE, np.uint8)
    inputs = constants([0, 0, 1, 1, 0, 0, 1, 1], np.float32(2))
    with pytest.raises(RefusedError, match="Pad 'Pad 1': pads with another number than zero"):
        Evaluator(build("Pad", inputs, {}, x, "QDQ"))
