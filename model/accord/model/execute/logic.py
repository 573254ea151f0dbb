"""What shifts, rotations and bitwise instructions do, lane by lane, in all three widths."""

from collections.abc import Callable

import numpy as np

from accord.model.execute.registry import Bound, Lanewise, Register, lanewise


def _bits(register: Register) -> Register:
    """The lanes as bit patterns: unsigned."""
    return register.view(f"u{register.itemsize}")


def _width(register: Register) -> int:
    return 8 * register.itemsize


def _shift(operation: Callable[[Register, Register], Register]) -> Lanewise:
    """Return ``operation`` on patterns and amounts, the latter modulo the width of a lane."""

    def execute(i: Bound) -> None:
        _bits(i.rd)[:] = operation(_bits(i.rs1), _bits(i.rs2) & (_width(i.rs2) - 1))

    return execute


def _shift_right_arithmetic(lanes: Register, amounts: Register) -> Register:
    """Copies of the sign from the left, as NumPy shifts signed integers."""
    signed = f"i{lanes.itemsize}"
    shifted: Register = lanes.view(signed) >> amounts.view(signed)
    return shifted.view(lanes.dtype)


def _rotate_left(lanes: Register, amounts: Register) -> Register:
    """The bits shifted out on the left come in on the right; an amount of 0 ORs the lane with itself."""
    width = _width(lanes)
    rotated: Register = (lanes << amounts) | (lanes >> ((width - amounts) & (width - 1)))
    return rotated


lanewise("sll")(_shift(np.left_shift))
lanewise("srl")(_shift(np.right_shift))
lanewise("sra")(_shift(_shift_right_arithmetic))
lanewise("rol")(_shift(_rotate_left))


def _bitwise(operation: Callable[[Register, Register], Register]) -> Lanewise:
    def execute(i: Bound) -> None:
        i.rd[:] = operation(i.rs1, i.rs2)

    return execute


lanewise("xor")(_bitwise(np.bitwise_xor))
lanewise("or")(_bitwise(np.bitwise_or))
lanewise("and")(_bitwise(np.bitwise_and))


@lanewise("not")
def invert(i: Bound) -> None:
    """Every bit inverted."""
    i.rd[:] = ~i.rs1
