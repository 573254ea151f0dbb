"""Percentile: all but a fixed part of the values."""

import numpy as np

from accord.nn.calibration.observer import HistogramObserver

DEFAULT = 99.99


class Percentile(HistogramObserver):
    """The range that keeps ``percentile`` % of the values, half of the rest cut off at either end.

    Exact zeros do not count: every range represents them exactly, and after a ReLU they would outweigh the others.
    Inside a bin values are taken to be spread evenly. ValueError unless 0 < percentile <= 100; 100 is MinMax.
    """

    method = "percentile"

    def __init__(self, percentile: float = DEFAULT) -> None:
        super().__init__()
        if not 0 < percentile <= 100:
            raise ValueError(f"percentile={percentile}: must be above 0, at most 100")
        self.percentile = float(percentile)

    @property
    def options(self) -> dict[str, float | str]:
        """The percentile."""
        return {"percentile": self.percentile}

    def _range(self) -> tuple[float, float]:
        edges, counts = self.histogram.bins(self.low, self.high)
        if not counts.size:
            return 0.0, 0.0
        below = np.concatenate([[0], np.cumsum(counts)])
        cut = float(below[-1]) * (100.0 - self.percentile) / 200.0
        return _quantile(edges, below, cut), -_quantile(-edges[::-1], below[-1] - below[::-1], cut)


def _quantile(edges: np.ndarray, below: np.ndarray, cut: float) -> float:
    """Return the value with ``cut`` values below it."""
    at = int(np.searchsorted(below, cut, side="right")) - 1
    if at + 1 == below.size:
        return float(edges[-1])
    part = (cut - float(below[at])) / float(below[at + 1] - below[at])
    return float(edges[at] + part * (edges[at + 1] - edges[at]))
