"""float32 functions as ONNX Runtime's CPU kernels compute them: the same operations in the same order.

The polynomials are those of its vector library, evaluated with fused multiply-add as on a processor that has it; the
numbers are rational minimax coefficients that Eigen publishes. Every function maps float32 to float32, elementwise.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

F = np.float32
Reals = NDArray[np.float32]

LOGISTIC_RANGE = F(18.0)
LOGISTIC_P = (
    4.37031012579801e-11,
    1.15627324459942e-07,
    6.08574864600143e-05,
    8.51377133304701e-03,
    2.48287947061529e-01,
)
LOGISTIC_Q = (
    6.10247389755681e-13,
    5.76102136993427e-09,
    6.29106785017040e-06,
    1.70198817374094e-03,
    1.16817656904453e-01,
    9.93151921023180e-01,
)
TANH_RANGE = F(9.0)
TANH_P = (
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-08,
    1.48572235717979e-05,
    6.37261928875436e-04,
    4.89352455891786e-03,
)
TANH_Q = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)


def fma(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Reals:
    """Return float32 a * b + c, rounded once.

    The product is exact in double. The sum is rounded to odd there, which keeps what the second rounding, to float32,
    has to know: whether it was exact.
    """
    product = np.asarray(a, np.float64) * np.asarray(b, np.float64)
    addend = np.asarray(c, np.float64)
    total = np.array(product + addend, np.float64, ndmin=1)
    back = total - product
    error = (product - (total - back)) + (addend - back)
    bits = total.view(np.int64)
    is_even_and_inexact = (error != 0) & (bits & 1 == 0) & np.isfinite(total)
    towards = np.where((error > 0) == (total > 0), 1, -1)
    odd = np.where(is_even_and_inexact, bits + towards, bits).view(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        return odd.astype(np.float32).reshape(np.broadcast_shapes(np.shape(a), np.shape(b), np.shape(c)))


def _polynomial(coefficients: Sequence[float], x: Reals) -> Reals:
    """Return the polynomial, highest coefficient first, by Horner's rule in fused steps."""
    total = np.full_like(x, F(coefficients[0]))
    for coefficient in coefficients[1:]:
        total = fma(total, x, F(coefficient))
    return total


def logistic(x: Reals) -> Reals:
    """Return 1 / (1 + exp(-x)), a rational approximation of x / 18 and 1/2."""
    v = np.clip(x, -LOGISTIC_RANGE, LOGISTIC_RANGE)
    square = v * v
    ratio = _polynomial(LOGISTIC_P, square) * v / _polynomial(LOGISTIC_Q, square)
    bounded: Reals = np.clip(ratio + F(0.5), F(0), F(1))
    return bounded


def tanh(x: Reals) -> Reals:
    """Return the hyperbolic tangent, a rational approximation."""
    v = np.clip(x, -TANH_RANGE, TANH_RANGE)
    square = v * v
    ratio: Reals = _polynomial(TANH_P, square) * v / _polynomial(TANH_Q, square)
    return ratio


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


Function = Callable[..., Reals]
FUNCTIONS: dict[str, tuple[Function, tuple[str, ...]]] = {
    "Abs": (np.abs, ()),
    "Ceil": (np.ceil, ()),
    "Floor": (np.floor, ()),
    "HardSigmoid": (hard_sigmoid, ("alpha", "beta")),
    "HardSwish": (hard_swish, ()),
    "LeakyRelu": (leaky_relu, ("alpha",)),
    "Neg": (np.negative, ()),
    "Relu": (lambda x: np.maximum(x, F(0)), ()),
    "Round": (np.rint, ()),
    "Sigmoid": (logistic, ()),
    "Softsign": (softsign, ()),
    "Sqrt": (np.sqrt, ()),
    "Tanh": (tanh, ()),
    "ThresholdedRelu": (thresholded_relu, ("alpha",)),
}
"""By operator: the function, and the attributes it takes by these names."""
