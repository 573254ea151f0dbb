"""What integer instructions do, lane by lane, in all three widths."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from accord.model.execute.registry import Bound, Lanewise, lanewise
from accord.model.numerics import (
    Integers,
    Wide,
    multiply_high,
    narrow,
    rounding_doubling_multiply_high,
    rounding_shift_right,
    widen,
)


def _exact(operation: Callable[..., Wide]) -> Lanewise:
    """Return ``operation`` on the integers, wrapped or clamped to the lane."""

    def execute(i: Bound) -> None:
        i.rd[:] = narrow(operation(widen(i.rs1), widen(i.rs2)), i.rd.dtype, saturate=i.sat)

    return execute


def _exact_unary(operation: Callable[..., Wide]) -> Lanewise:
    def execute(i: Bound) -> None:
        i.rd[:] = narrow(operation(widen(i.rs1)), i.rd.dtype, saturate=i.sat)

    return execute


lanewise("add")(_exact(np.add))
lanewise("sub")(_exact(np.subtract))
lanewise("rsub")(_exact(lambda a, b: b - a))
lanewise("mul")(_exact(np.multiply))
lanewise("neg")(_exact_unary(np.negative))
lanewise("abs")(_exact_unary(np.absolute))


@lanewise("max")
def maximum(i: Bound) -> None:
    """The larger of each lane, which always fits: sat changes nothing."""
    i.rd[:] = np.maximum(i.rs1, i.rs2)


@lanewise("min")
def minimum(i: Bound) -> None:
    """The smaller of each lane, which always fits: sat changes nothing."""
    i.rd[:] = np.minimum(i.rs1, i.rs2)


def _compare(holds: Callable[[Integers, Integers], npt.NDArray[np.bool_]]) -> Lanewise:
    """Return all ones where ``holds`` of the signed lanes, else zero."""

    def execute(i: Bound) -> None:
        i.rd[:] = -holds(i.rs1, i.rs2).astype(i.rd.dtype)

    return execute


lanewise("eq")(_compare(np.equal))
lanewise("lt")(_compare(np.less))
lanewise("le")(_compare(np.less_equal))


def _words(operation: Callable[[Integers, Integers], Integers]) -> Lanewise:
    """Return an operation of two 32-bit registers."""

    def execute(i: Bound) -> None:
        i.rd[:] = operation(i.rs1, i.rs2)

    return execute


lanewise("mulh")(_words(multiply_high))
lanewise("sqrdmulh")(_words(rounding_doubling_multiply_high))
lanewise("rshr")(_words(rounding_shift_right))
