"""How far quantized values are from the real ones: cosine, signal to noise, largest difference, saturation.

Figures are computed in double, on arrays of any shape, the same for both; NaN and infinities are refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.nn.params import QuantizationParams


@dataclass(frozen=True)
class ErrorFigures:
    """The figures of one tensor beside its real values."""

    cosine: float
    sqnr_db: float
    max_abs: float
    saturation_rate: float


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Return a . b / (|a| |b|), in [-1, 1]; 1 where both are zero, 0 where one is. ValueError for other shapes."""
    x, y = _pair(a, b)
    x, y = _normalized(x), _normalized(y)
    if not x.any() or not y.any():
        return float(x.any() == y.any())
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


def sqnr_db(reference: ArrayLike, values: ArrayLike) -> float:
    """Return 10 log10 of the reference's energy over the error's, in decibels.

    +inf without an error, -inf with one where the reference is zero. ValueError for other shapes.
    """
    x, y = _pair(reference, values)
    error = float(np.linalg.norm(x - y))
    if error == 0.0:
        return np.inf
    signal = float(np.linalg.norm(x))
    return 20.0 * float(np.log10(signal / error)) if signal else -np.inf


def max_abs(a: ArrayLike, b: ArrayLike) -> float:
    """Return the largest |a - b|, 0 of empty arrays. ValueError for other shapes."""
    x, y = _pair(a, b)
    return float(np.abs(x - y).max(initial=0.0))


def saturation_rate(reference: ArrayLike, params: QuantizationParams) -> float:
    """Return the part of the real values that lie more than half a step beyond the ends of the range, 0 to 1."""
    x = _finite("reference", reference)
    low, high = params.limits
    scale, zero = (params.aligned(part.astype(np.float64), x.ndim) for part in (params.scale, params.zero_point))
    beyond = (x < (low - zero - 0.5) * scale) | (x > (high - zero + 0.5) * scale)
    return float(beyond.mean()) if x.size else 0.0


def _finite(name: str, values: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(values, np.float64)
    if not np.isfinite(found).all():
        raise ValueError(f"{name}: every value must be finite")
    return found


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = _finite("first array", a), _finite("second array", b)
    if x.shape != y.shape:
        raise ValueError(f"expected arrays of one shape, got {x.shape} and {y.shape}")
    return x.ravel(), y.ravel()


def _normalized(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide by the largest magnitude, so that no square underflows or overflows."""
    largest = np.abs(x).max(initial=0.0)
    return x / largest if largest else x
