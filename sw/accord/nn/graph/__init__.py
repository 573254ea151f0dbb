"""The graph of a network: typed, checked, NHWC."""

from accord.nn.graph.attributes import (
    AxisAttributes,
    ClampAttributes,
    ConvAttributes,
    PadAttributes,
    PoolAttributes,
    SliceAttributes,
    TransposeAttributes,
    Window,
)
from accord.nn.graph.ir import Graph, GraphError, Node, Op, Shape, Value

__all__ = [
    "AxisAttributes",
    "ClampAttributes",
    "ConvAttributes",
    "Graph",
    "GraphError",
    "Node",
    "Op",
    "PadAttributes",
    "PoolAttributes",
    "Shape",
    "SliceAttributes",
    "TransposeAttributes",
    "Value",
    "Window",
]
