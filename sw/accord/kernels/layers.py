"""Prepared layers: the constructor packs the weights, a call computes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from accord.kernels import _core, check
from accord.kernels.output import Output, settings_or_sums
from accord.kernels.window import Padding, window

MOST_THREADS = 256


class Matmul(_core.Matmul):
    """``layer(x, out=None)``: x (M, K) by the weights (K, N) to (M, N).

    ``weight``: int8 (K, N), every value allowed. ``bias``: int32 (N,), added to the sum of (x - Z_x) * w; None for
    zeros. ``input_dtype``: int8 or uint8, that of x. ``input_zero_point``: Z_x, of that dtype; its correction is folded
    into the bias here, so give 0 with a bias that has it already. ``output``: an :class:`Output`; None gives the sums,
    int32, modulo 2^32. ``isa``: forces an instruction set, else the variable ACCORD_ISA does, else it is the best of
    :func:`available`; the property ``isa`` tells what runs. ``threads``: the most to use; 1, this one, by default.

    ``x`` may have any stride from row to row, its rows without gaps; ``out`` likewise, its rows apart and apart from
    x; without it a new array is returned. Each size may be zero. The GIL is released. ValueError and TypeError name
    the argument that is wrong.
    """

    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32] | None = None,
        *,
        input_dtype: DTypeLike = np.uint8,
        input_zero_point: int = 0,
        output: Output | None = None,
        isa: str | None = None,
        threads: int = 1,
    ) -> None:
        packed = check.array("weight", weight, np.int8, 2)
        is_signed = check.byte_dtype("input_dtype", input_dtype)
        super().__init__(
            packed,
            check.bias_array(bias, packed.shape[1]),
            is_signed,
            check.zero_point("input_zero_point", input_zero_point, is_signed),
            settings_or_sums(output),
            check.name_or_empty("isa", isa),
            check.integer("threads", threads, 1, MOST_THREADS),
        )


class Conv2d(_core.Conv2d):
    """``layer(x, out=None)``: x (N, H, W, C) by the weights (O, KH, KW, C / groups) to (N, OH, OW, O).

    OH = (top + H + bottom - dilation * (KH - 1) - 1) // stride + 1, OW alike. ``stride``, ``dilation``: one integer or
    (height, width). ``padding``: one, two, or (top, left, bottom, right); padding has the value Z_x. Output channel o
    sees the input channels of group o // (O / groups). Everything else as for :class:`Matmul`.

    ``x`` may have any strides but that of its channels; ``out`` any stride from pixel to pixel. ValueError where the
    padded image is smaller than the kernel.
    """

    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32] | None = None,
        *,
        stride: int | Sequence[int] = 1,
        dilation: int | Sequence[int] = 1,
        padding: Padding = 0,
        groups: int = 1,
        input_dtype: DTypeLike = np.uint8,
        input_zero_point: int = 0,
        output: Output | None = None,
        isa: str | None = None,
        threads: int = 1,
    ) -> None:
        packed = check.array("weight", weight, np.int8, 4)
        channels, height, width, _ = packed.shape
        parts = check.integer("groups", groups, 1, check.LARGEST_EXTENT)
        if channels % parts:
            raise ValueError(f"groups: {parts} does not divide the {channels} output channels")
        is_signed = check.byte_dtype("input_dtype", input_dtype)
        super().__init__(
            packed,
            check.bias_array(bias, channels),
            window(check.kernel("weight", (height, width)), stride, dilation, padding),
            parts,
            is_signed,
            check.zero_point("input_zero_point", input_zero_point, is_signed),
            settings_or_sums(output),
            check.name_or_empty("isa", isa),
            check.integer("threads", threads, 1, MOST_THREADS),
        )


class DepthwiseConv2d(_core.DepthwiseConv2d):
    """``layer(x, out=None)``: x (N, H, W, C) by the weights (KH, KW, C), each channel by itself, to (N, OH, OW, C).

    Arguments as for :class:`Conv2d`; a channel multiplier above one is a Conv2d with C groups.
    """

    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32] | None = None,
        *,
        stride: int | Sequence[int] = 1,
        dilation: int | Sequence[int] = 1,
        padding: Padding = 0,
        input_dtype: DTypeLike = np.uint8,
        input_zero_point: int = 0,
        output: Output | None = None,
        isa: str | None = None,
        threads: int = 1,
    ) -> None:
        packed = check.array("weight", weight, np.int8, 3)
        height, width, channels = packed.shape
        is_signed = check.byte_dtype("input_dtype", input_dtype)
        super().__init__(
            packed,
            check.bias_array(bias, channels),
            window(check.kernel("weight", (height, width)), stride, dilation, padding),
            is_signed,
            check.zero_point("input_zero_point", input_zero_point, is_signed),
            settings_or_sums(output),
            check.name_or_empty("isa", isa),
            check.integer("threads", threads, 1, MOST_THREADS),
        )
