"""Operators of expressions: those of one tensor, and those that join two operands, in float32."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.reals import FUNCTIONS, Function

Reals = NDArray[np.float32]


def clip(x: Reals, low: Reals, high: Reals) -> Reals:
    """Return x between two bounds; ``high`` where they cross."""
    return np.minimum(np.maximum(x, low), high)


def prelu(x: Reals, slope: Reals) -> Reals:
    """Return x, or slope times x below zero."""
    return np.where(x < 0, slope * x, x)


def power(x: Reals, exponent: Reals) -> Reals:
    """Return the square or the cube of x."""
    cube: Reals = x * x if exponent == 2 else x * x * x
    return cube


JOINING: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Clip": clip,
    "Div": np.divide,
    "Max": np.maximum,
    "Min": np.minimum,
    "Mul": np.multiply,
    "PRelu": prelu,
    "Pow": power,
    "Sub": np.subtract,
}
"""By operator, of two operands; Clip of three. They take float32 and float64 alike."""
OPERATORS: dict[str, Function] = {**{name: function for name, (function, _) in FUNCTIONS.items()}, **JOINING}
