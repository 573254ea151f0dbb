"""Expressions on arrays: in float32 as ONNX Runtime computes them, or in double."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.double import DOUBLES
from accord.nn.functions.operators import OPERATORS
from accord.nn.graph.function import Apply, Expression, Variable


def evaluate(expression: Expression, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the function of each element, float32 of x's shape: ONNX Runtime's kernels, one operator after another.

    ValueError for an operator that is not known.
    """
    found = _Evaluation(OPERATORS, np.asarray(x, np.float32)).of(expression)
    return np.broadcast_to(found, np.shape(x)).astype(np.float32, copy=False)


def evaluate_double(expression: Expression, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the function of each element, float64 of x's shape; numbers and options count as the float32 they are.

    ValueError for an operator that is not known.
    """
    found = _Evaluation(DOUBLES, np.asarray(x, np.float64)).of(expression)
    return np.broadcast_to(found, np.shape(x)).astype(np.float64, copy=False)


class _Evaluation:
    """One expression, whose parts are computed once each."""

    def __init__(self, operators: Mapping[str, Callable[..., Any]], x: NDArray[Any]) -> None:
        self._operators, self._x = operators, x
        self._known: dict[int, NDArray[Any]] = {}

    def of(self, expression: Expression) -> NDArray[Any]:
        with np.errstate(all="ignore"):
            return self._of(expression)

    def _of(self, expression: Expression) -> NDArray[Any]:
        key = id(expression)
        if key not in self._known:
            self._known[key] = self._computed(expression)
        return self._known[key]

    def _computed(self, expression: Expression) -> NDArray[Any]:
        if isinstance(expression, Variable):
            return self._x
        if not isinstance(expression, Apply):
            return np.asarray(np.float32(expression.value), self._x.dtype)
        if expression.op not in self._operators:
            raise ValueError(f"expression: the operator {expression.op} is not among {', '.join(self._operators)}")
        arguments = [self._of(one) for one in expression.arguments]
        found: NDArray[Any] = self._operators[expression.op](*arguments, **dict(expression.options))
        return found
