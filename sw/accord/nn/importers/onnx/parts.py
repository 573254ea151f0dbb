"""Operators that take parts of a tensor, or put something around it, or keep the largest elements."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import Op, PadAttributes, PoolAttributes, SliceAttributes, Window
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.builder import Builder, Stored, own_axis, own_shape
from accord.nn.importers.onnx.moves import Clamp, Move, moved, named, postponed
from accord.nn.importers.onnx.quantization import byte_values, dequantized, quantized
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.importers.onnx.windows import image_size, window_of
from accord.nn.params import QuantizationParams

LARGEST_INDEX = 2**31 - 1


def _unquantized(walk: Walk, node: SourceNode, island: Island) -> Pending:
    """Return a function of bytes as an operation that waits for its quantization."""

    def finish(name: str, params: QuantizationParams, clamp: Clamp) -> None:
        walk.tabulated(node, island, _quantized(island.table, params, clamp), params, name)

    return Pending(str(node), island.shape, finish)


def _quantized(x: NDArray[np.float32], params: QuantizationParams, clamp: Clamp) -> NDArray[Any]:
    return np.asarray(np.clip(quantized(x, params), *(clamp or params.limits)))


def _sliced(
    builder: Builder, node: SourceNode, source: Stored, axis: int, start: int, stop: int, step: int = 1
) -> Stored:
    size = source.shape[axis]
    if size is None:
        raise ModelError(f"{node}: the batch, whose size is open, cannot be cut")
    begin, end, step = slice(start, stop, step).indices(size)
    if step < 1:
        raise ModelError(f"{node}: step {step} is not supported, expected 1 or more")
    count = len(range(begin, end, step))
    if count < 1:
        raise ModelError(f"{node}: nothing is left of axis {axis}")
    shape = (*source.shape[:axis], count, *source.shape[axis + 1 :])
    attributes = SliceAttributes(own_axis(axis, source.shape), begin, end, step)
    return builder.move(str(node), Op.SLICE, source, shape, attributes)


def _bound(index: int) -> int:
    """Return an index of a size that Python takes: ends as large as they come mean "to the end"."""
    return max(min(index, LARGEST_INDEX), -LARGEST_INDEX)


def slice_(walk: Walk, node: SourceNode) -> Term:
    """Slice, its bounds constant."""
    starts, ends = walk.integers(node, 1, "starts") or [], walk.integers(node, 2, "ends") or []
    axes = walk.integers(node, 3, "axes") or list(range(len(starts)))
    steps = walk.integers(node, 4, "steps") or [1] * len(starts)

    def move(builder: Builder, source: Stored) -> Stored:
        for axis, start, stop, step in zip(axes, starts, ends, steps, strict=True):
            own = axis + len(source.shape) if axis < 0 else axis
            source = _sliced(builder, node, source, own, _bound(start), _bound(stop), step)
        return source

    return named(walk, node, move)


def gather(walk: Walk, node: SourceNode) -> Term:
    """Gather of one constant index, which takes the axis away, or of several that follow each other: a slice."""
    indices, count = walk.array(node, 1), len(walk.term(node, 0).shape)
    axis = int(node.get("axis", 0))
    axis += count if axis < 0 else 0
    first = int(indices.reshape(-1)[0]) if indices.size else 0
    size = walk.term(node, 0).shape[axis]
    if indices.ndim > 1 or size is None or (indices.reshape(-1) != first + np.arange(indices.size)).any():
        raise ModelError(f"{node}: indices {indices.tolist()} are not one number, or numbers that follow each other")
    begin = first + size if first < 0 else first

    def move(builder: Builder, source: Stored) -> Stored:
        cut = _sliced(builder, node, source, axis, begin, begin + indices.size)
        shape = (*cut.shape[:axis], *cut.shape[axis + 1 :])
        return cut if indices.ndim else builder.reshape(str(node), cut, shape)

    return named(walk, node, move)


def _cut(node: SourceNode, axis: int, begin: int, end: int, builder: Builder, source: Stored) -> Stored:
    return _sliced(builder, node, source, axis, begin, end)


def split(walk: Walk, node: SourceNode) -> list[Term]:
    """Split along one axis, as slices."""
    found = walk.term(node, 0)
    axis = int(node.get("axis", 0))
    axis += len(found.shape) if axis < 0 else 0
    size = found.shape[axis]
    if size is None:
        raise ModelError(f"{node}: the batch, whose size is open, cannot be cut")
    parts = walk.integers(node, 1, "split")
    if parts is None:
        part = -(-size // len(node.outputs))
        parts = [min(part, size - part * number) for number in range(len(node.outputs))]
    if sum(parts) != size or min(parts) < 1:
        raise ModelError(f"{node}: parts of {parts} do not make {size}")
    results: list[Term] = []
    for start, part, name in zip(np.cumsum([0, *parts[:-1]]), parts, node.outputs, strict=True):
        begin = int(start)
        term = moved(walk, node, partial(_cut, node, axis, begin, begin + part))
        results.append(walk.builder.rename(str(node), term, name) if isinstance(term, Bytes | Real) else term)
    return results


def pad(walk: Walk, node: SourceNode) -> Term:
    """Pad with a constant."""
    if node.get("mode", "constant") != "constant":
        raise ModelError(f"{node}: mode {node.get('mode', '')} is not supported, only constant")
    found, sizes = walk.term(node, 0), walk.integers(node, 1, "pads") or []
    axes = walk.integers(node, 3, "axes") or list(range(len(found.shape)))
    own = [axis + len(found.shape) if axis < 0 else axis for axis in axes]
    given = dict(zip(own, zip(sizes[: len(own)], sizes[len(own) :], strict=True), strict=True))
    counts = [given.get(axis, (0, 0)) for axis in range(len(found.shape))]
    if min(map(min, counts)) < 0 or (found.shape[0] is None and any(counts[0])):
        raise ModelError(f"{node}: pads {sizes} cut, or enlarge a batch whose size is open")

    def padded(value: int | float) -> Move:
        def move(builder: Builder, source: Stored) -> Stored:
            sizes = zip(source.shape, counts, strict=True)
            shape = tuple(None if size is None else size + sum(count) for size, count in sizes)
            ordered = own_shape(tuple(before for before, _ in counts)), own_shape(tuple(after for _, after in counts))
            before, after = (tuple(count or 0 for count in side) for side in ordered)
            return builder.move(str(node), Op.PAD, source, shape, PadAttributes(before, after, value))

        return move

    number = _pad_value(walk, node)
    if isinstance(found, Bytes | Real):
        return named(walk, node, padded(int(number) if isinstance(found, Bytes) else float(number)))
    if not isinstance(found, Island):
        walk.refuse(node, 0)
    places = np.flatnonzero(found.table == number)
    if places.size:
        return named(walk, node, padded(int(byte_values(found.params.dtype)[places[0]])))
    real, pending = np.asarray(number, np.float32), _unquantized(walk, node, found)
    return postponed(walk, node, pending, lambda params, clamp: padded(int(_quantized(real, params, clamp))))


def _pad_value(walk: Walk, node: SourceNode) -> Any:
    """Return the number to pad with, a real one where it is quantized."""
    given = walk.term(node, 2) if walk.has(node, 2) else None
    if not isinstance(given, Constant):
        return np.float32(0)
    number = given.data if given.params is None else dequantized(given.data, given.params)
    return number.reshape(-1)[0]


def max_pool(walk: Walk, node: SourceNode) -> Term:
    """MaxPool, GlobalMaxPool: of an island whose table does not fall, the largest byte has the largest value."""
    if len(node.outputs) > 1 and node.outputs[1]:
        raise ModelError(f"{node}: its output of indices is not supported")

    def move(builder: Builder, source: Stored) -> Stored:
        size = image_size(node, source.shape)
        window = Window(size) if node.op == "GlobalMaxPool" else window_of(node, source.shape)
        if window.dilation != (1, 1):
            raise ModelError(f"{node}: dilations {window.dilation} are not supported in a pool")
        shape = (*source.shape[:2], *window.out_size(*size))
        return builder.move(str(node), Op.MAX_POOL, source, shape, PoolAttributes(window))

    found = walk.term(node, 0)
    if isinstance(found, Island):
        values = found.table[np.argsort(byte_values(found.params.dtype), kind="stable")]
        if not (np.diff(values) >= 0).all():
            # what is quantized never falls
            return postponed(walk, node, _unquantized(walk, node, found), lambda *_: move)
    return named(walk, node, move)


RULES: dict[str, Rule] = {
    "Gather": gather,
    "GlobalMaxPool": max_pool,
    "MaxPool": max_pool,
    "Pad": pad,
    "Slice": slice_,
    "Split": split,
}
