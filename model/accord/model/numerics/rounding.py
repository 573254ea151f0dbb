"""FP32 bit patterns, rounding-mode codes, flag bits, and the one rounding stage every FP32 result passes.

A result arrives as float64 bits that hold the exact value *rounded to odd*: exact, or with the lowest bit of
the significand set where something was lost. 53 bits are more than 24 + 2, so that rounding it again to FP32,
in any mode and subnormals included, gives what rounding the exact value once would give (Boldo and Melquiond,
"Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from accord.isa.fields import ROUNDING
from accord.isa.machine import Flags

Bits = npt.NDArray[np.uint32]
"""FP32 numbers as their bit patterns."""
Wide = npt.NDArray[np.int64]
"""Bit patterns of float64 numbers, or integers of up to 64 bits."""
FlagBits = npt.NDArray[np.uint8]
"""Sticky-flag bits (``accord.isa.machine.Flags``) of each element."""
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RNE, RTZ, RDN, RUP, RMM = (ROUNDING.index(name) for name in ("rne", "rtz", "rdn", "rup", "rmm"))

NX, UF, OF, NV = int(Flags.NX), int(Flags.UF), int(Flags.OF), int(Flags.NV)

SIGN: Final = np.uint32(0x80000000)
INFINITY: Final = np.uint32(0x7F800000)
CANONICAL_NAN: Final = np.uint32(0x7FC00000)

_FRACTION = (1 << 52) - 1
_MAGNITUDE = (1 << 63) - 1
_DROPPED = 52 - 23
_LEAST_NORMAL = 1023 - 126  # float64's biased exponent of FP32's least normal number, 2^-126
_REBIAS = _LEAST_NORMAL - 1  # what to subtract from a float64 exponent to have FP32's
_FAR_BELOW = 30  # a shift of 29 + 30 takes all 53 bits below half a unit in the last place


def increment(kept: Wide, rest: Wide, half: Wide, negative: Mask, rounding: int) -> Mask:
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
        away = {RTZ: np.zeros_like(negative), RDN: negative, RUP: ~negative}[rounding]
        up = away & (rest != 0)
    return up


def round_to_f32(odd: Wide, rounding: int) -> tuple[Bits, FlagBits]:
    """Round finite float64 numbers, given as bits and rounded to odd, to FP32 once.

    ``odd``: int64, any shape, zeros or magnitudes in [2^-1022, 2^1000). Returns bits and NX, UF, OF of each
    element, in the same shape. Underflow is detected after rounding.
    """
    negative = odd < 0
    magnitude = odd & _MAGNITUDE
    exponent = magnitude >> 52
    # The exponent field sits above the fraction, so that a carry out of the fraction moves it up by itself. A
    # subnormal result has field 1 with the leading bit in it, shifted further down; a zero stays zero.
    field = np.minimum(exponent, np.maximum(exponent - _REBIAS, 1))
    exact = (field << 52) | (magnitude & _FRACTION)
    shift = np.minimum(np.maximum(_LEAST_NORMAL - exponent, 0), _FAR_BELOW) + _DROPPED
    kept = exact >> shift
    rest = exact - (kept << shift)
    rounded = kept + increment(kept, rest, np.int64(1) << (shift - 1), negative, rounding)
    flags = np.where(rest != 0, np.uint8(NX), np.uint8(0))

    below = (exponent < _LEAST_NORMAL) & (rest != 0)
    if below.any():
        flags[below & ~_reaches_normal(exact, exponent, negative, rounding)] |= UF
    over = rounded >= int(INFINITY)
    if over.any():
        flags[over] = OF | NX
        rounded[over] = int(INFINITY)
        if rounding in (RTZ, RDN, RUP):
            to_infinity = {RTZ: np.zeros_like(negative), RDN: negative, RUP: ~negative}[rounding]
            rounded[over & ~to_infinity] -= 1
    return (rounded | (odd >> 63 << 31)).astype(np.uint32), flags


def _reaches_normal(exact: Wide, exponent: Wide, negative: Mask, rounding: int) -> Mask:
    """Whether a number below 2^-126 becomes 2^-126 when rounded to 24 bits, as with an unbounded exponent."""
    kept = exact >> _DROPPED
    rest = exact & ((1 << _DROPPED) - 1)
    half = np.full_like(rest, 1 << (_DROPPED - 1))
    rounded = kept + increment(kept, rest, half, negative, rounding)
    result: Mask = (exponent == _LEAST_NORMAL - 1) & (rounded == 2 << 23)
    return result
