"""Narrowing of integers: modulo 2^width, or clamped."""

from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.signedinteger[Any]]
"""Signed integers of any width."""


def widen(values: Integers) -> npt.NDArray[np.int64]:
    """Return ``values`` as int64, in which a sum, difference or product of two 32-bit numbers is exact."""
    return values.astype(np.int64)


def narrow(values: Integers, dtype: np.dtype[Any], *, saturate: bool) -> Integers:
    """Return ``values`` in the signed integer ``dtype``: clamped to its range, or its low bits."""
    if saturate:
        limits = np.iinfo(dtype)
        values = np.clip(values, limits.min, limits.max)
    return values.astype(dtype)
