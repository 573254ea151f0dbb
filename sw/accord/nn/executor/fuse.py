"""The graph as it is run where nobody asks for what lies between: fewer nodes, the same bytes."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from accord.nn.graph import ClampAttributes, ConvAttributes, FusedAttributes, Graph, Node, Op


@dataclass(frozen=True)
class Fused:
    """A graph to run, and for each input that is only quantized the node that does so, which the graph has no more."""

    graph: Graph
    quantized: dict[str, Node]


def fuse(graph: Graph) -> Fused:
    """Return a graph whose tables are part of the layer before them, whose inputs are quantized as they come in."""
    readers = Counter(name for node in graph.nodes for name in node.inputs)
    readers.update(graph.outputs)
    quantized = {
        node.inputs[0]: node
        for node in graph.nodes
        if node.op is Op.QUANTIZE and node.inputs[0] in graph.inputs and readers[node.inputs[0]] == 1
    }
    nodes: list[Node] = []
    producers: dict[str, int] = {}
    for node in graph.nodes:
        if node in quantized.values():
            continue
        place = producers.get(node.inputs[0]) if node.op is Op.LOOKUP and readers[node.inputs[0]] == 1 else None
        if place is not None and graph.values[node.output].params is not None and _takes_table(graph, nodes[place]):
            nodes[place] = _with_table(graph, nodes[place], node)
        else:
            place = len(nodes)
            nodes.append(node)
        producers[node.output] = place
    inputs = [quantized[name].output if name in quantized else name for name in graph.inputs]
    return Fused(replace(graph, inputs=inputs, nodes=nodes), quantized)


def _takes_table(graph: Graph, node: Node) -> bool:
    made = graph.values[node.output]
    is_weighted = node.op in (Op.CONV, Op.LINEAR) and not isinstance(node.attributes, FusedAttributes)
    return is_weighted and made.params is not None and made.dtype != np.int32


def _with_table(graph: Graph, layer: Node, lookup: Node) -> Node:
    params, attributes = graph.values[layer.output].params, layer.attributes
    assert params is not None
    assert attributes is None or isinstance(attributes, ConvAttributes | ClampAttributes)
    fused = FusedAttributes(attributes, params, lookup.inputs[1])
    return replace(layer, name=f"{layer.name} + {lookup.name}", output=lookup.output, attributes=fused)
