"""How an instruction reaches its meaning: decoded once, bound to the state's registers, run many times.

A semantics function belongs to one ``op`` of the instruction table and serves every row with that op; the
widths come from the registers it is bound to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.encoding import Decoded
from accord.isa.fields import ROUNDING
from accord.isa.machine import Cause
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

    ``imm`` is the one immediate. ``rows`` are the VX rows of ``rd`` in VX order, (n, K) int8, for loads and
    stores. Fields that the instruction does not have are empty or 0.
    """

    run: "Semantics"
    rd: Register
    rs1: Register
    rs2: Register
    rs3: Register
    rows: npt.NDArray[np.int8]
    imm: int
    rounding: int
    sat: bool
    wrap: bool
    post: bool
    keep: bool


Semantics = Callable[[State, Bound], None]
SEMANTICS: dict[str, Semantics] = {}
"""The semantics function of each ``op`` of the table."""


def semantics(op: str) -> Callable[[Semantics], Semantics]:
    """Register the decorated function as the meaning of the table's ``op``. ValueError where it has one."""

    def register(function: Semantics) -> Semantics:
        if op in SEMANTICS:
            raise ValueError(f"{op} has semantics already: {SEMANTICS[op].__name__}")
        SEMANTICS[op] = function
        return function

    return register


def bind(decoded: Decoded, state: State) -> Bound:
    """Look up a decoded word's semantics and operands once. KeyError where its ``op`` has no semantics."""
    registers = {"rd": _UNUSED, "rs1": _UNUSED, "rs2": _UNUSED, "rs3": _UNUSED}
    rows = _UNUSED
    imm = 0
    for operand in decoded.instruction.operands:
        value = decoded.operands[operand.field]
        if not operand.is_register:
            imm = value
            continue
        registers[operand.field] = state.register(operand.kind, value)
        if operand.field == "rd" and operand.kind != "A":
            rows = state.rows_of(operand.kind, value)
    modes = decoded.modes
    return Bound(
        run=SEMANTICS[decoded.instruction.row.op],
        **registers,
        rows=rows,
        imm=imm,
        rounding=modes.get("rounding", ROUNDING.index("rne")),
        sat=bool(modes.get("sat")),
        wrap=bool(modes.get("wrap")),
        post=bool(modes.get("post")),
        keep=bool(modes.get("keep")),
    )
