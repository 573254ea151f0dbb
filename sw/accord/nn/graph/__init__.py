"""The graph of a network: typed, checked, NHWC."""

from accord.nn.graph.attributes import (
    AxisAttributes,
    BatchNormAttributes,
    ClampAttributes,
    ConvAttributes,
    FunctionAttributes,
    FusedAttributes,
    PadAttributes,
    PoolAttributes,
    SliceAttributes,
    TransposeAttributes,
    Window,
)
from accord.nn.graph.function import Apply, Expression, Number, Variable, X, substitute
from accord.nn.graph.ir import Graph, GraphError, Node, Op, Shape, Value

__all__ = [
    "Apply",
    "AxisAttributes",
    "BatchNormAttributes",
    "ClampAttributes",
    "ConvAttributes",
    "Expression",
    "FunctionAttributes",
    "FusedAttributes",
    "Graph",
    "GraphError",
    "Node",
    "Number",
    "Op",
    "PadAttributes",
    "PoolAttributes",
    "Shape",
    "SliceAttributes",
    "TransposeAttributes",
    "Value",
    "Variable",
    "Window",
    "X",
    "substitute",
]
