"""How an instruction reaches its meaning: decoded once, bound to the state's registers, run many times.

A semantics function belongs to one ``op`` of the instruction table and serves every row with that op; the
widths come from the registers it is bound to. Where each lane of the result depends on the same lane of the
sources alone it is *lanewise*: it sees registers only, of any number of lanes, and returns their flags.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.encoding import Decoded
from accord.isa.fields import ROUNDING, Instruction
from accord.isa.machine import Cause
from accord.model.numerics import FlagBits
from accord.model.state import State

Register = npt.NDArray[Any]
"""A register as a view of the state: (K,) signed lanes, or (1,) uint32 for an A register."""

_UNUSED = np.zeros(0, np.int8)


class Trap(Exception):  # noqa: N818 - an event of the machine, not an error of the host
    """Raised by a semantics function before it changed anything: the instruction does not complete."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Bound:
    """One legal word with its operands looked up: registers as views of the state.

    ``imm`` is the one immediate, of a loop its count; ``length`` a loop's words. ``rows`` are the VX rows of the
    first vector register in VX order, (n, K) int8. Fields that the instruction does not have are empty or 0.
    """

    run: "Semantics"
    rd: Register
    rs1: Register
    rs2: Register
    rs3: Register
    rows: npt.NDArray[np.int8]
    imm: int
    length: int
    rounding: int
    sat: bool
    wrap: bool
    post: bool
    keep: bool


Semantics = Callable[[State, Bound], None]
SEMANTICS: dict[str, Semantics] = {}
"""The semantics function of each ``op`` of the table."""

Lanewise = Callable[[Bound], FlagBits | None]
LANEWISE: dict[str, Lanewise] = {}
"""The lanewise function of each ``op`` that has one: writes ``rd``, returns each lane's flags, None for no flags."""


def semantics(op: str) -> Callable[[Semantics], Semantics]:
    """Register the decorated function as the meaning of the table's ``op``. ValueError where it has one."""

    def register(function: Semantics) -> Semantics:
        if op in SEMANTICS:
            raise ValueError(f"{op} has semantics already: {SEMANTICS[op].__name__}")
        SEMANTICS[op] = function
        return function

    return register


def lanewise(op: str) -> Callable[[Lanewise], Lanewise]:
    """Register the decorated function as the meaning of the table's ``op``, lane by lane.

    On the state, the flags of all lanes are ORed into the sticky flags. ValueError where ``op`` has a meaning.
    """

    def register(function: Lanewise) -> Lanewise:
        def on_state(state: State, i: Bound) -> None:
            flags = function(i)
            if flags is not None:
                state.flags |= int(np.bitwise_or.reduce(flags))

        semantics(op)(on_state)
        LANEWISE[op] = function
        return function

    return register


def bind(decoded: Decoded, state: State) -> Bound:
    """Look up a decoded word's semantics and operands once. KeyError where its ``op`` has no semantics."""
    registers: dict[str, Register] = {}
    rows = _UNUSED
    immediates: dict[str, int] = {}
    for operand in decoded.instruction.operands:
        value = decoded.operands[operand.field]
        if not operand.is_register:
            immediates[operand.field] = value
            continue
        registers[operand.field] = state.register(operand.kind, value)
        if rows is _UNUSED and operand.kind != "A":
            rows = state.rows_of(operand.kind, value)
    length = immediates.pop("length", 0)
    imm = next(iter(immediates.values()), 0)
    return bind_registers(decoded.instruction, registers, decoded.modes, rows=rows, imm=imm, length=length)


def bind_registers(
    instruction: Instruction,
    registers: Mapping[str, Register],
    modes: Mapping[str, int],
    *,
    rows: npt.NDArray[np.int8] = _UNUSED,
    imm: int = 0,
    length: int = 0,
) -> Bound:
    """Bind an instruction to ``registers`` (by field name: signed arrays) and mode values (by field name)."""
    return Bound(
        run=SEMANTICS[instruction.row.op],
        rd=registers.get("rd", _UNUSED),
        rs1=registers.get("rs1", _UNUSED),
        rs2=registers.get("rs2", _UNUSED),
        rs3=registers.get("rs3", _UNUSED),
        rows=rows,
        imm=imm,
        length=length,
        rounding=modes.get("rounding", ROUNDING.index("rne")),
        sat=bool(modes.get("sat")),
        wrap=bool(modes.get("wrap")),
        post=bool(modes.get("post")),
        keep=bool(modes.get("keep")),
    )
