"""Operators that only move elements, or choose the largest: they do to bytes what they do to the numbers these mean."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.witness.windows import largest, window

Array = NDArray[Any]
Attributes = Mapping[str, Any]
Move = Callable[[Array, list[Any], Attributes, int], list[Array]]
"""Of the data, the node's other inputs, its attributes and the number of its outputs."""


def _reshape(x: Array, rest: list[Any], attributes: Attributes, _: int) -> list[Array]:
    keeps_zero = attributes.get("allowzero", 0)
    shape = [x.shape[axis] if size == 0 and not keeps_zero else size for axis, size in enumerate(rest[0].tolist())]
    return [x.reshape(shape)]


def _flatten(x: Array, _: list[Any], attributes: Attributes, __: int) -> list[Array]:
    axis = attributes.get("axis", 1)
    return [x.reshape(int(np.prod(x.shape[:axis])), -1)]


def _axes(rest: list[Any], attributes: Attributes) -> tuple[int, ...] | None:
    """Return the axes of an input, or of an attribute as older opsets have them."""
    given = rest[0].tolist() if rest and rest[0] is not None else attributes.get("axes")
    return None if given is None else tuple(given)


def _squeeze(x: Array, rest: list[Any], attributes: Attributes, _: int) -> list[Array]:
    return [np.squeeze(x, _axes(rest, attributes))]


def _unsqueeze(x: Array, rest: list[Any], attributes: Attributes, _: int) -> list[Array]:
    return [np.expand_dims(x, _axes(rest, attributes) or ())]


def _transpose(x: Array, _: list[Any], attributes: Attributes, __: int) -> list[Array]:
    return [x.transpose(attributes.get("perm"))]


def _slice(x: Array, rest: list[Any], _: Attributes, __: int) -> list[Array]:
    starts, ends, axes, steps = [*rest, None, None][:4]
    axes = np.arange(len(starts)) if axes is None else axes
    steps = np.ones(len(starts), np.int64) if steps is None else steps
    chosen = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts.tolist(), ends.tolist(), axes.tolist(), steps.tolist(), strict=True):
        stop = None if step < 0 and end < -x.shape[axis] else end
        chosen[axis] = slice(start, stop, step)
    return [x[tuple(chosen)]]


def _split(x: Array, rest: list[Any], attributes: Attributes, outputs: int) -> list[Array]:
    axis = attributes.get("axis", 0)
    if rest and rest[0] is not None:
        sizes = rest[0]
    else:
        part = -(-x.shape[axis] // outputs)
        sizes = np.full(outputs, part)
    return np.split(x, np.cumsum(sizes)[:-1], axis)


def _gather(x: Array, rest: list[Any], attributes: Attributes, _: int) -> list[Array]:
    return [np.take(x, rest[0], attributes.get("axis", 0))]


def _max_pool(x: Array, _: list[Any], attributes: Attributes, __: int) -> list[Array]:
    return [largest(x, window(attributes, tuple(attributes["kernel_shape"]), (x.shape[2], x.shape[3])))]


def _global_max_pool(x: Array, _: list[Any], __: Attributes, ___: int) -> list[Array]:
    return [x.max(tuple(range(2, x.ndim)), keepdims=True)]


def _pad(x: Array, rest: list[Any], attributes: Attributes, _: int) -> list[Array]:
    assert attributes.get("mode", "constant") == "constant"
    pads, fill, axes = [*rest, None, None][:3]
    chosen = list(range(x.ndim)) if axes is None else axes.tolist()
    widths = [(0, 0)] * x.ndim
    for place, axis in enumerate(chosen):
        widths[axis] = (int(pads[place]), int(pads[place + len(chosen)]))
    return [np.pad(x, widths, constant_values=0 if fill is None else fill)]


def _same(x: Array, _: list[Any], __: Attributes, ___: int) -> list[Array]:
    return [x]


MOVES: dict[str, Move] = {
    "Dropout": _same,
    "Flatten": _flatten,
    "Gather": _gather,
    "GlobalMaxPool": _global_max_pool,
    "Identity": _same,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "Reshape": _reshape,
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
