"""What control and address instructions do."""

from accord.isa.machine import Cause
from accord.model.execute.registry import Bound, Trap, semantics
from accord.model.state import State


@semantics("nop")
def nop(state: State, i: Bound) -> None:
    """Nothing."""


@semantics("halt")
def halt(state: State, i: Bound) -> None:
    """Halt."""
    state.halted = True


@semantics("fence")
def fence(state: State, i: Bound) -> None:
    """Nothing: no older work is ever in flight here."""


@semantics("loop")
def loop(state: State, i: Bound) -> None:
    """Enter the body behind this instruction, or skip it where the count is 0."""
    start = state.pc + 1
    if not state.loops.holds(start + i.length) or (i.imm and state.loops.is_full):
        raise Trap(Cause.LOOP)
    if i.imm:
        state.loops.push(start, i.length, i.imm)
    else:
        state.pc += i.length  # to its last word: the address behind it is the next in sequence


@semantics("seta")
def seta(state: State, i: Bound) -> None:
    """A[rd] = imm20."""
    i.rd[0] = i.imm


@semantics("adda")
def adda(state: State, i: Bound) -> None:
    """A[rd] = A[rs1] + imm12, modulo 2^32."""
    i.rd[0] = (int(i.rs1[0]) + i.imm) & 0xFFFFFFFF
