"""Layers of the nodes of a float32 network."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import (
    AxisAttributes,
    BatchNormAttributes,
    ClampAttributes,
    ConvAttributes,
    FunctionAttributes,
    Graph,
    Node,
    Op,
    PoolAttributes,
)
from accord.nn.layers.pool import real_global_average
from accord.nn.layers.real import (
    RealAvgPool2d,
    RealBatchNorm,
    RealConv2d,
    RealFunction,
    RealJoined,
    RealLinear,
    RealMaxPool2d,
    real_softmax,
)

Layer = Callable[..., Any]


def real_layer(graph: Graph, node: Node) -> Layer | None:
    """Return the layer of a node of float32 data; None for one that takes others, or moves what it takes."""
    is_real = graph.value(node.inputs[0]).dtype == np.float32
    return _MAKERS[node.op](graph, node) if is_real and node.op in _MAKERS else None


def _constants(graph: Graph, node: Node) -> list[NDArray[Any]]:
    """Return weights and whatever else a layer has."""
    for name in node.inputs[1:]:
        if name not in graph.constants or graph.constants[name].dtype != np.float32:
            raise ValueError(f"{name} has to be a float32 constant")
    return [graph.constants[name] for name in node.inputs[1:]]


def _conv(graph: Graph, node: Node) -> Layer:
    attributes = node.attributes
    assert isinstance(attributes, ConvAttributes)
    weight, bias = (*_constants(graph, node), None)[:2]
    assert weight is not None
    return RealConv2d(weight, bias, attributes.window, attributes.groups, attributes.clamp)


def _linear(graph: Graph, node: Node) -> Layer:
    weight, bias = (*_constants(graph, node), None)[:2]
    assert weight is not None
    return RealLinear(weight, bias, _clamp(node))


def _clamp(node: Node) -> Any:
    return node.attributes.clamp if isinstance(node.attributes, ClampAttributes) else None


def _batch_norm(graph: Graph, node: Node) -> Layer:
    epsilon = node.attributes.epsilon if isinstance(node.attributes, BatchNormAttributes) else 1e-5
    scale, bias, mean, variance = _constants(graph, node)
    return RealBatchNorm(scale, bias, mean, variance, epsilon)


def _function(graph: Graph, node: Node) -> Layer:
    assert isinstance(node.attributes, FunctionAttributes)
    return RealFunction(node.attributes.expression)


def _concat(graph: Graph, node: Node) -> Layer:
    assert isinstance(node.attributes, AxisAttributes)
    axis = node.attributes.axis
    return lambda *parts, out: np.concatenate(parts, axis=axis, out=out)


def _max_pool(graph: Graph, node: Node) -> Layer:
    assert isinstance(node.attributes, PoolAttributes)
    return RealMaxPool2d(node.attributes.window, node.attributes.clamp)


def _average_pool(graph: Graph, node: Node) -> Layer:
    assert isinstance(node.attributes, PoolAttributes)
    return RealAvgPool2d(node.attributes.window, node.attributes.count_include_pad, node.attributes.clamp)


def _softmax(graph: Graph, node: Node) -> Layer:
    assert isinstance(node.attributes, AxisAttributes)
    axis = node.attributes.axis
    return lambda x, out: real_softmax(x, axis, out)


_MAKERS: dict[Op, Callable[[Graph, Node], Layer]] = {
    Op.ADD: lambda graph, node: RealJoined(np.add, _clamp(node)),
    Op.AVERAGE_POOL: _average_pool,
    Op.BATCH_NORM: _batch_norm,
    Op.CONCAT: _concat,
    Op.CONV: _conv,
    Op.FUNCTION: _function,
    Op.GLOBAL_AVERAGE_POOL: lambda graph, node: real_global_average,
    Op.LINEAR: _linear,
    Op.MAX_POOL: _max_pool,
    Op.MULTIPLY: lambda graph, node: RealJoined(np.multiply, _clamp(node)),
    Op.SOFTMAX: _softmax,
}
