"""What moves and selections do, lane by lane."""

import numpy as np

from accord.model.execute.registry import Bound, lanewise
from accord.model.numerics import narrow


@lanewise("mov")
def mov(i: Bound) -> None:
    """The lanes of a register of any class: sign-extended, or their low bits."""
    i.rd[:] = narrow(i.rs1, i.rd.dtype, saturate=False)


@lanewise("sel")
def sel(i: Bound) -> None:
    """rs1 where the lane of rs3 has a bit set, else rs2."""
    i.rd[:] = np.where(i.rs3 != 0, i.rs1, i.rs2)
