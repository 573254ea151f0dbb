"""What integer instructions do, lane by lane, in all three widths."""

import numpy as np

from accord.model.execute.registry import Bound, lanewise
from accord.model.numerics import narrow, widen


@lanewise("add")
def add(i: Bound) -> None:
    """Lane sums, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) + widen(i.rs2), i.rd.dtype, saturate=i.sat)


@lanewise("sub")
def sub(i: Bound) -> None:
    """Lane differences, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) - widen(i.rs2), i.rd.dtype, saturate=i.sat)


@lanewise("mul")
def mul(i: Bound) -> None:
    """Lane products, wrapped or clamped."""
    i.rd[:] = narrow(widen(i.rs1) * widen(i.rs2), i.rd.dtype, saturate=i.sat)


@lanewise("max")
def maximum(i: Bound) -> None:
    """The larger of each lane."""
    i.rd[:] = np.maximum(i.rs1, i.rs2)


@lanewise("min")
def minimum(i: Bound) -> None:
    """The smaller of each lane."""
    i.rd[:] = np.minimum(i.rs1, i.rs2)
