"""Channels of one range: factors move between layers, so that one scale a tensor fits all of its channels.

Between two layers with weights, what a channel is divided by on the way out of the first one it is multiplied with on
the way into the next. Sums, pools and a Relu let a positive factor through. Source of the idea: M. Nagel et al.,
Data-free quantization through weight equalization and bias correction, ICCV 2019; here the ranges are measured.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import ClampAttributes, ConvAttributes, Graph, Node, Op, PadAttributes, PoolAttributes
from accord.nn.passes.edit import add_constant, copied, pruned

Floats = NDArray[np.float64]
LAYERS = frozenset({Op.CONV, Op.LINEAR})
LEAST_RATIO = 2.0**-4
"""Of a channel's range to the largest: quieter channels are not made louder than by this, nor dead ones at all."""


def equalized(graph: Graph, largest: Mapping[str, NDArray[Any]]) -> Graph:
    """Return a float32 graph whose channels have more equal ranges, and whose function is the same but for rounding.

    ``largest``: the largest magnitude of each channel, the last axis, of the values in :func:`free_groups`.
    """
    made = copied(graph)
    factors: dict[str, Floats] = {}
    for group in free_groups(graph):
        factors.update(dict.fromkeys(group, _factors([np.asarray(largest[name], np.float64) for name in group])))
    made.nodes = [_scaled(made, node, factors) if node.op in LAYERS else node for node in graph.nodes]
    return pruned(made)


def free_groups(graph: Graph) -> list[list[str]]:
    """Return the groups of values whose channels can be scaled, each by factors of its own, in order.

    Such a group begins with outputs of layers and ends with inputs of layers; nothing but sums, products with others,
    pools and reshapes of a single pixel lie between, no clamp but a Relu's, and no input or output of the network.
    """
    links = _Links()
    for name in (*graph.inputs, *graph.outputs, *graph.constants):
        links.bind(name)
    for node in graph.nodes:
        _link(graph, node, links)
    return links.free([node.output for node in graph.nodes])


class _Links:
    """Sets of values that share their factors; those that are bound have none."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._bound: set[str] = set()

    def root(self, name: str) -> str:
        while name in self._parent:
            name = self._parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self._parent[other] = one
            if other in self._bound:
                self._bound.add(one)

    def bind(self, name: str) -> None:
        self._bound.add(self.root(name))

    def free(self, names: list[str]) -> list[list[str]]:
        groups: dict[str, list[str]] = {}
        for name in names:
            groups.setdefault(self.root(name), []).append(name)
        return [group for root, group in groups.items() if root not in self._bound]


def _link(graph: Graph, node: Node, links: _Links) -> None:
    """Say what a node asks of the factors of its input and its output."""
    x, y = node.inputs[0], node.output
    if node.op in LAYERS and all(name in graph.constants for name in node.inputs[1:]):
        if not _lets_through(node):
            links.bind(y)
    elif node.op is Op.ADD and _lets_through(node) and _channels(graph, *node.inputs) == _channels(graph, y):
        links.join(y, x)
        links.join(y, node.inputs[1])
    elif node.op is Op.MULTIPLY and _lets_through(node) and _channels(graph, y) <= _channels(graph, *node.inputs):
        kept = max(node.inputs, key=lambda name: graph.value(name).shape == graph.value(y).shape)
        for name in node.inputs:
            (links.join(y, name) if name == kept else links.bind(name))
        if node.inputs[0] == node.inputs[1]:
            links.bind(y)
    elif _is_by_channel(graph, node) and _lets_through(node):
        links.join(y, x)
    else:
        for name in (*node.inputs, y):
            links.bind(name)


def _channels(graph: Graph, *names: str) -> set[int | None]:
    """Return the numbers of channels that values have."""
    return {graph.value(name).shape[-1] for name in names}


def _is_by_channel(graph: Graph, node: Node) -> bool:
    """Return whether a node's channels are those of its input, each computed from that one alone, in proportion."""
    given, wanted = graph.value(node.inputs[0]).shape, graph.value(node.output).shape
    if node.op is Op.RESHAPE:
        sizes = [[size for size in shape[1:] if size != 1] for shape in (given, wanted)]
        return given[-1] == wanted[-1] and sizes[0] == sizes[1]
    if node.op is Op.PAD:
        assert isinstance(node.attributes, PadAttributes)
        return node.attributes.value == 0 and given[-1] == wanted[-1]
    return node.op in (Op.MAX_POOL, Op.AVERAGE_POOL, Op.GLOBAL_AVERAGE_POOL)


def _lets_through(node: Node) -> bool:
    """Return whether a node's clamp commutes with positive factors: none, or a Relu's."""
    if not isinstance(node.attributes, ConvAttributes | ClampAttributes | PoolAttributes):
        return True
    return node.attributes.clamp in (None, (0.0, np.inf))


def _factors(ranges: list[Floats]) -> Floats:
    """Return a factor a channel: its range beside the largest channel's, in the tensor where that is most."""
    parts = [one / one.max() for one in ranges if one.max() > 0]
    if not parts:
        return np.ones_like(ranges[0])
    ratio = np.max(parts, axis=0)
    return np.where(ratio > 0, np.maximum(ratio, LEAST_RATIO), 1.0)


def _scaled(made: Graph, node: Node, factors: Mapping[str, Floats]) -> Node:
    """Return a layer whose weights take the factors of its input, and give those of its output."""
    given, wanted = factors.get(node.inputs[0]), factors.get(node.output)
    if given is None and wanted is None:
        return node
    weight = made.constants[node.inputs[1]].astype(np.float64)
    if given is not None:
        groups = node.attributes.groups if isinstance(node.attributes, ConvAttributes) else 1
        parts = weight.reshape(groups, weight.shape[0] // groups, -1, weight.shape[-1])
        weight = (parts * given.reshape(groups, 1, 1, -1)).reshape(weight.shape)
    inputs = [node.inputs[0]]
    if wanted is not None:
        weight = weight / wanted.reshape(-1, *[1] * (weight.ndim - 1))
    inputs.append(add_constant(made, f"{node.inputs[1]}/equalized", weight.astype(np.float32)))
    for name in node.inputs[2:]:
        bias = made.constants[name] if wanted is None else (made.constants[name] / wanted).astype(np.float32)
        inputs.append(add_constant(made, f"{name}/equalized", bias))
    return replace(node, inputs=tuple(inputs))
