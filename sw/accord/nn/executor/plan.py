"""Where every activation lies in one block of memory: nothing overlaps that is alive at the same time."""

from dataclasses import dataclass

import numpy as np

from accord.nn.graph import Graph, Op

ALIGNMENT = 64
"""Bytes: a line of the cache, the widest vector."""


@dataclass(frozen=True)
class Block:
    """Memory of one or more activations: from step ``first`` to ``last``, ``size`` bytes."""

    names: tuple[str, ...]
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """Offsets in an arena. ``size``: its bytes; ``total``: what the activations would need side by side."""

    shapes: dict[str, tuple[int, ...]]
    offsets: dict[str, int]
    size: int
    total: int


def concrete_shapes(graph: Graph, batch: int) -> dict[str, tuple[int, ...]]:
    """Return the sizes of every value, an open batch being ``batch``."""
    return {
        name: tuple(batch if size is None else size for size in value.shape) for name, value in graph.values.items()
    }


def make_plan(graph: Graph, batch: int, keep: bool = False) -> Plan:
    """Return offsets for all activations, large ones first, each at the lowest place that is free while it lives.

    A reshape shares its input's memory. With ``keep`` every activation lives to the end.
    """
    shapes = concrete_shapes(graph, batch)
    blocks = _blocks(graph, shapes, keep)
    offsets: dict[str, int] = {}
    placed: list[tuple[Block, int]] = []
    for block in sorted(blocks, key=lambda one: (-one.size, one.first)):
        offset = _lowest(block, placed)
        placed.append((block, offset))
        offsets.update(dict.fromkeys(block.names, offset))
    size = max((offset + block.size for block, offset in placed), default=0)
    return Plan(shapes, offsets, size, sum(block.size for block in blocks))


def _blocks(graph: Graph, shapes: dict[str, tuple[int, ...]], keep: bool) -> list[Block]:
    end = len(graph.nodes)
    owner: dict[str, str] = {name: name for name in graph.inputs}
    first, last = dict.fromkeys(graph.inputs, -1), dict.fromkeys(graph.inputs, -1)
    for step, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in owner:
                last[owner[name]] = step
        shares = node.op is Op.RESHAPE and node.inputs[0] in owner
        owner[node.output] = owner[node.inputs[0]] if shares else node.output
        first.setdefault(owner[node.output], step)
        last[owner[node.output]] = step
    for name in owner if keep else graph.outputs:
        last[owner.get(name, name)] = end
    names: dict[str, list[str]] = {}
    for name, kept in owner.items():
        names.setdefault(kept, []).append(name)
    return [Block(tuple(names[name]), _bytes(graph, name, shapes[name]), first[name], last[name]) for name in names]


def _bytes(graph: Graph, name: str, shape: tuple[int, ...]) -> int:
    size = int(np.prod(shape, dtype=np.int64)) * graph.values[name].dtype.itemsize
    return -(-size // ALIGNMENT) * ALIGNMENT


def _lowest(block: Block, placed: list[tuple[Block, int]]) -> int:
    """Return the lowest offset at which a block fits beside those that live when it does."""
    taken = sorted(
        (offset, offset + other.size)
        for other, offset in placed
        if other.first <= block.last and block.first <= other.last
    )
    offset = 0
    for start, stop in taken:
        if offset + block.size <= start:
            break
        offset = max(offset, stop)
    return offset
