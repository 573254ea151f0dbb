"""What a host sees of an NPU, whichever implementation it drives: status, counters, errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

UNITS = ("mmalu", "valu", "lsu")
"""Units that issue on their own, in the order of their codes."""


class Cause(IntEnum):
    """Why a program stopped other than by ``halt``."""

    NONE = 0
    ILLEGAL = 1
    ADDRESS = 2
    FETCH = 3
    LOOP = 4


class Flags(IntFlag):
    """Sticky floating-point flags, in the bit order of RISC-V's fflags."""

    NX = 1
    UF = 2
    OF = 4
    DZ = 8
    NV = 16


@dataclass(frozen=True)
class Status:
    """Halted, trap cause, PC (a word address) and sticky flags after ``run`` or ``step``."""

    halted: bool
    cause: Cause
    pc: int
    flags: Flags


@dataclass(frozen=True)
class Counters:
    """Ticks in all, instructions completed, ticks per unit; None where an implementation does not predict."""

    cycles: int | None
    retired: int
    busy: Mapping[str, int] | None
    stall: Mapping[str, int] | None


class MachineError(RuntimeError):
    """A host asked an NPU for something it cannot do."""


class TickLimitError(MachineError):
    """A program ran past the ticks it was given; names the limit and the PC."""


class ProgramTooLongError(MachineError):
    """A program that does not fit the program memory; names both sizes."""
