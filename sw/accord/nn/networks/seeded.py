"""Seeded numbers and images that are the same to the bit on every machine.

They come from the raw bits of a PCG64 generator, which NumPy promises to keep, by steps that IEEE 754 defines exactly:
no library function of a processor's own, no sum whose order is open.
"""

import math

import numpy as np
from numpy.typing import NDArray

PARTS, PART_BITS = 4, 16
"""Of 64 random bits, added up: nearly normal, at most 3.5 standard deviations from zero."""
DEVIATION = math.sqrt(PARTS * (4.0**PART_BITS - 1) / 12)
WEIGHT_BITS = 15
"""Of a weight's magnitude: a whole number below 2^15 times a power of two."""
OCTAVES = 5
"""Of an image: grids of 4 to 64 points, each half as strong as the one before."""


class Seeded:
    """A stream of numbers."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def _words(self, count: int) -> NDArray[np.uint64]:
        return np.asarray(self._bits.random_raw(count), np.uint64)

    def normal(self, *shape: int) -> NDArray[np.float64]:
        """Return numbers of mean 0 and deviation 1."""
        words = self._words(math.prod(shape))
        parts = [(words >> np.uint64(PART_BITS * part)) & np.uint64(2**PART_BITS - 1) for part in range(PARTS)]
        whole = sum(part.astype(np.int64) for part in parts) - PARTS * (2**PART_BITS - 1) // 2
        numbers: NDArray[np.float64] = np.asarray(whole, np.float64).reshape(shape) / DEVIATION
        return numbers

    def uniform(self, low: float, high: float, *shape: int) -> NDArray[np.float64]:
        """Return numbers from ``low`` to ``high``."""
        fractions = (self._words(math.prod(shape)) >> np.uint64(40)).astype(np.float64) / 2.0**24
        spread: NDArray[np.float64] = low + fractions.reshape(shape) * (high - low)
        return spread

    def weights(self, deviation: float, *shape: int) -> NDArray[np.float64]:
        """Return normal numbers of a deviation, each a whole number of 15 bits times one power of two."""
        step = 2.0 ** (math.frexp(4 * deviation)[1] - WEIGHT_BITS)
        whole: NDArray[np.float64] = np.rint(self.normal(*shape) * (deviation / step)) * step
        return whole

    def images(self, count: int, size: int) -> NDArray[np.float64]:
        """Return smooth images (count, size, size, 3), of mean 0 and a deviation of about 0.8."""
        total = np.zeros((count, size, size, 3))
        for octave in range(OCTAVES):
            grid = self.normal(count, 4 << octave, 4 << octave, 3) * 0.5**octave
            total += _stretched(_stretched(grid, size).transpose(0, 2, 1, 3), size)
        return total


def _stretched(grid: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return axis 1 of a grid stretched to a size, linearly between its points."""
    points = grid.shape[1]
    place = np.clip((np.arange(size) + 0.5) * points / size - 0.5, 0, points - 1)
    below = np.minimum(place.astype(np.int64), points - 2)
    share = (place - below)[:, None, None]
    stretched: NDArray[np.float64] = grid[:, below] * (1 - share) + grid[:, below + 1] * share
    return stretched
