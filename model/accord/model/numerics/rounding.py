"""Rounding-mode codes, flag bits, and the one rounding stage every floating-point result passes.

A result arrives as float64 bits that hold the exact value *rounded to odd*: exact, or with the lowest bit of
the significand set where something was lost. 53 bits are more than 24 + 2, so that rounding it again to FP32
or less, in any mode and subnormals included, gives what rounding the exact value once would give (Boldo and
Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
"""

import numpy as np
import numpy.typing as npt

from accord.isa.fields import ROUNDING
from accord.isa.machine import Flags
from accord.model.numerics.formats import FlagBits, Format, Mask, Patterns

Wide = npt.NDArray[np.int64]
"""Bit patterns of float64 numbers, or integers of up to 64 bits."""
Doubles = npt.NDArray[np.float64]

RNE, RTZ, RDN, RUP, RMM = (ROUNDING.index(name) for name in ("rne", "rtz", "rdn", "rup", "rmm"))

NX, UF, OF, NV = int(Flags.NX), int(Flags.UF), int(Flags.OF), int(Flags.NV)

_FRACTION = (1 << 52) - 1
_MAGNITUDE = (1 << 63) - 1
_BIAS = 1023
_FAR_BELOW = 54  # a shift that takes all 53 bits below half a unit in the last place


def _increment(kept: Wide, rest: Wide, half: Wide | int, negative: Mask, rounding: int) -> Mask:
    """Return where ``kept`` grows by one unit of the last place kept.

    ``rest`` is what was cut off, in the same scale as ``half``, half a unit; ``negative`` the sign of the
    number whose magnitude ``kept`` is.
    """
    up: Mask
    if rounding == RNE:
        up = rest + (kept & 1) > half
    elif rounding == RMM:
        up = rest >= half
    else:
        up = _outward(negative, rounding) & (rest != 0)
    return up


def _outward(negative: Mask, rounding: int) -> Mask:
    """Where a directed mode moves a magnitude up, given the sign of each number."""
    return {RTZ: np.zeros_like(negative), RDN: negative, RUP: ~negative}[rounding]


def round_to(odd: Wide, target: Format, rounding: int, *, saturate: bool = False) -> tuple[Patterns, FlagBits]:
    """Round finite float64 numbers, given as bits and rounded to odd, to the format ``target`` once.

    ``odd``: int64, any shape, zeros or magnitudes in [2^-1022, 2^1000). Returns the target's patterns and NX,
    UF, OF of each element, in the same shape. Overflow is a result that, rounded as with an unbounded
    exponent, exceeds the largest finite number: it gives infinity (where there is none, NaN) or that number,
    as the mode says; always that number where ``saturate``. Underflow is detected after rounding.
    """
    least_normal = _BIAS + 1 - target.bias  # float64's biased exponent of the target's least normal number
    dropped = 52 - target.fraction
    negative = odd < 0
    magnitude = odd & _MAGNITUDE
    exponent = magnitude >> 52
    # The exponent field sits above the fraction, so that a carry out of the fraction moves it up by itself. A
    # subnormal result has field 1 with the leading bit in it, shifted further down; a zero stays zero.
    field = np.minimum(exponent, np.maximum(exponent - (least_normal - 1), 1))
    exact = (field << 52) | (magnitude & _FRACTION)
    shift = np.minimum(np.maximum(least_normal - exponent, 0) + dropped, _FAR_BELOW)
    kept = exact >> shift
    rest = exact - (kept << shift)
    rounded = kept + _increment(kept, rest, np.int64(1) << (shift - 1), negative, rounding)
    flags = np.where(rest != 0, np.uint8(NX), np.uint8(0))

    below = (exponent < least_normal) & (rest != 0)
    if below.any():
        # only a number of the next lower binade can become the least normal one when rounded to full precision
        top = exponent == least_normal - 1
        flags[below & ~(top & _reaches_next_binade(magnitude & _FRACTION, dropped, negative, rounding))] |= UF
    over = rounded > target.largest
    if over.any():
        flags[over] = OF | NX
        rounded[over] = target.largest
        if not saturate:
            rounded[over] += _outward(negative[over], rounding) if rounding in (RTZ, RDN, RUP) else 1
    patterns: Patterns = (rounded | (odd >> 63 << (target.width - 1))).astype(target.dtype)
    if target.infinity is None:
        patterns[rounded > target.largest] = target.nan
    return patterns, flags


def _reaches_next_binade(fraction: Wide, dropped: int, negative: Mask, rounding: int) -> Mask:
    """Whether a number with the 52-bit ``fraction`` rounds up to a power of two where ``dropped`` bits are cut off."""
    kept = fraction >> dropped
    rest = fraction & ((1 << dropped) - 1)
    result: Mask = kept + _increment(kept, rest, 1 << (dropped - 1), negative, rounding) == 1 << (52 - dropped)
    return result
