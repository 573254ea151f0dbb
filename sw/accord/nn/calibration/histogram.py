"""A histogram of bounded memory that does not depend on the order in which its values came.

The width of a bin is a power of two, 2^e, and bins are counted from zero: a value x falls into bin trunc(x / 2^e).
Doubling the width joins bins 2i and 2i + 1 exactly, because trunc(trunc(x / 2^e) / 2) = trunc(x / 2^(e + 1)). e is the
least under which the largest magnitude has a bin. So the counts depend on the values alone: however they are divided
into batches, in whatever order, and whether by one histogram or by several that are merged, they come out the same.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

MAGNITUDES = 4096
"""Bins on each side; the largest magnitude is in the upper half of them, so 8-bit steps are 8 bins wide or more."""
_MAGNITUDE_BITS = MAGNITUDES.bit_length() - 1
_ZERO = MAGNITUDES - 1
LEAST_EXPONENT = -126
"""So that 2^-e is a float32. Where no magnitude reaches 2^-114, bins are fewer; MSE and Entropy take what they saw."""
CHUNK = 65_536
"""Values binned at a time, for memory that does not grow with the batch, and to stay in the cache."""


class Histogram:
    """Counts of float32 values, exact zeros apart.

    Bin 0 is open at both ends, (-2^e, 2^e); bin i > 0 is [i 2^e, (i + 1) 2^e), and bin -i is its mirror image.
    """

    def __init__(self, dtype: DTypeLike = np.int64) -> None:
        self.exponent = LEAST_EXPONENT
        self.zeros = 0
        self.counts: NDArray[Any] = np.zeros(2 * MAGNITUDES - 1, dtype)

    def add(self, values: NDArray[np.float32], largest: float) -> None:
        """Count values, one axis, all finite; ``largest`` is their largest magnitude."""
        self._widen(_exponent(largest))
        factor = np.float32(2.0**-self.exponent)
        for start in range(0, values.size, CHUNK):
            chunk = values[start : start + CHUNK]
            zeros = chunk.size - int(np.count_nonzero(chunk))
            # a product that underflows is in bin 0, as it should be
            with np.errstate(under="ignore"):
                bins = (chunk * factor).astype(np.intp)
            bins += _ZERO
            self.counts += np.bincount(bins, minlength=self.counts.size)
            self.counts[_ZERO] -= zeros
            self.zeros += zeros

    def merged(self, other: "Histogram") -> "Histogram":
        """Return the histogram of the values of both."""
        result = Histogram(self.counts.dtype)
        for part in (self, other):
            result.add_scaled(part, 1)
        return result

    def add_scaled(self, other: "Histogram", factor: float) -> None:
        """Count what another has counted, each value ``factor`` times."""
        self._widen(max(self.exponent, other.exponent))
        self.counts += _joined(other.counts, self.exponent - other.exponent) * factor
        self.zeros += other.zeros

    def bins(self, low: float, high: float) -> tuple[NDArray[np.float64], NDArray[Any]]:
        """Return (n + 1) edges and n counts, from the first bin that is not empty to the last; n is 0 without any.

        ``low`` and ``high`` are the least and the largest value counted: no bin needs to reach beyond.
        """
        used = np.flatnonzero(self.counts)
        if not used.size:
            return np.zeros(1), np.zeros(0, np.int64)
        first, last = int(used[0]), int(used[-1])
        # the edges are ..., -2, -1, 1, 2, ... widths: bin 0 has both sides of zero
        edges = np.arange(first, last + 2) - MAGNITUDES
        edges += edges >= 0
        return np.clip(np.ldexp(edges.astype(np.float64), self.exponent), low, high), self.counts[first : last + 1]

    def _widen(self, exponent: int) -> None:
        if exponent > self.exponent:
            self.counts = _joined(self.counts, exponent - self.exponent)
            self.exponent = exponent


def _exponent(largest: float) -> int:
    """Return the least exponent under which ``largest`` has a bin; frexp(x) = (m, k) means x < 2^k."""
    return max(math.frexp(largest)[1] - _MAGNITUDE_BITS, LEAST_EXPONENT) if largest else LEAST_EXPONENT


def _joined(counts: NDArray[Any], doublings: int) -> NDArray[Any]:
    """Return the counts after the width was doubled so many times; bin i goes to trunc(i / 2^doublings)."""
    if not doublings:
        return counts
    joined = np.zeros_like(counts)
    size = 1 << min(doublings, _MAGNITUDE_BITS)
    kept = MAGNITUDES // size
    for side in (1, -1):
        bins = counts[_ZERO::side].copy()
        if side < 0:
            bins[0] = 0  # bin 0 belongs to both sides and goes with the first
        joined[_ZERO::side][:kept] += bins.reshape(kept, size).sum(1)
    return joined
