"""What broadcasts and constants do."""

import numpy as np

from accord.model.execute.registry import Bound, semantics
from accord.model.numerics import narrow, widen
from accord.model.state import State


@semantics("bcast")
def bcast(state: State, i: Bound) -> None:
    """Lane 0 in every lane."""
    i.rd[:] = i.rs1[0]


@semantics("imm")
def broadcast_immediate(state: State, i: Bound) -> None:
    """The immediate in every lane."""
    i.rd[:] = i.imm


@semantics("lui")
def lui(state: State, i: Bound) -> None:
    """Immediate * 2^12 in every lane: the upper 20 bits of a 32-bit constant."""
    i.rd.view(np.uint32)[:] = i.imm << 12


@semantics("addi")
def addi(state: State, i: Bound) -> None:
    """Lanes plus the immediate, modulo 2^32."""
    i.rd[:] = narrow(widen(i.rs1) + i.imm, i.rd.dtype, saturate=False)
