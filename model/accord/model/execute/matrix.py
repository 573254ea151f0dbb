"""What the matrix unit's instructions do: outer products into ACC, tiles into T."""

import numpy as np

from accord.model.execute.registry import Bound, semantics
from accord.model.state import State


@semantics("feed")
def feed(state: State, i: Bound) -> None:
    """ACC[i][j] = (keep ? ACC[i][j] : 0) + rs1[i] * rs2[j], modulo 2^32."""
    product = np.multiply.outer(i.rs1, i.rs2, dtype=np.int32)  # the least is -128 * 127, the largest 2^14
    if i.keep:
        state.acc += product
    else:
        state.acc[:] = product


@semantics("last")
def last(state: State, i: Bound) -> None:
    """A feed; then T = ACC, rd = T's diagonal, ACC = 0."""
    feed(state, i)
    state.tile[:] = state.acc
    i.rd[:] = state.tile.diagonal()
    state.acc[:] = 0


@semantics("reset")
def reset(state: State, i: Bound) -> None:
    """ACC = 0."""
    state.acc[:] = 0


@semantics("bias")
def bias(state: State, i: Bound) -> None:
    """ACC[i][j] = rs1[i] for every column j."""
    state.acc[:] = i.rs1[:, np.newaxis]


@semantics("tile")
def tile(state: State, i: Bound) -> None:
    """A column of T."""
    i.rd[:] = state.tile[:, i.imm]
