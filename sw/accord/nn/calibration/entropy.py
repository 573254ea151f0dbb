"""Entropy: the range under which the quantized distribution tells most of the original one."""

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration.histogram import LEAST_EXPONENT
from accord.nn.calibration.observer import HistogramObserver
from accord.nn.params import QuantizationParams, QuantizationScheme

CANDIDATES = 128
LARGEST_LOSS = 0.01
"""Of the values. A range that holds next to nothing would tell everything of what it holds."""


class Entropy(HistogramObserver):
    """The range of least Kullback-Leibler divergence KL(P || Q), after TensorRT's 8-bit calibration.

    For each of 128 thresholds t, equally spaced up to the largest magnitude, values are clipped to [-t, t]. P is the
    histogram inside, what lies outside added to its first and last bin that are not empty. Q is the histogram inside as
    8 bits of the ``scheme`` tell it: each step's values spread evenly over those of its bins that are not empty. The
    widest of equally good ranges is chosen. A step is no narrower than a bin, or Q would always be P; at most 1 % of
    the values lie outside. Zeros do not count.

    Source of the method: S. Migacz, 8-bit inference with TensorRT, GTC 2017.
    """

    method = "entropy"

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
        edges, counts = self.histogram.bins(self.low, self.high)
        used = counts > 0
        centres, masses = ((edges[:-1] + edges[1:]) / 2)[used], counts[used].astype(np.float64)
        largest, width = max(-low, high), 2.0**self.histogram.exponent
        best, least = (low, high), np.inf
        for part in range(CANDIDATES, 0, -1):
            t = largest * part / CANDIDATES
            ends = max(low, -t), min(high, t)
            params = QuantizationParams.of_range(*ends, np.int8, self.scheme)
            if params.scale < width:
                break
            divergence = _divergence(centres, masses, params)
            if divergence < least:
                best, least = ends, divergence
        return best


def _divergence(centres: NDArray[np.float64], masses: NDArray[np.float64], params: QuantizationParams) -> float:
    """Return KL(P || Q) in nats, infinite where too little is inside."""
    low, high = (limit - int(params.zero_point) for limit in params.limits)
    steps = np.rint(centres / float(params.scale))
    first, last = np.searchsorted(steps, [low, high + 1])
    inside = masses[first:last]
    total, kept = masses.sum(), inside.sum()
    if total - kept > LARGEST_LOSS * total:
        return np.inf
    p = inside.copy()
    p[0] += masses[:first].sum()
    p[-1] += masses[last:].sum()
    level = (steps[first:last] - low).astype(np.intp)
    q = (np.bincount(level, inside) / np.maximum(np.bincount(level), 1))[level]
    return float((p * np.log((p / total) / (q / kept))).sum() / total)
