"""Rounding that NumPy does not have."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def round_rmm(values: ArrayLike) -> NDArray[np.floating]:
    """Round to the nearest integer, ties away from zero (RMM, as C ``round``); a float dtype is kept."""
    array = np.asarray(values)
    whole = np.trunc(array)
    # array - whole is exact; floor(x + 0.5) would be wrong for negative ties and for 0.49999997
    away = (np.abs(array - whole) >= 0.5).astype(array.dtype)
    rounded: NDArray[np.floating] = whole + np.copysign(away, array)
    return rounded
