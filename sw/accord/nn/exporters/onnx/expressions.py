"""Expressions as ONNX operators of opset 17, in the order in which they are computed."""

from collections.abc import Callable

import numpy as np

from accord.nn.exporters.onnx.writer import Writer
from accord.nn.functions.reals import GELU_TANH, SQRT_HALF
from accord.nn.graph import Apply, Expression, Number, Variable, X

ONE, HALF = Number(1.0), Number(0.5)


def write_expression(writer: Writer, expression: Expression, x: str, output: str) -> str:
    """Write a function of the tensor ``x``, and return the tensor it is in: ``output``, or x itself."""
    return _Expressions(writer, x, output).write(expression)


class _Expressions:
    """One function; what occurs twice in it is written once."""

    def __init__(self, writer: Writer, x: str, output: str) -> None:
        self._writer, self._output = writer, output
        self._known: dict[Expression, str] = {X: x}

    def write(self, expression: Expression) -> str:
        return self._written(plain(expression), self._output)

    def _written(self, found: Expression, output: str | None = None) -> str:
        if found in self._known:
            return self._known[found]
        if isinstance(found, Number):
            name = self._writer.constant(f"{self._output}/number", np.array(found.value, np.float32))
        else:
            assert isinstance(found, Apply)
            inputs = [self._written(one) for one in found.arguments]
            name = output or self._writer.fresh(f"{self._output}/{found.op}")
            self._writer.add(found.op, inputs, name, **dict(found.options))
        self._known[found] = name
        return name


def plain(found: Expression) -> Expression:
    """Return an expression of operators that opset 17 has; the results in float32 stay the same."""
    if isinstance(found, Variable | Number):
        return found
    arguments = tuple(plain(one) for one in found.arguments)
    options = dict(found.options)
    if found.op in NEWER:
        return NEWER[found.op](arguments[0], options)
    return Apply(found.op, arguments, found.options)


def _gelu(x: Expression, options: dict[str, float | int | str]) -> Expression:
    if options.get("approximate", "none") == "tanh":
        linear, cubic = (Number(float(number)) for number in GELU_TANH)
        square = Apply("Mul", (Apply("Mul", (cubic, x)), x))
        inner = Apply("Tanh", (Apply("Mul", (x, Apply("Add", (square, linear)))),))
    else:
        inner = Apply("Erf", (Apply("Mul", (x, Number(float(SQRT_HALF)))),))
    return Apply("Mul", (Apply("Mul", (HALF, x)), Apply("Add", (inner, ONE))))


def _mish(x: Expression, options: dict[str, float | int | str]) -> Expression:
    return Apply("Mul", (x, Apply("Tanh", (Apply("Softplus", (x,)),))))


def _quick_gelu(x: Expression, options: dict[str, float | int | str]) -> Expression:
    alpha = Number(float(options.get("alpha", 1.702)))
    return Apply("Mul", (x, Apply("Sigmoid", (Apply("Mul", (alpha, x)),))))


NEWER: dict[str, Callable[[Expression, dict[str, float | int | str]], Expression]] = {
    "Gelu": _gelu,
    "Mish": _mish,
    "QuickGelu": _quick_gelu,
}
"""Of opset 18 and later, or of another domain."""
