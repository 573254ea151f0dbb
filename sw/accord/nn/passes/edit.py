"""What passes have in common: graphs are copied, read and pruned, never changed in place."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import Graph, Node, Value
from accord.nn.params import QuantizationParams


def copied(graph: Graph) -> Graph:
    """Return a graph of its own lists and tables; arrays, nodes and values, which nobody changes, are shared."""
    return replace(
        graph,
        inputs=list(graph.inputs),
        outputs=list(graph.outputs),
        nodes=list(graph.nodes),
        values=dict(graph.values),
        constants=dict(graph.constants),
        channels_first=set(graph.channels_first),
    )


def reader_counts(graph: Graph) -> Counter[str]:
    """Return how often each value is read; once more for an output of the graph."""
    return Counter([*graph.outputs, *(name for node in graph.nodes for name in node.inputs)])


def makers(graph: Graph) -> dict[str, Node]:
    """Return the node that makes each activation but the inputs."""
    return {node.output: node for node in graph.nodes}


def fresh(graph: Graph, stem: str) -> str:
    """Return a name that no value has: the stem, or the stem and a number."""
    name, number = stem, 0
    while name in graph.values:
        number += 1
        name = f"{stem}/{number}"
    return name


def add_constant(graph: Graph, stem: str, data: NDArray[Any], params: QuantizationParams | None = None) -> str:
    """Give a graph under construction a constant, and return its name."""
    name = fresh(graph, stem)
    kept = np.ascontiguousarray(data)
    graph.constants[name] = kept
    graph.values[name] = Value(name, kept.shape, kept.dtype, params)
    return name


def pruned(graph: Graph) -> Graph:
    """Return the graph without nodes, constants and values that no output needs."""
    needed, kept = set(graph.outputs), []
    for node in reversed(graph.nodes):
        if node.output in needed:
            needed.update(node.inputs)
            kept.append(node)
    needed.update(graph.inputs)
    made = copied(graph)
    made.nodes = kept[::-1]
    made.values = {name: value for name, value in graph.values.items() if name in needed}
    made.constants = {name: data for name, data in graph.constants.items() if name in needed}
    made.channels_first &= needed
    return made
