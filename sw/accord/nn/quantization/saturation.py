"""What of a range can occur, and what of it matters: the rest need not be quantized."""

from collections.abc import Mapping

import numpy as np

from accord.nn.functions import evaluate
from accord.nn.graph import Graph, Node, Op
from accord.nn.params import QuantizationParams
from accord.nn.passes.functions import expression
from accord.nn.tensor import QuantizedTensor

POINTS = 4096
"""At which a function is looked at, evenly spread over the range."""
PART_OF_STEP = 0.25
"""Of its output's scale: by how much the narrower range may change a result."""

Range = tuple[float, float]


def told_apart(graph: Graph, name: str, bounds: Range, params: Mapping[str, QuantizationParams]) -> Range:
    """Return the part of a value's range outside which all of its readers are constant, zero included.

    Only functions can be: the whole range is returned where anything else reads the value, or it is an output. Such as
    a HardSwish, which is 0 below -3: bytes for less than that would be wasted. A result may change by a quarter of
    a step of its own.
    """
    readers = [node for node in graph.nodes if name in node.inputs]
    if name in graph.outputs or not readers or any(node.op is not Op.FUNCTION for node in readers):
        return bounds
    x = np.linspace(*bounds, POINTS, dtype=np.float32)
    low, high = bounds[1], bounds[0]
    for node in readers:
        y = evaluate(expression(node), x).astype(np.float64)
        slack = PART_OF_STEP * float(params[node.output].scale)
        varies = np.flatnonzero(np.abs(y - y[0]) > slack), np.flatnonzero(np.abs(y - y[-1]) > slack)
        if not varies[0].size:
            continue
        # the neighbours beyond the ends are still within the slack
        low = min(low, float(x[varies[0][0] - 1]))
        high = max(high, float(x[varies[1][-1] + 1]))
    return (min(low, 0.0), max(high, 0.0)) if low < high else bounds


def reachable(node: Node, bounds: Range, given: QuantizationParams | None) -> Range:
    """Return the part of a range that a node's clamp leaves, or its function of all bytes of its input; with zero."""
    low, high = bounds
    clamp = getattr(node.attributes, "clamp", None)
    if clamp is not None:
        low, high = max(low, clamp[0]), min(high, clamp[1])
    if node.op is Op.FUNCTION and given is not None:
        every = np.arange(256, dtype=np.uint8).view(given.dtype)
        values = evaluate(expression(node), QuantizedTensor(every, given).dequantize())
        finite = values[np.isfinite(values)]
        low, high = max(low, float(finite.min(initial=0.0))), min(high, float(finite.max(initial=0.0)))
    return min(low, 0.0), max(high, 0.0)
