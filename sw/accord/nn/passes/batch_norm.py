"""GR-1: batch normalization becomes part of the convolution or linear layer before it."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import BatchNormAttributes, ConvAttributes, Graph, GraphError, Node, Op, Window
from accord.nn.passes.edit import add_constant, copied, pruned, reader_counts


def fold_batch_norm(graph: Graph) -> Graph:
    """Return the graph without batch normalizations.

    One behind a convolution or linear layer that nothing else reads and that has no clamp: with
    f = scale / sqrt(variance + epsilon), its weights times f and its bias b becoming (b - mean) f + shift, in double,
    rounded once to float32. So does a product with, or a sum of, a constant a channel. Any other normalization of an
    image becomes a depthwise convolution of one tap. GraphError names one of any other shape.
    """
    made = copied(graph)
    made.nodes = []
    readers, before = reader_counts(graph), dict[str, Node]()
    for node in graph.nodes:
        found = _factor_and_shift(graph, node)
        x = node.inputs[0] if found is None else found[0]
        layer = before.get(x)
        if found is not None and layer is not None and readers[x] == 1 and _takes_factors(made, layer):
            node = _scaled(made, layer, node, *found[1:])
            made.nodes[made.nodes.index(layer)] = node
        else:
            if found is not None and node.op is Op.BATCH_NORM:
                if len(graph.value(x).shape) != 4:
                    raise GraphError(f"node {node.name}: no convolution or linear layer before it can take it")
                node = _depthwise(made, node, *found[1:])
            made.nodes.append(node)
        before[node.output] = node
    return pruned(made)


Affine = tuple[str, NDArray[np.float64], NDArray[np.float64]]
"""x, f and g of y = f x + g, one a channel, in double."""


def _factor_and_shift(graph: Graph, node: Node) -> Affine | None:
    """Return what a node computes if it is a factor and a shift of each channel."""
    if node.op is Op.BATCH_NORM:
        return _normalization(graph, node)
    constants = [name for name in node.inputs if name in graph.constants]
    others = [name for name in node.inputs if name not in graph.constants]
    if node.op not in (Op.ADD, Op.MULTIPLY) or len(constants) != 1 or len(others) != 1:
        return None
    data, (x,) = graph.constants[constants[0]], others
    channels = graph.value(node.output).shape[-1]
    if _clamp(node) is not None or not data.ndim or data.size != data.shape[-1] or graph.value(x).shape[-1] != channels:
        return None
    row = np.broadcast_to(data.reshape(-1).astype(np.float64), (channels,))  # type: ignore[arg-type]
    return (x, np.ones_like(row), row) if node.op is Op.ADD else (x, row, np.zeros_like(row))


def _clamp(node: Node) -> object:
    return getattr(node.attributes, "clamp", None)


def _normalization(graph: Graph, node: Node) -> Affine:
    assert isinstance(node.attributes, BatchNormAttributes)
    scale, bias, mean, variance = (graph.constants[name].astype(np.float64) for name in node.inputs[1:])
    spread = variance + node.attributes.epsilon
    if not (np.isfinite(spread).all() and (spread > 0).all()):
        raise GraphError(f"node {node.name}: variance and epsilon have to be finite and their sum positive")
    factor = scale / np.sqrt(spread)
    return node.inputs[0], factor, bias - mean * factor


def _takes_factors(graph: Graph, node: Node) -> bool:
    """Return whether a node has float32 weights of its own, and no clamp before its output."""
    weighted = node.op in (Op.CONV, Op.LINEAR) and all(name in graph.constants for name in node.inputs[1:])
    return weighted and _clamp(node) is None and graph.value(node.output).params is None


def _scaled(made: Graph, layer: Node, norm: Node, factor: NDArray[np.float64], shift: NDArray[np.float64]) -> Node:
    """Return the layer with the normalization in it, which makes the normalization's output."""
    weight = made.constants[layer.inputs[1]].astype(np.float64)
    scaled = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
    given: Any = made.constants[layer.inputs[2]].astype(np.float64) if len(layer.inputs) > 2 else 0.0
    names = _stored(made, norm, scaled, factor * given + shift)
    return replace(layer, inputs=(layer.inputs[0], *names), output=norm.output)


def _depthwise(made: Graph, norm: Node, factor: NDArray[np.float64], shift: NDArray[np.float64]) -> Node:
    names = _stored(made, norm, factor.reshape(-1, 1, 1, 1), shift)
    attributes = ConvAttributes(Window((1, 1)), groups=factor.size)
    return Node(norm.name, Op.CONV, (norm.inputs[0], *names), norm.output, attributes)


def _stored(made: Graph, norm: Node, weight: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[str, str]:
    with np.errstate(over="ignore", under="ignore"):
        folded = weight.astype(np.float32), bias.astype(np.float32)
    if not all(np.isfinite(part).all() for part in folded):
        raise GraphError(f"node {norm.name}: folded into the layer before it, weights or bias are not finite")
    return add_constant(made, f"{norm.output}/weight", folded[0]), add_constant(made, f"{norm.output}/bias", folded[1])
