"""What control and address instructions do."""

from accord.model.execute.registry import Bound, semantics
from accord.model.state import State


@semantics("nop")
def nop(state: State, i: Bound) -> None:
    """Nothing."""


@semantics("halt")
def halt(state: State, i: Bound) -> None:
    """Halt."""
    state.halted = True


@semantics("seta")
def seta(state: State, i: Bound) -> None:
    """A[rd] = imm20."""
    i.rd[0] = i.imm


@semantics("adda")
def adda(state: State, i: Bound) -> None:
    """A[rd] = A[rs1] + imm12, modulo 2^32."""
    i.rd[0] = (int(i.rs1[0]) + i.imm) & 0xFFFFFFFF
