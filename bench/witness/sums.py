"""Sums of products of whole numbers, exact: by matrix products in floating point as long as it holds every sum."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.witness.windows import Window, taps

Ints = NDArray[np.int64]


def product(a: NDArray[Any], b: NDArray[Any]) -> Ints:
    """Return the matrix product of whole numbers."""
    largest = a.shape[-1] * int(np.abs(a).max(initial=0)) * int(np.abs(b).max(initial=0))
    assert largest < 2**53, "a sum that float64 may not hold"
    real = np.float32 if largest < 2**24 else np.float64
    return np.asarray(np.matmul(a.astype(real), b.astype(real)).astype(np.int64))


def convolution(x: Ints, weight: Ints, window: Window, groups: int) -> Ints:
    """Convolve (N, C, H, W) with (O, C / groups, KH, KW); zeros are the padding."""
    images, depth, channels = len(x), weight[0].size, len(weight)
    columns = taps(x, window, 0)  # N, C, KH, KW, OH, OW
    rows, width = columns.shape[-2:]
    columns = columns.reshape(images, groups, depth, rows * width)
    kernels = weight.reshape(groups, channels // groups, depth)
    return product(kernels, columns).reshape(images, channels, rows, width)
