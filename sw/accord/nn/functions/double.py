"""The functions of one tensor in double precision, by their definitions."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.operators import JOINING
from accord.nn.functions.reals import SELU_ALPHA, SELU_GAMMA

Doubles = NDArray[np.float64]
Function = Callable[..., Doubles]

_ERF = np.frompyfunc(math.erf, 1, 1)


def erf(x: Doubles) -> Doubles:
    """Return the error function."""
    return np.asarray(_ERF(x), np.float64)


def logistic(x: Doubles) -> Doubles:
    """Return 1 / (1 + e^-x), without overflow."""
    small = np.exp(-np.abs(x))
    ratio: Doubles = np.where(x >= 0, 1.0, small) / (1.0 + small)
    return ratio


def hard_sigmoid(x: Doubles, alpha: float = 0.2, beta: float = 0.5) -> Doubles:
    """Return alpha x + beta, clamped to [0, 1]."""
    bounded: Doubles = np.clip(alpha * x + beta, 0.0, 1.0)
    return bounded


def softplus(x: Doubles) -> Doubles:
    """Return log(1 + e^x), without overflow."""
    total: Doubles = np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
    return total


def elu(x: Doubles, alpha: float = 1.0) -> Doubles:
    """Return x, or alpha (e^x - 1) below zero."""
    return np.where(x >= 0, x, alpha * np.expm1(x))


def celu(x: Doubles, alpha: float = 1.0) -> Doubles:
    """Return max(x, 0) + min(alpha (e^(x / alpha) - 1), 0)."""
    total: Doubles = np.maximum(x, 0.0) + np.minimum(alpha * np.expm1(x / alpha), 0.0)
    return total


def selu(x: Doubles, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> Doubles:
    """Return gamma x, or gamma alpha (e^x - 1) below zero."""
    return np.where(x > 0, gamma * x, gamma * alpha * np.expm1(x))


def gelu(x: Doubles, approximate: str = "none") -> Doubles:
    """Return x / 2 times 1 + erf(x / sqrt 2), or its approximation by a hyperbolic tangent."""
    inner = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)) if approximate == "tanh" else erf(x / math.sqrt(2))
    product: Doubles = 0.5 * x * (1.0 + inner)
    return product


def _relu(x: Doubles) -> Doubles:
    return np.maximum(x, 0.0)


def _leaky_relu(x: Doubles, alpha: float = 0.01) -> Doubles:
    return np.where(x >= 0, x, alpha * x)


def _thresholded_relu(x: Doubles, alpha: float = 1.0) -> Doubles:
    return np.where(x > alpha, x, 0.0)


def _shrink(x: Doubles, lambd: float = 0.5, bias: float = 0.0) -> Doubles:
    return np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0.0))


def _hard_swish(x: Doubles) -> Doubles:
    product: Doubles = x * hard_sigmoid(x, 1 / 6)
    return product


def _mish(x: Doubles) -> Doubles:
    product: Doubles = x * np.tanh(softplus(x))
    return product


def _quick_gelu(x: Doubles, alpha: float = 1.702) -> Doubles:
    product: Doubles = x * logistic(alpha * x)
    return product


def _softsign(x: Doubles) -> Doubles:
    ratio: Doubles = x / (1.0 + np.abs(x))
    return ratio


def _reciprocal(x: Doubles) -> Doubles:
    ratio: Doubles = 1.0 / x
    return ratio


DOUBLES: dict[str, Function] = {
    **JOINING,
    "Abs": np.abs,
    "Ceil": np.ceil,
    "Celu": celu,
    "Elu": elu,
    "Erf": erf,
    "Exp": np.exp,
    "Floor": np.floor,
    "Gelu": gelu,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": _hard_swish,
    "LeakyRelu": _leaky_relu,
    "Log": np.log,
    "Mish": _mish,
    "Neg": np.negative,
    "QuickGelu": _quick_gelu,
    "Reciprocal": _reciprocal,
    "Relu": _relu,
    "Round": np.rint,
    "Selu": selu,
    "Shrink": _shrink,
    "Sigmoid": logistic,
    "Sign": np.sign,
    "Softplus": softplus,
    "Softsign": _softsign,
    "Sqrt": np.sqrt,
    "Tanh": np.tanh,
    "ThresholdedRelu": _thresholded_relu,
}
"""By operator, as :data:`accord.nn.functions.operators.OPERATORS` in float32."""
