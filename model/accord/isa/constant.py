"""32-bit constants: from integers and FP32 literals to the words that make them."""

import math
import struct
from fractions import Fraction

from accord.isa.config import Config
from accord.isa.encoding import encode
from accord.isa.fields import by_mnemonic
from accord.isa.word import Word

CANONICAL_NAN = 0x7FC00000


def integer_bits(value: int) -> int:
    """Return the 32 bits of an integer from -2^31 to 2^32-1. Raises ValueError for any other."""
    if not -(1 << 31) <= value < 1 << 32:
        raise ValueError(f"{value} does not fit 32 bits: expected -2^31 to 2^32-1")
    return value & 0xFFFFFFFF


def float_bits(value: float) -> int:
    """Return ``value`` as FP32 bits, rounded to nearest even; any NaN is the canonical one.

    Raises ValueError where a finite value rounds to infinity.
    """
    if math.isnan(value):
        return CANONICAL_NAN
    try:
        return int.from_bytes(struct.pack("<f", value), "little")
    except OverflowError:
        raise _too_large(repr(value)) from None


def literal_bits(text: str) -> int:
    """Return a decimal literal, unsigned and finite, as FP32 bits, rounded once to nearest even.

    Raises ValueError where it rounds to infinity.
    """
    digits = text.replace("_", "")
    nearest = float(digits)
    if math.isinf(nearest):
        raise _too_large(text)
    # A double near a tie between two FP32 numbers would round a second time. Rounding to odd instead keeps on
    # which side of the tie the literal lies (Boldo and Melquiond, 2008). What the double has as zero is zero.
    if nearest:
        error = Fraction(digits) - Fraction(nearest)
        if error and not int.from_bytes(struct.pack("<d", nearest), "little") & 1:
            nearest = math.nextafter(nearest, math.inf if error > 0 else 0.0)
    try:
        return float_bits(nearest)
    except ValueError:
        raise _too_large(text) from None


def _too_large(text: str) -> ValueError:
    return ValueError(f"{text} is beyond the largest FP32 number, 3.4028235e38")


def constant_words(rd: int, bits: int, config: Config | None = None) -> tuple[Word, ...]:
    """Return ``vlui`` and, where the low part is not zero, ``vaddi``: ``bits`` in every lane of VR[rd].

    Raises ValueError for a register beyond its class.
    """
    low = (bits & 0xFFF) - ((bits & 0x800) << 1)
    upper = encode(by_mnemonic()["vlui"], {"rd": rd, "imm20": (bits - low) >> 12 & 0xFFFFF}, config)
    if not low:
        return (upper,)
    return (upper, encode(by_mnemonic()["vaddi"], {"rd": rd, "rs1": rd, "imm12": low}, config))
