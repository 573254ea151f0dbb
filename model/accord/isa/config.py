"""The one configuration object: every other size in the project derives from it."""

from dataclasses import dataclass

LANES = (1, 2, 4, 8, 16, 32, 64)
MAX_SCRATCHPAD_ROWS = 1 << 20
MAX_PROGRAM_WORDS = 1 << 16


class ConfigError(ValueError):
    """A configuration outside what the architecture allows."""


@dataclass(frozen=True)
class Config:
    """Sizes of one NPU. Raises ConfigError, naming the field, for a value that cannot be built."""

    k: int = 8
    """Lanes, and side of the array: a power of two from 1 to 64."""
    vx_count: int = 32
    """VX registers (rows of K bytes): a multiple of 4 from 4 to 32. VE has half as many, VR a quarter."""
    scratchpad_rows: int = 4096
    """Scratchpad size in rows of K bytes: 16 to 2**20."""
    program_words: int = 4096
    """Program memory size in 32-bit words: 16 to 2**16."""

    def __post_init__(self) -> None:
        for name in ("k", "vx_count", "scratchpad_rows", "program_words"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ConfigError(f"{name}={value!r}: expected an integer")
        if self.k not in LANES:
            raise ConfigError(f"k={self.k}: the lane count must be one of {', '.join(map(str, LANES))}")
        if self.vx_count % 4 or not 4 <= self.vx_count <= 32:
            raise ConfigError(f"vx_count={self.vx_count}: must be a multiple of 4 from 4 to 32")
        if not 16 <= self.scratchpad_rows <= MAX_SCRATCHPAD_ROWS:
            raise ConfigError(f"scratchpad_rows={self.scratchpad_rows}: must be 16 to {MAX_SCRATCHPAD_ROWS}")
        if not 16 <= self.program_words <= MAX_PROGRAM_WORDS:
            raise ConfigError(f"program_words={self.program_words}: must be 16 to {MAX_PROGRAM_WORDS}")

    @property
    def ve_count(self) -> int:
        """VE registers: K lanes of 16 bits, two VX rows each."""
        return self.vx_count // 2

    @property
    def vr_count(self) -> int:
        """VR registers: K lanes of 32 bits, four VX rows each."""
        return self.vx_count // 4

    def count(self, register_class: str) -> int:
        """Return how many registers the class "VX", "VE", "VR" or "A" has."""
        return {"VX": self.vx_count, "VE": self.ve_count, "VR": self.vr_count, "A": ADDRESS_REGISTERS}[register_class]

    @property
    def lut_segments(self) -> int:
        """Segments of 4K bytes that a lookup bank is written in."""
        return LUT_BYTES // (4 * self.k)


LOOP_DEPTH = 4
"""Hardware loops that nest."""

LUT_BANKS = ("a", "b")
"""Lookup banks."""

LUT_BYTES = 256
"""Bytes of a lookup bank."""

ADDRESS_REGISTERS = 32
"""A registers: unsigned 32-bit scratchpad row addresses."""

CLASS_ROWS = {"VX": 1, "VE": 2, "VR": 4}
"""VX rows that one register of a class covers."""
