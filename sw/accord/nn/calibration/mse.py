"""MSE: the range under which quantization has the least mean squared error."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration.histogram import LEAST_EXPONENT
from accord.nn.calibration.observer import HistogramObserver
from accord.nn.calibration.search import least
from accord.nn.params import QuantizationParams, QuantizationScheme


class MSE(HistogramObserver):
    """The range that minimizes the mean of (dequantize(quantize(x)) - x)^2 for 8 bits of the ``scheme``.

    The error is that of the grid a range leads to, its rounded zero point included, values spread evenly inside a bin.
    Both ends shrink together first, then each alone. Zeros have no error under any range.
    """

    method = "mse"

    def __init__(self, scheme: QuantizationScheme = QuantizationScheme.ASYMMETRIC) -> None:
        super().__init__()
        self.scheme = QuantizationScheme(scheme)

    @property
    def options(self) -> dict[str, float | str]:
        """The scheme."""
        return {"scheme": self.scheme.value}

    def _range(self) -> tuple[float, float]:
        low, high = min(self.low, 0.0), max(self.high, 0.0)
        if self.histogram.exponent == LEAST_EXPONENT:  # nothing to tell bins apart by
            return low, high
        error = SquaredError(*self.histogram.bins(self.low, self.high), self.scheme)
        return least(error, low, high, self.scheme is QuantizationScheme.SYMMETRIC)


class SquaredError:
    """The summed squared error of quantizing what bins hold, as a function of the range.

    Under a grid of step S the error of x is S r, r = x / S - n, n the nearest step of the grid. Its square has the
    antiderivative S^3 (n / 12 + r^3 / 3), continuous from step to step and right beyond the ends as well.
    """

    def __init__(self, edges: NDArray[np.float64], counts: NDArray[Any], scheme: QuantizationScheme) -> None:
        widths = np.diff(edges)
        self._edges, self._scheme = edges, scheme
        self._density = np.divide(counts, widths, out=np.zeros(counts.shape), where=widths > 0)
        # a bin cut down to nothing: all of its values are the least, or the largest one
        self._points, self._masses = edges[:-1][widths == 0], counts[widths == 0]

    def __call__(self, low: float, high: float) -> float:
        """Return the sum of squared errors where [low, high] is quantized."""
        params = QuantizationParams.of_range(low, high, np.int8, self._scheme)
        scale, zero = float(params.scale), int(params.zero_point)
        ends = params.limits[0] - zero, params.limits[1] - zero
        n, r = _step(self._edges / scale, ends)
        areas = np.diff(n / 12 + r * r * r / 3) * scale
        _, at_points = _step(self._points / scale, ends)
        return float(scale * scale * ((areas * self._density).sum() + (at_points * at_points * self._masses).sum()))


def _step(quotients: NDArray[np.float64], ends: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nearest steps of the grid, and how far away they are."""
    n = np.clip(np.rint(quotients), ends[0], ends[1])
    return n, quotients - n
