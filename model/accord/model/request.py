"""What a bulk call asks for, checked, for every implementation of ``bulk``; nothing here computes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import Config
from accord.isa.fields import ROUNDING, Instruction, Operand, by_mnemonic

Unsigned = npt.NDArray[np.unsignedinteger[Any]]

DTYPES: dict[str, np.dtype[Any]] = {"VX": np.dtype(np.uint8), "VE": np.dtype(np.uint16), "VR": np.dtype(np.uint32)}
"""The dtype of raw bits by register class."""

DEFAULT_ROUNDING = "rne"

_ACROSS_LANES = {"bcast", "fredsum", "fredmax", "redsum", "redmax", "redmin", "redand", "redor", "redxor"}
"""Operations whose lanes depend on one another."""

_FROM_BANKS = {"lut_a", "lut_b"}
"""Operations whose result depends on a lookup bank."""


@dataclass(frozen=True, eq=False)
class Request:
    """A checked bulk call: ``instruction`` on ``operands``, the sources by field name (rs1, rs2, rs3) in that order.

    Each operand is contiguous, (n,) in the unsigned dtype of its register class. ``modes`` holds the code of
    every mode the instruction has, by field name, as ``accord.isa.encode`` takes them. The result has ``dtype``
    and, given back to the caller, ``shape``.
    """

    instruction: Instruction
    modes: dict[str, int]
    operands: dict[str, Unsigned]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def count(self) -> int:
        """Elements: the n of the operands."""
        return len(next(iter(self.operands.values())))


def bulk_mnemonics() -> tuple[str, ...]:
    """Return the mnemonics that ``bulk`` takes, without ``.wrap``: VALU, lane by lane, from registers alone."""
    return tuple(mnemonic for mnemonic, instruction in by_mnemonic().items() if _objection(instruction) is None)


def bulk_request(
    mnemonic: str,
    operands: tuple[npt.ArrayLike, ...],
    *,
    rounding: str = DEFAULT_ROUNDING,
    sat: bool = False,
    k: int = 16,
) -> Request:
    """Check the arguments of ``bulk`` and return what they ask for.

    ValueError: an unknown mnemonic or one that bulk does not take, a rounding mode that does not exist or that
    the instruction does not have (the default passes), ``sat`` or ``.wrap`` on an instruction without, shapes
    that differ, a lane count K that cannot be. TypeError: the wrong number of operands, a dtype other than the
    unsigned one of the operand's width, an argument of another type. Each names the argument.
    """
    instruction, wrap = _instruction(mnemonic)
    Config(k=k)  # raises where K cannot be
    modes = _modes(instruction, rounding, sat=sat, wrap=wrap)
    sources = [operand for operand in instruction.operands if operand.access == "r"]
    if len(operands) != len(sources):
        raise TypeError(f"{mnemonic}: {len(operands)} operands, expected {len(sources)}: {_listed(sources)}")
    arrays = [np.asarray(operand) for operand in operands]
    for number, (source, array) in enumerate(zip(sources, arrays, strict=True), 1):
        where = f"{mnemonic}: operand {number} ({source.field})"
        if array.dtype != DTYPES[source.kind]:
            raise TypeError(f"{where}: dtype {array.dtype}, expected {DTYPES[source.kind]}, the raw bits; use .view()")
        if array.shape != arrays[0].shape:
            raise ValueError(f"{where}: shape {array.shape}, expected {arrays[0].shape} as operand 1 has")
    flat = {
        source.field: np.ascontiguousarray(array).reshape(-1) for source, array in zip(sources, arrays, strict=True)
    }
    result = next(operand for operand in instruction.operands if operand.access == "w")
    return Request(instruction, modes, flat, arrays[0].shape, DTYPES[result.kind])


def _listed(sources: list[Operand]) -> str:
    return ", ".join(f"{source.field} ({DTYPES[source.kind]})" for source in sources)


def _objection(instruction: Instruction) -> str | None:
    """Why ``bulk`` does not take an instruction, or None."""
    if instruction.row.unit != "valu":
        return f"it executes in the unit {instruction.row.unit}, not in the valu"
    if not all(operand.is_register for operand in instruction.operands):
        return "it has an immediate operand"
    if instruction.row.op in _ACROSS_LANES:
        return "its lanes depend on one another, so that it has no meaning element by element; run it in a program"
    if instruction.row.op in _FROM_BANKS:
        return "its result depends on a lookup bank, which is no operand; run it in a program"
    if not any(operand.access == "r" for operand in instruction.operands):
        return "it has no source operand"
    return None


def _instruction(mnemonic: str) -> tuple[Instruction, bool]:
    """Look up a mnemonic, with or without ``.wrap``."""
    if not isinstance(mnemonic, str):
        raise TypeError(f"mnemonic: {mnemonic!r}, expected a string")
    name = mnemonic.removesuffix(".wrap")
    instruction = by_mnemonic().get(name)
    if instruction is None:
        raise ValueError(
            f"mnemonic: {mnemonic!r} is not in the instruction table; "
            "the only suffix is .wrap, rounding and sat are arguments"
        )
    objection = _objection(instruction)
    if objection:
        raise ValueError(f"{name}: not supported by bulk: {objection}")
    return instruction, name != mnemonic


def _modes(instruction: Instruction, rounding: str, *, sat: bool, wrap: bool) -> dict[str, int]:
    """Return the codes of the modes the instruction has."""
    name = instruction.mnemonic
    if rounding not in ROUNDING:
        raise ValueError(f"rounding: {rounding!r}, expected one of {', '.join(ROUNDING)}")
    if not isinstance(sat, bool | np.bool_):
        raise TypeError(f"sat: {sat!r}, expected True or False")
    has = [mode.field for mode in instruction.modes]
    if rounding != DEFAULT_ROUNDING and "rounding" not in has:
        raise ValueError(f"rounding: {name} has no rounding modes; leave rounding out")
    if sat and "sat" not in has:
        raise ValueError(f"sat: {name} has no sat mode")
    if wrap and "wrap" not in has:
        raise ValueError(f"mnemonic: {name} has no .wrap mode")
    asked = {"rounding": ROUNDING.index(rounding), "sat": int(sat), "wrap": int(wrap)}
    return {field: asked[field] for field in has}
