"""Relative: the range of the least error beside each sample's own size, with room for samples larger than any seen."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration.histogram import LEAST_EXPONENT, Histogram
from accord.nn.calibration.mse import SquaredError
from accord.nn.calibration.observer import Observer
from accord.nn.calibration.search import least
from accord.nn.params import QuantizationScheme

LARGER = 1.7
SHARE = 0.15


class Relative(Observer):
    """The range that minimizes the mean over samples of |dequantize(quantize(x)) - x|^2 / |x|^2.

    Each sample, along axis 0, counts alike, however large its values: that is what the cosine of a sample sees, while
    the plain mean of squared errors is that of the few largest samples. ``share`` of the weight has the same data
    ``larger`` times as large: samples yet unseen may be, and what a range cuts off costs them more than wider steps
    cost the others.

    Weights are the powers of two nearest to 1 / |x|^2, computed from bins, so that sums are exact while the sizes of
    samples are within a factor of a thousand: then the range does not depend on the order, as with all methods.
    """

    method = "relative"

    def __init__(
        self,
        scheme: QuantizationScheme = QuantizationScheme.ASYMMETRIC,
        *,
        larger: float = LARGER,
        share: float = SHARE,
    ) -> None:
        super().__init__()
        if not (larger >= 1 and 0 <= share < 1):
            raise ValueError(f"larger={larger}, share={share}: expected 1 or more, and 0 or more but less than 1")
        self.scheme, self.larger, self.share = QuantizationScheme(scheme), float(larger), float(share)
        self.histogram = Histogram(np.float64)

    @property
    def options(self) -> dict[str, float | str]:
        """The scheme, and the room for larger samples."""
        return {"scheme": self.scheme.value, "larger": self.larger, "share": self.share}

    def update(self, batch: NDArray[np.float32]) -> None:
        """Take in a batch, as any observer does."""
        super().update(batch)
        for sample in batch.reshape(len(batch), -1):
            self._add(sample)

    def merge(self, other: Observer) -> Self:
        """Return an observer that has seen what both have; neither changes. TypeError for another method or options."""
        result = super().merge(other)
        if isinstance(other, Relative):
            result.histogram = self.histogram.merged(other.histogram)
        return result

    def _add(self, sample: NDArray[np.float32]) -> None:
        low, high = float(sample.min()), float(sample.max())
        seen = Histogram()
        seen.add(sample, max(-low, high))
        edges, counts = seen.bins(low, high)
        middles = (edges[:-1] + edges[1:]) / 2
        energy = float((counts * middles * middles).sum())
        if energy > 0:
            self.histogram.add_scaled(seen, 2.0 ** -float(np.rint(np.log2(energy))))

    def _range(self) -> tuple[float, float]:
        low, high = min(self.low, 0.0), max(self.high, 0.0)
        if self.histogram.exponent == LEAST_EXPONENT:  # nothing to tell bins apart by
            return low, high
        error = SquaredError(*self.histogram.bins(self.low, self.high), self.scheme)
        room = self.larger if self.share else 1.0

        def cost(bottom: float, top: float) -> float:
            if not self.share:
                return error(bottom, top)
            # larger data and a range err as the data and a smaller range do
            return (1 - self.share) * error(bottom, top) + self.share * error(bottom / room, top / room)

        return least(cost, low * room, high * room, self.scheme is QuantizationScheme.SYMMETRIC)
