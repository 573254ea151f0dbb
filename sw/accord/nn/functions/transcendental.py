"""Transcendental functions in float32, as ONNX Runtime's CPU kernels compute them: the same operations in order.

Its own vector library evaluates with fused multiply-add; what it leaves to Eigen (``exp_unfused``, ``log``, ``log1p``)
is compiled without. Coefficients are the minimax ones both publish. Every function maps float32 to float32.
"""

from collections.abc import Sequence

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

ERF_RANGE, ERF_SPLIT = F(3.925), F(0.921875)
ERF_SMALL = (-5.99104969e-4, 4.99339588e-3, -2.67667342e-2, 1.12818025e-1, -3.76124859e-1, 1.28379151e-1)
ERF_BIG = (1.72948930e-5, -3.83208680e-4, 3.88393435e-3, -2.42545605e-2, 1.06777847e-1, 6.34846687e-1, 1.28717512e-1)
ERF_EXP = (1.38319808e-3, 8.37550033e-3, 4.16689515e-2, 1.66664466e-1, 4.99999851e-1, 1.0, 1.0)
EXP_LOW, EXP_HIGH = F(-103.9720840454), F(88.7762626647950)
EXP_DIGITS = "0x1.694p-10", "0x1.125edcp-7", "0x1.555b5ap-5", "0x1.55545p-3", "0x1.fffff6p-2"
EXP = (*map(float.fromhex, EXP_DIGITS), 1.0, 1.0)
LOG2E, LN2 = F(1.44269504088896341), F(0.6931471805599453)
LN2_HIGH, LN2_LOW = F(-6.93145752e-1), F(-1.42860677e-6)
ROUNDER = F(1.5 * 2**23)
"""Added and taken away again, it leaves the nearest integer."""
UNFUSED_HIGH, UNFUSED_LOW = F(88.723), F(-104.0)
UNFUSED_EVEN = F(1.37449637986719608306884765625e-3), F(4.166965186595916748046875e-2), F(0.49999988079071044921875)
UNFUSED_ODD = F(8.36894474923610687255859375e-3), F(0.16666518151760101318359375)
UNFUSED_LN2 = F(-0.693359375), F(2.12194440e-4)
LOG_P = F(0.18256296349849254), F(1.0000000190281063), F(1.0000000190281136)
LOG_Q = F(0.049616247954120038), F(0.59923249590823520), F(1.4999999999999927), F(1.0)
SQRT_HALF = F(0.707106781186547524)


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


def _scaled(y: Reals, powers: Reals) -> Reals:
    """Return y * 2^powers."""
    with np.errstate(over="ignore", under="ignore"):
        scaled: Reals = np.ldexp(y, powers.astype(np.int32)).astype(F)
    return scaled


def _reduced(x: Reals) -> tuple[Reals, Reals]:
    """Return the m nearest to x / ln 2, and x - m ln 2."""
    m = fma(x, LOG2E, ROUNDER) - ROUNDER
    return m, fma(m, LN2_LOW, fma(m, LN2_HIGH, x))


def exp(x: Reals) -> Reals:
    """Return e^x: 2^m times a polynomial of the rest."""
    m, rest = _reduced(np.clip(x, EXP_LOW, EXP_HIGH))
    return _scaled(_polynomial(EXP, rest), m)


def erf(x: Reals) -> Reals:
    """Return the error function: one polynomial near zero, 1 - e^-(another) beyond."""
    size = np.minimum(np.abs(x), ERF_RANGE)
    small = fma(_polynomial(ERF_SMALL, size * size), size, size)
    big = np.where(size > ERF_SPLIT, size, F(0))
    m, rest = _reduced(-fma(_polynomial(ERF_BIG, big), big, big))
    beyond = F(1) - _scaled(_polynomial(ERF_EXP, rest), m)
    return np.copysign(np.where(size > ERF_SPLIT, beyond, small), x)


def exp_unfused(x: Reals) -> Reals:
    """Return e^x, every product and sum rounded."""
    bounded = np.minimum(x, UNFUSED_HIGH)
    m = np.floor(bounded * LOG2E + F(0.5))
    r = m * UNFUSED_LN2[1] + (m * UNFUSED_LN2[0] + bounded)
    square = r * r
    even = square * (square * UNFUSED_EVEN[0] + UNFUSED_EVEN[1]) + UNFUSED_EVEN[2]
    odd = square * UNFUSED_ODD[0] + UNFUSED_ODD[1]
    y = square * (r * odd + even) + (r + F(1))
    return np.where(x < UNFUSED_LOW, F(0), np.maximum(_scaled(y, m), x))


def log(x: Reals) -> Reals:
    """Return the natural logarithm: a rational function of the significand, every product and sum rounded."""
    significand, exponent = np.frexp(x)
    m, power = significand.astype(F), exponent.astype(F)
    is_low = m < SQRT_HALF
    m = (m - F(1)) + np.where(is_low, m, F(0))
    p = m * (m * (m * LOG_P[0] + LOG_P[1]) + LOG_P[2])
    q = m * (m * (m * LOG_Q[0] + LOG_Q[1]) + LOG_Q[2]) + LOG_Q[3]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (power - is_low.astype(F)) * LN2 + p / q
    return np.where(x == 0, F(-np.inf), np.where(x < 0, F(np.nan), np.where(np.isposinf(x), x, found)))


def log1p(x: Reals) -> Reals:
    """Return log(1 + x), by Kahan's formula."""
    total = x + F(1)
    found = log(total)
    with np.errstate(invalid="ignore", divide="ignore"):
        corrected = x * (found / (total - F(1)))
    return np.where((total == F(1)) | (total == found), x, corrected)
