"""Functions of one tensor in float32, as ONNX Runtime's CPU kernels compute them: the same operations in order."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.transcendental import erf, exp, exp_unfused, log, log1p, logistic, tanh

F = np.float32
Reals = NDArray[np.float32]

SELU_ALPHA, SELU_GAMMA = 1.67326319217681884765625, 1.05070102214813232421875
SQRT_HALF = F(0.70710678118654752440)
GELU_TANH = F(0.7978845608028654), F(0.035677408136300125)
"""sqrt(2 / pi), and 0.044715 times that."""


def hard_sigmoid(x: Reals, alpha: float = 0.2, beta: float = 0.5) -> Reals:
    """Return alpha x + beta, clamped to [0, 1]; product and sum round separately."""
    bounded: Reals = np.clip(F(alpha) * x + F(beta), F(0), F(1))
    return bounded


def hard_swish(x: Reals) -> Reals:
    """Return x times hard_sigmoid(x, 1/6, 1/2)."""
    product: Reals = x * hard_sigmoid(x, 1 / 6, 0.5)
    return product


def leaky_relu(x: Reals, alpha: float = 0.01) -> Reals:
    """Return x, or alpha x below zero."""
    return np.where(x >= 0, x, F(alpha) * x)


def softsign(x: Reals) -> Reals:
    """Return the reciprocal of 1 + |x|, times x."""
    product: Reals = (F(1) / (F(1) + np.abs(x))) * x
    return product


def thresholded_relu(x: Reals, alpha: float = 1.0) -> Reals:
    """Return x where it is above alpha, else 0."""
    return np.where(x > F(alpha), x, F(0))


def shrink(x: Reals, lambd: float = 0.5, bias: float = 0.0) -> Reals:
    """Return x + bias below -lambd, x - bias above lambd, else 0."""
    return np.where(x < -F(lambd), x + F(bias), np.where(x > F(lambd), x - F(bias), F(0)))


def elu(x: Reals, alpha: float = 1.0) -> Reals:
    """Return x, or alpha (e^x - 1) below zero."""
    return np.where(x >= 0, x, F(alpha) * (exp_unfused(x) - F(1)))


def celu(x: Reals, alpha: float = 1.0) -> Reals:
    """Return max(x, 0) + min(alpha (e^(x / alpha) - 1), 0)."""
    total: Reals = np.maximum(x, F(0)) + np.minimum(F(alpha) * (exp_unfused(x / F(alpha)) - F(1)), F(0))
    return total


def selu(x: Reals, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> Reals:
    """Return gamma x, or (gamma alpha) (e^x - 1) below zero."""
    return np.where(x > 0, F(gamma) * x, F(gamma) * F(alpha) * (exp_unfused(x) - F(1)))


def softplus(x: Reals) -> Reals:
    """Return log(1 + e^x), without overflow."""
    return np.where(x > 0, x + log1p(exp_unfused(-x)), log1p(exp_unfused(x)))


def mish(x: Reals) -> Reals:
    """Return x tanh(log(1 + e^x))."""
    product: Reals = x * tanh(softplus(x))
    return product


def gelu(x: Reals, approximate: str = "none") -> Reals:
    """Return x / 2 times 1 + erf(x / sqrt 2), or its approximation by a hyperbolic tangent."""
    is_tanh = approximate == "tanh"
    inner = tanh(x * (GELU_TANH[1] * x * x + GELU_TANH[0])) if is_tanh else erf(x * SQRT_HALF)
    product: Reals = F(0.5) * x * (inner + F(1))
    return product


def quick_gelu(x: Reals, alpha: float = 1.702) -> Reals:
    """Return x times the logistic function of alpha x."""
    product: Reals = x * logistic(F(alpha) * x)
    return product


Function = Callable[..., Reals]
FUNCTIONS: dict[str, tuple[Function, tuple[str, ...]]] = {
    "Abs": (np.abs, ()),
    "Ceil": (np.ceil, ()),
    "Celu": (celu, ("alpha",)),
    "Elu": (elu, ("alpha",)),
    "Erf": (erf, ()),
    "Exp": (exp, ()),
    "Floor": (np.floor, ()),
    "Gelu": (gelu, ("approximate",)),
    "HardSigmoid": (hard_sigmoid, ("alpha", "beta")),
    "HardSwish": (hard_swish, ()),
    "LeakyRelu": (leaky_relu, ("alpha",)),
    "Log": (log, ()),
    "Mish": (mish, ()),
    "Neg": (np.negative, ()),
    "QuickGelu": (quick_gelu, ("alpha",)),
    "Reciprocal": (lambda x: F(1) / x, ()),
    "Relu": (lambda x: np.maximum(x, F(0)), ()),
    "Round": (np.rint, ()),
    "Selu": (selu, ("alpha", "gamma")),
    "Shrink": (shrink, ("lambd", "bias")),
    "Sigmoid": (logistic, ()),
    "Sign": (np.sign, ()),
    "Softplus": (softplus, ()),
    "Softsign": (softsign, ()),
    "Sqrt": (np.sqrt, ()),
    "Tanh": (tanh, ()),
    "ThresholdedRelu": (thresholded_relu, ("alpha",)),
}
"""By operator: the function, and the attributes it takes by these names."""
