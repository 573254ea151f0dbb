"""GR-4, second half: Relu and Clip become the clamp of the operation before them."""

from dataclasses import replace

import numpy as np

from accord.nn.graph import (
    Apply,
    ClampAttributes,
    ConvAttributes,
    Expression,
    Graph,
    Node,
    Number,
    Op,
    PoolAttributes,
    X,
)
from accord.nn.passes.edit import copied, makers, pruned, reader_counts
from accord.nn.passes.functions import expression

Range = tuple[float, float]
CLAMPING = frozenset({Op.CONV, Op.LINEAR, Op.ADD, Op.MULTIPLY, Op.AVERAGE_POOL})
"""Operations with a clamp of their own."""
MONOTONE = frozenset({Op.MAX_POOL, Op.RESHAPE, Op.TRANSPOSE, Op.SLICE})
"""Operations that change places with a clamp: their results are some of the elements, the largest at most."""


def fuse_clamps(graph: Graph) -> Graph:
    """Return the graph with every Relu, Clip, Min or Max of a number in the operation whose result it bounds.

    That is the convolution, linear layer, sum, product or average before it, or before the reshapes, transposes,
    slices and largest elements before it, where nothing else reads what lies between. Results stay what they were.
    """
    made = graph
    while (node := _first(made)) is not None:
        made = _absorbed(made, node)
    return made


def bounds_of(found: Expression) -> Range | None:
    """Return the bounds of a function that is a clamp of its variable and nothing else."""
    if not isinstance(found, Apply) or not found.arguments or found.arguments[0] != X:
        return None
    numbers = [one.value for one in found.arguments[1:] if isinstance(one, Number)]
    if len(numbers) != len(found.arguments) - 1 or any(np.isnan(number) for number in numbers):
        return None
    if found.op == "Relu":
        return 0.0, np.inf
    if found.op == "Clip" and len(numbers) == 2:
        return numbers[0], numbers[1]
    if found.op in ("Min", "Max") and len(numbers) == 1:
        return (-np.inf, numbers[0]) if found.op == "Min" else (numbers[0], np.inf)
    return None


def _first(graph: Graph) -> tuple[Node, Node] | None:
    """Return a clamp that can be absorbed, and what absorbs it."""
    readers, before = reader_counts(graph), makers(graph)
    for node in graph.nodes:
        if node.op is not Op.FUNCTION or bounds_of(expression(node)) is None:
            continue
        source = node.inputs[0]
        while source in before and readers[source] == 1 and before[source].op in MONOTONE:
            source = before[source].inputs[0]
        if source in before and readers[source] == 1 and before[source].op in CLAMPING:
            return node, before[source]
    return None


def _absorbed(graph: Graph, pair: tuple[Node, Node]) -> Graph:
    """Return the graph with a clamp in its operation; the operation before the clamp makes the clamp's output."""
    clamp, target = pair
    bounds = bounds_of(expression(clamp))
    assert bounds is not None
    made = copied(graph)
    made.nodes = []
    for node in graph.nodes:
        if node is clamp:
            continue
        if node is target:
            node = _clamped(node, bounds)
        if node.output == clamp.inputs[0]:
            node = replace(node, output=clamp.output)
        made.nodes.append(node)
    return pruned(made)


def _clamped(node: Node, bounds: Range) -> Node:
    """Return an operation whose results are bounded, after the clamp that it may have."""
    attributes = node.attributes or ClampAttributes()
    assert isinstance(attributes, ConvAttributes | ClampAttributes | PoolAttributes)
    low, high = attributes.clamp or (-np.inf, np.inf)
    both = float(np.clip(low, *bounds)), float(np.clip(high, *bounds))
    return replace(node, attributes=replace(attributes, clamp=both))
