"""Instruction words from field values and back; one place says which words are legal."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from accord.isa.config import LANES, Config
from accord.isa.fields import FIELDS, OPCODE, ROUNDING, Field, Instruction, Mode, Operand, instructions
from accord.isa.word import Word

_MOST_LANES, _FEWEST_LANES = Config(k=LANES[-1]), Config(k=LANES[0])


@dataclass(frozen=True)
class Decoded:
    """A legal word: its table row, and its operand and mode values by field name (immediates as signed)."""

    instruction: Instruction
    operands: Mapping[str, int]
    modes: Mapping[str, int]


@dataclass(frozen=True)
class Limit:
    """The legal values of one field of one instruction under one configuration."""

    field: str
    bits: Field
    low: int
    high: int
    what: str

    def violation(self, value: int) -> str | None:
        """Return what is wrong with ``value``, or None."""
        if self.low <= value <= self.high:
            return None
        return f"{self.field}={value}: {self.what} must be {self.low} to {self.high}"


def operand_limit(operand: Operand, config: Config | None) -> Limit:
    """Return the legal values of an operand: registers within their class, columns within the array, and so on.

    Without a configuration they are those that some configuration accepts.
    """
    bits = FIELDS[operand.field]
    if operand.is_register:
        count = (config or Config()).count(operand.kind)
        return Limit(operand.field, bits, 0, count - 1, f"an index of {operand.kind} ({count} registers)")
    if operand.field == "column":
        k = (config or _MOST_LANES).k
        return Limit(operand.field, bits, 0, k - 1, f"a tile column (k={k})")
    if operand.field == "segment":
        config = config or _FEWEST_LANES
        return Limit(operand.field, bits, 0, config.lut_segments - 1, f"a segment of a lookup bank (k={config.k})")
    if operand.field == "length":
        return Limit(operand.field, bits, 1, bits.maximum, "the length of a loop's body")
    return Limit(operand.field, bits, bits.minimum, bits.maximum, f"the immediate {operand.field}")


def mode_limit(mode: Mode) -> Limit:
    """Return the legal codes of a mode: 0 to 4 for rounding, 0 or 1 for a flag."""
    high = len(ROUNDING) - 1 if mode.field == "rounding" else 1
    return Limit(mode.field, FIELDS[mode.field], 0, high, f"the code of {mode.field}")


@dataclass(frozen=True)
class _Candidate:
    instruction: Instruction
    operands: tuple[Limit, ...]
    modes: tuple[Limit, ...]


@cache
def _by_opcode(config: Config) -> dict[int, tuple[_Candidate, ...]]:
    """Rows by opcode with their limits, so that a word is compared with a few rows only."""
    rows: dict[int, tuple[_Candidate, ...]] = {}
    for instruction in instructions():
        candidate = _Candidate(
            instruction,
            tuple(operand_limit(operand, config) for operand in instruction.operands),
            tuple(mode_limit(mode) for mode in instruction.modes),
        )
        opcode = OPCODE.extract(instruction.match)
        rows[opcode] = (*rows.get(opcode, ()), candidate)
    return rows


def _find(word: int, config: Config) -> _Candidate | None:
    for candidate in _by_opcode(config).get(word & OPCODE.mask, ()):
        if word & candidate.instruction.mask == candidate.instruction.match:
            return candidate
    return None


def decode(word: int, config: Config) -> Decoded | None:
    """Decode a 32-bit word, or return None where it is illegal under ``config``.

    Illegal is a word that matches no row (every bit outside its fields included), a register number beyond
    its class (the ignored rd of ``mma`` too), a rounding code above 4, a tile column of K or more, a segment of a
    lookup bank of 64/K or more, a loop of no words.
    """
    candidate = _find(word, config)
    if candidate is None:
        return None
    operands: dict[str, int] = {}
    modes: dict[str, int] = {}
    for limits, values in ((candidate.operands, operands), (candidate.modes, modes)):
        for limit in limits:
            value = limit.bits.extract(word)
            if not limit.low <= value <= limit.high:
                return None
            values[limit.field] = value
    return Decoded(candidate.instruction, operands, modes)


def illegal_reason(word: int, config: Config) -> str | None:
    """Return why ``word`` is illegal under ``config``, or None where ``decode`` accepts it."""
    candidate = _find(word, config)
    if candidate is None:
        return "no instruction has this encoding"
    for limit in candidate.operands + candidate.modes:
        violation = limit.violation(limit.bits.extract(word))
        if violation:
            return f"{candidate.instruction.mnemonic}: {violation}"
    return None


def encode(
    instruction: Instruction, values: Mapping[str, int], config: Config | None = None, *, alias: bool = False
) -> Word:
    """Encode field values; modes left out take their defaults.

    Without ``config`` the limits are those of all configurations together. Raises TypeError for an operand left
    out or a field the instruction does not have, ValueError for a value out of range; both name the field.
    """
    limits = [operand_limit(operand, config) for operand in instruction.operands]
    limits += [mode_limit(mode) for mode in instruction.modes]
    defaults = {mode.field: mode.default for mode in instruction.modes}
    for name in values:
        if name not in [limit.field for limit in limits]:
            raise TypeError(f"{instruction.mnemonic} has no field {name!r}")
    word = instruction.match
    for limit in limits:
        if limit.field not in values and limit.field not in defaults:
            raise TypeError(f"{instruction.mnemonic}: the operand {limit.field} is missing")
        value = values[limit.field] if limit.field in values else defaults[limit.field]
        violation = limit.violation(value)
        if violation:
            raise ValueError(f"{instruction.mnemonic}: {violation}")
        word |= limit.bits.insert(value)
    return Word(word, alias)
