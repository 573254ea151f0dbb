"""Reductions of FP32 lanes to one, in the fixed order of a tree."""

from collections.abc import Callable

import numpy as np

from accord.model.numerics.formats import Bits, FlagBits


def reduce_tree(lanes: Bits, combine: Callable[[Bits, Bits], tuple[Bits, FlagBits]]) -> tuple[Bits, FlagBits]:
    """Return the reduction of the last axis and the flags of all its steps.

    ``lanes``: uint32 patterns (..., K), K a power of two. Lane i, the first operand, is combined with lane
    i + K/2, then with i + K/4, ...; a single lane comes back as it is, without flags. Returns (...) both.
    """
    flags = np.zeros(lanes.shape[:-1], np.uint8)
    while lanes.shape[-1] > 1:
        half = lanes.shape[-1] // 2
        lanes, raised = combine(lanes[..., :half], lanes[..., half:])
        flags |= np.bitwise_or.reduce(raised, axis=-1)
    return lanes[..., 0], flags
