"""Enumerations and layouts that the units share; the operation codes come from the instruction table."""

from amaranth.lib import data, enum

from accord.isa.fields import instructions
from accord.isa.machine import UNITS


def _operations(unit: str) -> list[str]:
    return sorted({ins.row.op for ins in instructions() if ins.row.unit == unit})


def _enumeration(name: str, members: list[str]) -> type[enum.Enum]:
    return enum.Enum(name, {member.upper(): code for code, member in enumerate(members)})


ValuOp = _enumeration("ValuOp", _operations("valu"))
MmaOp = _enumeration("MmaOp", _operations("mmalu"))
LsuOp = _enumeration("LsuOp", _operations("lsu"))
ControlOp = _enumeration("ControlOp", _operations("control"))


class Unit(enum.Enum, shape=2):
    """Where an instruction executes; CONTROL ones end at dispatch."""

    MMALU = UNITS.index("mmalu")
    VALU = UNITS.index("valu")
    LSU = UNITS.index("lsu")
    CONTROL = 3


class Width(enum.Enum, shape=2):
    """Register class of an operand: lanes of 8, 16 or 32 bits."""

    X = 0
    E = 1
    R = 2


class Rounding(enum.Enum, shape=3):
    """IEEE 754 rounding modes, coded as in the instruction word."""

    RNE = 0
    RTZ = 1
    RDN = 2
    RUP = 3
    RMM = 4


FLAGS = data.StructLayout({"nx": 1, "uf": 1, "of": 1, "dz": 1, "nv": 1})
"""Sticky floating-point flags, bit order of RISC-V's fflags."""
