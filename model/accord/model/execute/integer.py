"""What integer instructions do, lane by lane, in all three widths."""

import numpy as np

from accord.model.execute.registry import Bound, semantics
from accord.model.numerics import narrow, widen
from accord.model.state import State


@semantics("add")
def add(state: State, i: Bound) -> None:
    """Lane sums, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) + widen(i.rs2), i.rd.dtype, saturate=i.sat)


@semantics("sub")
def sub(state: State, i: Bound) -> None:
    """Lane differences, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) - widen(i.rs2), i.rd.dtype, saturate=i.sat)


@semantics("mul")
def mul(state: State, i: Bound) -> None:
    """Lane products, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) * widen(i.rs2), i.rd.dtype, saturate=i.sat)


@semantics("max")
def maximum(state: State, i: Bound) -> None:
    """The larger of each lane."""
    i.rd[:] = np.maximum(i.rs1, i.rs2)


@semantics("min")
def minimum(state: State, i: Bound) -> None:
    """The smaller of each lane."""
    i.rd[:] = np.minimum(i.rs1, i.rs2)
