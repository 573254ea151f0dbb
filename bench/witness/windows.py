"""Windows of convolutions and pools over an image: where ONNX puts them, and what they see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A window, and how often it is laid down along rows and columns."""

    kernel: Pair
    strides: Pair
    dilations: Pair
    before: Pair
    """Padding above and left."""
    sizes: Pair


def window(attributes: Mapping[str, Any], kernel: Pair, image: Pair) -> Window:
    """Return the window that a node's attributes describe, on an image of this size."""
    strides = tuple(attributes.get("strides", (1, 1)))
    dilations = tuple(attributes.get("dilations", (1, 1)))
    pads = tuple(attributes.get("pads", (0, 0, 0, 0)))
    automatic = attributes.get("auto_pad", "NOTSET")
    before, sizes = [], []
    for axis, size in enumerate(image):
        extent, stride = dilations[axis] * (kernel[axis] - 1) + 1, strides[axis]
        if automatic in ("SAME_UPPER", "SAME_LOWER"):
            sizes.append(-(-size // stride))
            padding = max((sizes[-1] - 1) * stride + extent - size, 0)
            before.append((padding + (automatic == "SAME_LOWER")) // 2)
            continue
        first, last = (0, 0) if automatic == "VALID" else (pads[axis], pads[axis + 2])
        room = size + first + last - extent
        count = room // stride + 1
        if attributes.get("ceil_mode", 0) and room % stride and count * stride < size + first:
            count += 1  # a window more, where it begins inside
        sizes.append(count)
        before.append(first)
    return Window(kernel, (strides[0], strides[1]), (dilations[0], dilations[1]), tuple(before), tuple(sizes))


def taps(x: NDArray[Any], given: Window, fill: Any) -> NDArray[Any]:
    """Return what each tap sees: (N, C, KH, KW, OH, OW); outside the image ``fill``."""
    padding = [(0, 0), (0, 0)]
    for axis in (0, 1):
        last = (given.sizes[axis] - 1) * given.strides[axis] + given.dilations[axis] * (given.kernel[axis] - 1)
        padding.append((given.before[axis], max(last + 1 - given.before[axis] - x.shape[2 + axis], 0)))
    padded = np.pad(x, padding, constant_values=fill)
    n, c, h, w = padded.strides
    (y_stride, x_stride), (y_dilation, x_dilation) = given.strides, given.dilations
    return np.lib.stride_tricks.as_strided(
        padded,
        (*x.shape[:2], *given.kernel, *given.sizes),
        (n, c, h * y_dilation, w * x_dilation, h * y_stride, w * x_stride),
        writeable=False,
    )


def largest(x: NDArray[Any], given: Window) -> NDArray[Any]:
    """MaxPool of bytes: padding does not count."""
    return np.asarray(taps(x, given, np.iinfo(x.dtype).min).max((2, 3)))


def average(x: NDArray[np.float32], given: Window, includes_padding: bool) -> NDArray[np.float32]:
    """AveragePool as QLinearAveragePool sums: float32, tap by tap, row by row."""
    seen = taps(x, given, np.float32(0))
    inside = taps(np.ones((1, 1, *x.shape[2:]), np.float32), given, np.float32(0))
    total = np.zeros((*x.shape[:2], *given.sizes), np.float32)
    for row, column in np.ndindex(*given.kernel):
        total += seen[:, :, row, column]
    count = np.float32(given.kernel[0] * given.kernel[1]) if includes_padding else inside.sum((2, 3))
    return np.asarray(total / count, np.float32)
