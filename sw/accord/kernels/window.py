"""The window of a convolution or a pool."""

from collections.abc import Sequence

from accord.kernels import _core, check

Padding = int | Sequence[int]
"""One number for all sides; (height, width); or (top, left, bottom, right)."""


def padding(value: Padding) -> tuple[int, int, int, int]:
    """Return (top, left, bottom, right). TypeError and ValueError name ``padding``."""
    if check.is_row(value) and len(value) == 4:
        top, left, bottom, right = (check.integer("padding", side, 0, check.LARGEST_EXTENT) for side in value)
        return top, left, bottom, right
    height, width = check.pair("padding", value, 0)
    return height, width, height, width


def window(
    kernel: tuple[int, int], stride: int | Sequence[int], dilation: int | Sequence[int], pad: Padding
) -> _core.Window:
    """Return a window from checked numbers, for NHWC images."""
    sides = padding(pad)
    return _core.Window([*kernel, *check.pair("stride", stride, 1), *check.pair("dilation", dilation, 1), *sides])
