"""What loads and stores do: whole rows between registers and scratchpad, all or none."""

from accord.isa.machine import Cause
from accord.model.execute.registry import Bound, Trap, semantics
from accord.model.state import State


def _claim_rows(state: State, i: Bound) -> slice:
    """Return the scratchpad rows of a load or store and post-increment A; a trap where one lies outside."""
    address = int(i.rs1[0])
    moved = (address + i.imm) & 0xFFFFFFFF
    base = address if i.post else moved
    end = base + len(i.rows)
    if end > len(state.scratchpad):
        raise Trap(Cause.ADDRESS)
    if i.post:
        i.rs1[0] = moved
    return slice(base, end)


@semantics("load")
def load(state: State, i: Bound) -> None:
    """Rows of the register = scratchpad rows."""
    i.rows[:] = state.scratchpad[_claim_rows(state, i)]


@semantics("store")
def store(state: State, i: Bound) -> None:
    """Scratchpad rows = rows of the register."""
    state.scratchpad[_claim_rows(state, i)] = i.rows
