"""What instructions do: importing this package registers the semantics of every family."""

from accord.model.execute import (
    broadcast,
    control,
    convert,
    floating,
    integer,
    logic,
    lookup,
    matrix,
    memory,
    move,
    reduce,
)
from accord.model.execute.registry import LANEWISE, SEMANTICS, Bound, Trap, bind, bind_registers

FAMILIES = (broadcast, control, convert, floating, integer, logic, lookup, matrix, memory, move, reduce)
"""The modules that hold semantics functions."""


def implemented_ops() -> frozenset[str]:
    """Return every ``op`` of the instruction table that has semantics."""
    return frozenset(SEMANTICS)


__all__ = ["FAMILIES", "LANEWISE", "Bound", "Trap", "bind", "bind_registers", "implemented_ops"]
