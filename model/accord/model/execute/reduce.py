"""What reductions of integer lanes do: one number of all lanes of a register, in every lane of a VR."""

import numpy as np

from accord.model.execute.registry import Bound, Semantics, semantics
from accord.model.numerics import narrow, widen
from accord.model.state import State


def _reduction(operation: np.ufunc) -> Semantics:
    """Return the reduction of the sign-extended lanes by ``operation``, modulo 2^32.

    A sum of 64 lanes of 32 bits is exact in the 64 bits of ``widen``; every other result is one of 32 bits.
    """

    def reduce(state: State, i: Bound) -> None:
        i.rd[:] = narrow(operation.reduce(widen(i.rs1), keepdims=True), i.rd.dtype, saturate=False)

    return reduce


semantics("redsum")(_reduction(np.add))
semantics("redmax")(_reduction(np.maximum))
semantics("redmin")(_reduction(np.minimum))
semantics("redand")(_reduction(np.bitwise_and))
semantics("redor")(_reduction(np.bitwise_or))
semantics("redxor")(_reduction(np.bitwise_xor))
