"""What all calibration methods share: batches go in, one after another, a range comes out."""

import copy
from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration.histogram import Histogram
from accord.nn.calibration.record import Record


class Observer(ABC):
    """Watches one tensor. Its memory does not grow with what it sees, and no value is kept.

    The range depends on the values alone, not on their order, their division into batches, or whether several
    observers saw them and were merged.
    """

    method: ClassVar[str]

    def __init__(self) -> None:
        self.batches = self.samples = self.values = 0
        self.low, self.high = np.inf, -np.inf

    @property
    def options(self) -> dict[str, float | str]:
        """How the observer was made; observers of other options cannot be merged."""
        return {}

    def update(self, batch: NDArray[np.float32]) -> None:
        """Take in a batch, float32, its samples along axis 0.

        TypeError for another dtype; ValueError for an empty batch, no axis, NaN or an infinity. A batch that is refused
        leaves the observer as it was.
        """
        if not isinstance(batch, np.ndarray) or batch.dtype != np.float32:
            found = getattr(batch, "dtype", type(batch).__name__)
            raise TypeError(
                f"batch: expected a NumPy array of float32, got {found}; convert it with astype(np.float32)"
            )
        if not batch.size or not batch.ndim:
            raise ValueError(f"batch: expected samples along axis 0, got shape {batch.shape}")
        values = batch.reshape(-1)
        low, high = float(values.min()), float(values.max())  # NaN is the least and the largest where there is one
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError(
                "batch: every value must be finite; a network that gives NaN or infinities has to be mended"
            )
        self.batches += 1
        self.samples += len(batch)
        self.values += values.size
        self.low, self.high = min(self.low, low), max(self.high, high)

    def merge(self, other: "Observer") -> Self:
        """Return an observer that has seen what both have; neither changes. TypeError for another method or options."""
        if type(other) is not type(self) or other.options != self.options:
            theirs = f"{getattr(other, 'method', type(other).__name__)} {getattr(other, 'options', '')}"
            raise TypeError(f"other: expected {self.method} {self.options}, got {theirs}")
        result = copy.copy(self)
        result.batches += other.batches
        result.samples += other.samples
        result.values += other.values
        result.low, result.high = min(self.low, other.low), max(self.high, other.high)
        return result

    def range(self) -> tuple[float, float]:
        """Return the (low, high) to quantize: of what was seen, zero in it. ValueError before the first batch."""
        if not self.batches:
            raise ValueError("no batch was seen: call update first")
        low, high = self._range()
        return min(low, 0.0), max(high, 0.0)

    def record(self) -> Record:
        """Return the range and where it came from. ValueError before the first batch."""
        chosen = self.range()
        seen = (self.low, self.high)
        return Record(self.method, self.options, self.batches, self.samples, self.values, seen, chosen)

    @abstractmethod
    def _range(self) -> tuple[float, float]:
        """Return the ends that the method chooses, not yet widened."""


class HistogramObserver(Observer):
    """An observer whose range comes from a histogram."""

    def __init__(self) -> None:
        super().__init__()
        self.histogram = Histogram()

    def update(self, batch: NDArray[np.float32]) -> None:
        """Take in a batch, as any observer does."""
        super().update(batch)
        self.histogram.add(batch.reshape(-1), max(-self.low, self.high))

    def merge(self, other: Observer) -> Self:
        """Return an observer that has seen what both have; neither changes. TypeError for another method or options."""
        result = super().merge(other)
        if isinstance(other, HistogramObserver):
            result.histogram = self.histogram.merged(other.histogram)
        return result
