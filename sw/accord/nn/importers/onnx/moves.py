"""Operators that leave every element what it is, in another shape or order."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from accord.nn.graph import Shape
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.builder import Builder, Stored
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.params import QuantizationParams

Move = Callable[[Builder, Stored], Stored]
Clamp = tuple[int, int] | None
MoveOf = Callable[[QuantizationParams, Clamp], Move]
"""A move of quantized data that depends on what they mean, and on the clamp that they have."""
ANY = QuantizationParams(np.float32(1), np.uint8(0), np.dtype(np.uint8))
"""Parameters for moves of which only the shape is asked."""


def moved(walk: Walk, node: SourceNode, move: Move) -> Term:
    """Move what an island is a function of, or data themselves."""
    found = walk.term(node, 0)
    if isinstance(found, Island):
        source = move(walk.builder, found.source)
        assert isinstance(source, Bytes)
        return replace(found, source=source)
    if isinstance(found, Bytes | Real):
        return move(walk.builder, found)
    if isinstance(found, Pending):
        return postponed(walk, node, found, lambda *_: move)
    return walk.refuse(node, 0)


def _shape_of(move: Move, source: Shape) -> Shape:
    trial = Builder("trial")
    trial.value("x", source, np.uint8)
    return move(trial, Bytes("x", source)).shape


def postponed(walk: Walk, node: SourceNode, found: Pending, move_of: MoveOf) -> Pending:
    """Move what an operation gives once it is quantized, which comes to the same."""

    def finish(name: str, params: QuantizationParams, clamp: Clamp) -> None:
        values = walk.builder.fresh(f"{node.name}/quantized")
        found.finish(values, params, clamp)
        move = move_of(params, clamp)
        walk.builder.rename(str(node), move(walk.builder, Bytes(values, found.shape)), name)

    shape = _shape_of(move_of(ANY, None), found.shape)
    return replace(found, shape=shape, finish=finish, fallback=None, add_bias=None, reals=None)


def named(walk: Walk, node: SourceNode, move: Move) -> Term:
    """Move, and give bytes and reals the name that the file has for them."""
    found = moved(walk, node, move)
    if isinstance(found, Bytes | Real):
        return walk.builder.rename(str(node), found, node.outputs[0])
    return found


def _reshaped(walk: Walk, node: SourceNode, shape_of: Callable[[Shape], Shape]) -> Term:
    return named(walk, node, lambda builder, source: builder.reshape(str(node), source, shape_of(source.shape)))


def _axes(node: SourceNode, axes: list[int], count: int) -> set[int]:
    found = {axis + count if axis < 0 else axis for axis in axes}
    if not all(0 <= axis < count for axis in found):
        raise ModelError(f"{node}: axes {axes} are not among {count}")
    return found


def _resolved(node: SourceNode, shape: Shape, wanted: list[int], keeps_zero: bool) -> Shape:
    """Return a Reshape's target; an open batch stays open where the target's first size depends on it."""
    found = []
    for batch in (2, 3) if None in shape else (1,):
        given = [batch if size is None else size for size in shape]
        sizes = [given[axis] if size == 0 and not keeps_zero else size for axis, size in enumerate(wanted)]
        if None in shape and sizes.count(-1) == 2 and sizes[0] == -1:
            sizes[0] = batch  # which a Shape gave; the other is to be found
        total = int(np.prod(given, dtype=np.int64))
        if -1 in sizes:
            rest = -int(np.prod(sizes, dtype=np.int64))
            sizes[sizes.index(-1)] = total // rest if rest > 0 else 0
        if int(np.prod(sizes, dtype=np.int64)) != total:
            raise ModelError(f"{node}: {shape} does not reshape to {wanted}; leave the batch's size to -1")
        found.append(sizes)
    if found[0] == found[-1]:
        return tuple(found[0])
    if found[0][1:] != found[1][1:] or found[0][0] != 2:
        raise ModelError(f"{node}: {wanted} mixes the batch, whose size is open, with other axes")
    return (None, *found[0][1:])


def reshape(walk: Walk, node: SourceNode) -> Term:
    """Reshape to a constant shape."""
    wanted = [int(size) for size in walk.array(node, 1)]
    return _reshaped(walk, node, lambda shape: _resolved(node, shape, wanted, bool(node.get("allowzero", 0))))


def flatten(walk: Walk, node: SourceNode) -> Term:
    """Flatten to two axes."""

    def shape_of(shape: Shape) -> Shape:
        axis = int(node.get("axis", 1))
        axis += len(shape) if axis < 0 else 0
        if None in shape and axis != 1:
            raise ModelError(f"{node}: axis {axis} mixes the batch, whose size is open, with other axes")
        left = [size for size in shape[:axis] if size is not None]
        right = [size for size in shape[axis:] if size is not None]
        return None if None in shape else int(np.prod(left)), int(np.prod(right))

    return _reshaped(walk, node, shape_of)


def squeeze(walk: Walk, node: SourceNode) -> Term:
    """Squeeze, the axes constant."""
    axes = walk.integers(node, 1, "axes")

    def shape_of(shape: Shape) -> Shape:
        ones = [axis for axis, size in enumerate(shape) if size == 1]
        gone = set(ones) if axes is None else _axes(node, axes, len(shape))
        return tuple(size for axis, size in enumerate(shape) if axis not in gone)

    return _reshaped(walk, node, shape_of)


def unsqueeze(walk: Walk, node: SourceNode) -> Term:
    """Unsqueeze, the axes constant."""
    axes = walk.integers(node, 1, "axes") or []

    def shape_of(shape: Shape) -> Shape:
        new, sizes = _axes(node, axes, len(shape) + len(axes)), iter(shape)
        return tuple(1 if axis in new else next(sizes) for axis in range(len(shape) + len(axes)))

    return _reshaped(walk, node, shape_of)


def transpose(walk: Walk, node: SourceNode) -> Term:
    """Transpose."""

    def move(builder: Builder, source: Stored) -> Stored:
        axes = node.get("perm", list(range(len(source.shape)))[::-1])
        return builder.transpose(str(node), source, [int(axis) for axis in axes])

    return named(walk, node, move)


def identity(walk: Walk, node: SourceNode) -> Term:
    """Identity, and Dropout, which does nothing in a network that is not trained."""
    return walk.term(node, 0)


def shape(walk: Walk, node: SourceNode) -> Term:
    """Shape: a batch of any size is -1, which a Reshape takes for what it is."""
    sizes = [-1 if size is None else size for size in walk.term(node, 0).shape]
    chosen = sizes[slice(node.get("start", None), node.get("end", None))]
    return Constant(np.array(chosen, np.int64))


RULES: dict[str, Rule] = {
    "Dropout": identity,
    "Flatten": flatten,
    "Identity": identity,
    "Reshape": reshape,
    "Shape": shape,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
