"""Conversions between FP32 and integers, by the table of conversions the architecture fixes."""

import numpy as np
import numpy.typing as npt

from accord.model.numerics.formats import F32, Bits, FlagBits
from accord.model.numerics.integer import Integers
from accord.model.numerics.rounding import NV, NX, RDN, RMM, RNE, RTZ, RUP, Wide, round_to


def int_to_f32(values: Integers, rounding: int) -> tuple[Bits, FlagBits]:
    """Return bits and flags (NX) of int8, int16 or int32 ``values`` as FP32, rounded in ``rounding``."""
    exact: Wide = values.astype(np.float64).view(np.int64)
    return round_to(exact, F32, rounding)


def f32_to_int(bits: Bits, dtype: npt.DTypeLike, rounding: int, *, wrap: bool = False) -> tuple[Integers, FlagBits]:
    """Return FP32 ``bits`` (uint32) as ``dtype`` (int8, int16, int32), and the flags of each element.

    Rounded to an integer in ``rounding``, then clamped to the range; NaN gives the largest value. Out of
    range (after rounding) and NaN raise NV alone, anything else inexact NX. ``wrap`` gives the low bits of
    the conversion to int32, with that conversion's flags.
    """
    limits = np.iinfo(np.int32 if wrap else np.dtype(dtype))
    with np.errstate(invalid="ignore"):  # signalling NaNs: the flags are ours to raise
        exact = bits.view(np.float32).astype(np.float64)
    rounded = _round(exact, rounding)
    in_range = (rounded >= limits.min) & (rounded <= limits.max)
    clamped = np.where(np.isnan(exact), limits.max, np.clip(rounded, limits.min, limits.max))
    inexact = np.where(rounded != exact, np.uint8(NX), np.uint8(0))
    return clamped.astype(np.int64).astype(dtype), np.where(in_range, inexact, np.uint8(NV))


def _round(exact: npt.NDArray[np.float64], rounding: int) -> npt.NDArray[np.float64]:
    """Round float64 numbers that hold FP32 values to integers, as float64."""
    if rounding == RMM:
        # FP32 values have 24 bits: adding a half in float64 cannot round a number below a tie up to it.
        exact = exact + np.copysign(0.5, exact)
    result: npt.NDArray[np.float64] = _TO_INTEGER[rounding](exact)
    return result


_TO_INTEGER: dict[int, np.ufunc] = {RNE: np.rint, RTZ: np.trunc, RDN: np.floor, RUP: np.ceil, RMM: np.trunc}
