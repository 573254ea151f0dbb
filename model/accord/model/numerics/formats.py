"""Binary floating-point formats as data, and which of their bit patterns are NaNs."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Patterns = npt.NDArray[np.unsignedinteger[Any]]
"""Numbers as the bit patterns of their format: uint32, uint16 or uint8."""
Bits = npt.NDArray[np.uint32]
"""FP32 numbers as their bit patterns."""
FlagBits = npt.NDArray[np.uint8]
"""Sticky-flag bits (``accord.isa.machine.Flags``) of each element."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Format:
    """A sign bit, an exponent of ``width - 1 - fraction`` bits, ``fraction`` bits; subnormals as in IEEE 754."""

    width: int
    """Bits in all: 8, 16 or 32."""
    fraction: int
    """Bits of the fraction."""
    largest: int
    """The pattern of the largest finite number."""
    infinity: int | None
    """The pattern of plus infinity, just above ``largest``; None where there is none."""
    nan: int
    """The pattern of the one NaN that operations give."""

    @property
    def bias(self) -> int:
        """What is added to the exponent of a normal number."""
        return int((1 << (self.width - 2 - self.fraction)) - 1)

    @property
    def sign(self) -> int:
        """The sign bit."""
        return 1 << (self.width - 1)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The unsigned dtype of the patterns."""
        return np.dtype(f"u{self.width // 8}")


F32: Final = Format(width=32, fraction=23, largest=0x7F7FFFFF, infinity=0x7F800000, nan=0x7FC00000)
BF16: Final = Format(width=16, fraction=7, largest=0x7F7F, infinity=0x7F80, nan=0x7FC0)
E4M3: Final = Format(width=8, fraction=3, largest=0x7E, infinity=None, nan=0x7F)
"""OFP8 E4M3: no infinity, one NaN of either sign; the largest number is 448."""
E5M2: Final = Format(width=8, fraction=2, largest=0x7B, infinity=0x7C, nan=0x7E)
"""OFP8 E5M2: the largest number is 57344."""


def is_nan(bits: Patterns, source: Format = F32) -> Mask:
    """Whether each pattern of the format ``source`` is a NaN."""
    above = source.largest if source.infinity is None else source.infinity
    result: Mask = (bits & (source.sign - 1)) > above
    return result


def is_signalling(bits: Patterns, source: Format = F32) -> Mask:
    """Whether each pattern is a signalling NaN: a NaN with the top fraction bit clear. E4M3 has none."""
    quiet = 1 << (source.fraction - 1)
    result: Mask = is_nan(bits, source) & ((bits & quiet) == 0)
    return result
