"""Bit fields of an instruction word, and the rows of the table with their fields resolved."""

from dataclasses import dataclass
from functools import cache

from accord.isa.table import TABLE, Row


@dataclass(frozen=True)
class Field:
    """``width`` bits from bit ``lo`` on; ``signed`` fields hold two's complement."""

    lo: int
    width: int
    signed: bool = False

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << self.width) - 1) << self.lo

    @property
    def minimum(self) -> int:
        """Least value the field holds."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """Greatest value the field holds."""
        return (1 << (self.width - self.signed)) - 1

    def insert(self, value: int) -> int:
        """Place ``value`` at the field's bits; ValueError where it does not fit."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} does not fit {self.minimum}..{self.maximum}")
        return (value << self.lo) & self.mask

    def extract(self, word: int) -> int:
        """Return the field's value in ``word``, sign-extended where it is signed."""
        value = (word & self.mask) >> self.lo
        return value - (1 << self.width) if self.signed and value > self.maximum else value


FIELDS = {
    "rd": Field(7, 5),
    "rs1": Field(15, 5),
    "rs2": Field(20, 5),
    "rs3": Field(27, 5),
    "imm8": Field(20, 8, signed=True),
    "imm12": Field(20, 12, signed=True),
    "imm20": Field(12, 20),
    "column": Field(20, 6),
    "segment": Field(20, 6),
    "flags": Field(20, 5),
    "count": Field(20, 12),
    "length": Field(10, 10),
    "rounding": Field(12, 3),
    "post": Field(14, 1),
    "sat": Field(31, 1),
    "keep": Field(25, 1),
    "wrap": Field(31, 1),
}

ROUNDING = ("rne", "rtz", "rdn", "rup", "rmm")
"""Rounding modes by their code in the ``rounding`` field."""

OPCODE = Field(0, 7)
FUNCT3 = Field(12, 3)
FUNCT7 = Field(25, 7)


@dataclass(frozen=True)
class Operand:
    """One assembler operand: ``field`` in the word, ``kind`` (VX VE VR A or the immediate's field), ``access``."""

    field: str
    kind: str
    access: str

    @property
    def is_register(self) -> bool:
        """Whether the operand is a register number."""
        return self.kind in ("VX", "VE", "VR", "A")


@dataclass(frozen=True)
class Mode:
    """One encoded modifier: ``rounding``, or a flag ``sat wrap post keep``; ``default`` where none is written."""

    field: str
    default: int


@dataclass(frozen=True)
class Instruction:
    """A table row, resolved: a word is this instruction where ``word & mask == match`` and its fields are legal."""

    row: Row
    operands: tuple[Operand, ...]
    modes: tuple[Mode, ...]
    match: int
    mask: int

    @property
    def mnemonic(self) -> str:
        """Name in assembler text, without suffixes."""
        return self.row.mnemonic


def _operand(text: str) -> Operand:
    parts = text.split(":")
    return Operand(parts[0], parts[1], parts[2]) if len(parts) == 3 else Operand(text, text, "")


def _mode(text: str) -> Mode:
    name, _, default = text.partition("=")
    if name == "rounding":
        return Mode(name, ROUNDING.index(default))
    return Mode(name, int(name == "keep"))


def resolve(row: Row) -> Instruction:
    """Resolve one row. Raises ValueError where a fixed part and a field, or two fields, share a bit."""
    operands = tuple(_operand(text) for text in row.operands.split())
    modes = tuple(_mode(text) for text in row.modes.split())
    fixed = {"op": OPCODE, "f3": FUNCT3, "f7": FUNCT7}
    match = 0
    for part in row.code.split():
        name, _, value = part.partition("=")
        match |= fixed[name].insert(int(value, 0))
    free = 0
    for name in [operand.field for operand in operands] + [mode.field for mode in modes]:
        if free & FIELDS[name].mask or match & FIELDS[name].mask or OPCODE.mask & FIELDS[name].mask:
            raise ValueError(f"{row.mnemonic}: field {name} overlaps another")
        free |= FIELDS[name].mask
    return Instruction(row, operands, modes, match, ~free & 0xFFFFFFFF)


@cache
def instructions() -> tuple[Instruction, ...]:
    """Return every row of the table, resolved, in table order."""
    return tuple(resolve(row) for row in TABLE)


@cache
def by_mnemonic() -> dict[str, Instruction]:
    """Return the resolved rows by mnemonic."""
    return {instruction.mnemonic: instruction for instruction in instructions()}
