"""Kernel, strides, dilations and padding of convolutions and pools."""

import math

from accord.nn.graph import Shape, Window
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.reader import SourceNode


def image_size(node: SourceNode, shape: Shape) -> tuple[int, int]:
    """Return (height, width) of an (N, C, H, W) input. ModelError for other numbers of axes."""
    if len(shape) != 4 or shape[2] is None or shape[3] is None:
        raise ModelError(f"{node}: its input has shape {shape}, expected (N, C, H, W)")
    return shape[2], shape[3]


def window_of(node: SourceNode, shape: Shape, kernel: tuple[int, int] | None = None) -> Window:
    """Return the window of a node over an (N, C, H, W) input; ``kernel`` where no attribute has to say it."""
    sizes = image_size(node, shape)
    taps = _pair(node, "kernel_shape", kernel)
    stride, dilation = _pair(node, "strides", (1, 1)), _pair(node, "dilations", (1, 1))
    pads = _padding(node, sizes, taps, stride, dilation)
    if node.get("ceil_mode", 0):
        pads = _ceiled(sizes, taps, stride, dilation, pads)
    window = Window(taps, stride, dilation, pads)
    try:
        window.out_size(*sizes)
    except ValueError as error:
        raise ModelError(f"{node}: {error}") from None
    return window


def _pair(node: SourceNode, name: str, default: tuple[int, int] | None) -> tuple[int, int]:
    found = node.get(name, default)
    if found is None or len(found) != 2 or min(found) < 1:
        raise ModelError(f"{node}: {name} is {found}, expected two positive numbers")
    return int(found[0]), int(found[1])


def _padding(
    node: SourceNode, sizes: tuple[int, int], taps: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[int, int, int, int]:
    kind = node.get("auto_pad", "NOTSET")
    if kind == "VALID":
        return 0, 0, 0, 0
    if kind == "NOTSET":
        pads = [int(pad) for pad in node.get("pads", [0, 0, 0, 0])]
        if len(pads) != 4 or min(pads) < 0:
            raise ModelError(f"{node}: pads are {pads}, expected four numbers, none below zero")
        return pads[0], pads[1], pads[2], pads[3]
    if kind not in ("SAME_UPPER", "SAME_LOWER"):
        raise ModelError(f"{node}: auto_pad {kind} is not supported")
    before, after = [], []
    for size, tap, step, gap in zip(sizes, taps, stride, dilation, strict=True):
        total = max((math.ceil(size / step) - 1) * step + gap * (tap - 1) + 1 - size, 0)
        less, more = total // 2, total - total // 2
        before.append(less if kind == "SAME_UPPER" else more)
        after.append(more if kind == "SAME_UPPER" else less)
    return before[0], before[1], after[0], after[1]


def _ceiled(
    sizes: tuple[int, int],
    taps: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int, int, int],
) -> tuple[int, int, int, int]:
    """Return padding that makes room for windows which begin inside the padded image and reach beyond it."""
    after = []
    for axis in range(2):
        padded = pads[axis] + sizes[axis] + pads[axis + 2]
        reach = dilation[axis] * (taps[axis] - 1) + 1
        count = math.ceil((padded - reach) / stride[axis]) + 1
        if (count - 1) * stride[axis] >= pads[axis] + sizes[axis]:
            count -= 1  # a window that begins in the padding behind the image is left out
        after.append(pads[axis + 2] + max(0, (count - 1) * stride[axis] + reach - padded))
    return pads[0], pads[1], after[0], after[1]
