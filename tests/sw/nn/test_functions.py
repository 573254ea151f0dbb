"""Expressions of one tensor: float32 as ONNX Runtime computes it is tested elsewhere, here composition and double."""

import numpy as np
import pytest

from accord.nn.functions import evaluate, evaluate_double
from accord.nn.functions.double import DOUBLES
from accord.nn.functions.operators import JOINING, OPERATORS
from accord.nn.functions.reals import FUNCTIONS
from accord.nn.graph import Apply, Number, X

POSITIVE = ("Log", "Reciprocal", "Sqrt")
X32 = np.linspace(-20, 20, 4001, dtype=np.float32)
BOUND = 2.0**-19
"""Of max(1, |y|): 32 steps of float32, within which its rational approximations keep to the functions."""


def test_both_precisions_know_the_same_operators():
    assert set(OPERATORS) == set(DOUBLES) == set(FUNCTIONS) | set(JOINING)


@pytest.mark.parametrize("op", sorted(FUNCTIONS))
@pytest.mark.parametrize("option", [False, True])
def test_double_is_the_same_function(op, option):
    names = FUNCTIONS[op][1] if option else ()
    options = tuple((name, "tanh" if name == "approximate" else 0.625) for name in names)
    x = X32[X32 > 0] if op in POSITIVE else X32
    expression = Apply(op, (X,), options)
    single, double = evaluate(expression, x), evaluate_double(expression, x.astype(np.float64))
    assert (single.dtype, double.dtype, single.shape, double.shape) == (np.float32, np.float64, x.shape, x.shape)
    # a step of float32 in x * alpha, where a function jumps or rounds, is a whole step of the result
    assert (np.abs(single - double) <= BOUND * np.maximum(1, np.abs(double))).all()


@pytest.mark.parametrize("op", sorted(set(JOINING) - {"Clip", "Pow", "PRelu"}))
def test_two_operands(op):
    expression = Apply(op, (X, Number(3)))
    want = {"Add": X32 + 3, "Sub": X32 - 3, "Mul": X32 * 3, "Div": X32 / np.float32(3)}
    want |= {"Max": np.maximum(X32, 3), "Min": np.minimum(X32, 3)}
    np.testing.assert_array_equal(evaluate(expression, X32), want[op], strict=True)


def test_others():
    clipped = Apply("Clip", (X, Number(-1), Number(2)))
    np.testing.assert_array_equal(evaluate(clipped, X32), np.clip(X32, np.float32(-1), np.float32(2)), strict=True)
    sloped = Apply("PRelu", (X, Number(0.25)))
    np.testing.assert_array_equal(evaluate(sloped, X32), np.where(X32 < 0, X32 / 4, X32), strict=True)
    for exponent, want in ((2, X32 * X32), (3, X32 * X32 * X32)):
        np.testing.assert_array_equal(evaluate(Apply("Pow", (X, Number(exponent))), X32), want, strict=True)


def test_numbers_are_float32_in_both_precisions():
    product = Apply("Mul", (X, Number(0.1)))
    assert evaluate_double(product, np.ones(1))[0] == float(np.float32(0.1))
    assert evaluate(product, np.ones(1, np.float32))[0] == np.float32(0.1)


def test_constants_take_the_shape_of_the_tensor():
    np.testing.assert_array_equal(evaluate(Number(2), X32), np.full_like(X32, 2), strict=True)


def test_shared_parts_are_computed_once():
    """A chain of x * sigmoid(x) doubles with each step, unless parts that are one object are computed once."""
    swish = X
    for _ in range(60):
        swish = Apply("Mul", (swish, Apply("Sigmoid", (swish,))))
    assert np.isfinite(evaluate(swish, X32)).all()


def test_unknown_operators_are_named():
    with pytest.raises(ValueError, match=r"^expression: the operator Einsum is not among Abs, "):
        evaluate(Apply("Einsum", (X,)), X32)
