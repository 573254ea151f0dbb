"""Which activations need a range of their own, and the parameters that follow from the ranges."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike

from accord.nn.calibration import Record
from accord.nn.graph import ClampAttributes, Graph, GraphError, Node, Op, PadAttributes
from accord.nn.graph.attributes import Bounds
from accord.nn.graph.ir import MOVES
from accord.nn.params import LIMITS, QuantizationParams
from accord.nn.passes.edit import makers
from accord.nn.quantization.saturation import reachable, told_apart

SOFTMAX_SCALE = 1 / 256
"""Of probabilities; its zero point is the type's least value."""
JOINED = frozenset({Op.ADD, Op.MULTIPLY, Op.CONCAT})
"""Operations whose constant inputs are operands, and get parameters as activations do."""


def sources(graph: Graph) -> dict[str, str]:
    """Return, for every activation, the one whose parameters it has: its input's, and so on, behind a move."""
    found = {name: name for name in graph.inputs}
    for node in graph.nodes:
        is_moved = node.op in MOVES and node.inputs[0] in found
        found[node.output] = found[node.inputs[0]] if is_moved else node.output
    return found


def calibrated_values(graph: Graph) -> list[str]:
    """Return the activations whose ranges calibration has to find, in order."""
    others = {node.output for node in graph.nodes if node.op is Op.SOFTMAX} | real_outputs(graph)
    return [name for name in dict.fromkeys(sources(graph).values()) if name not in others]


def real_outputs(graph: Graph) -> set[str]:
    """Return the outputs that need no bytes: sums of a linear layer, of a matrix and without a clamp, that end there.

    Their scales make them real numbers, which one more rounding to bytes would only worsen.
    """
    reads = {name for node in graph.nodes for name in node.inputs}
    layers = [node for node in graph.nodes if node.op is Op.LINEAR and len(graph.value(node.output).shape) == 2]
    return {
        node.output
        for node in layers
        if node.output in graph.outputs and node.output not in reads and _clamp(node) is None
    }


def _clamp(node: Node) -> Bounds:
    return node.attributes.clamp if isinstance(node.attributes, ClampAttributes) else None


def choose_params(
    graph: Graph, records: Mapping[str, Record], dtype: DTypeLike = np.uint8
) -> dict[str, QuantizationParams]:
    """Return parameters of activations and constant operands of a float32 graph, :func:`real_outputs` excepted.

    Asymmetric, one scale a tensor, from the records of :func:`calibrated_values`, less what a clamp or function cannot
    give and what the functions that read it do not tell apart. Reshapes, transposes, slices, pads
    and largest elements share their input's; what a pad puts in belongs to the range. A softmax has scale 1/256.
    GraphError names a value without a record.
    """
    kind = np.dtype(dtype)
    softmax = QuantizationParams(SOFTMAX_SCALE, LIMITS[kind][0], kind)
    fixed = {node.output: softmax for node in graph.nodes if node.op is Op.SOFTMAX}
    source = sources(graph)
    found = _widened(graph, records, source)
    chosen = fixed | {name: record.params(kind) for name, record in found.items()}
    before = makers(graph)
    for name, record in found.items():
        bounds = told_apart(graph, name, record.range, chosen)
        if name in before:
            given = chosen.get(source.get(before[name].inputs[0], ""))
            bounds = reachable(before[name], bounds, given)
        chosen[name] = replace(record, range=bounds).params(kind)
    params = {name: chosen[origin] for name, origin in source.items() if origin in chosen}
    return params | _operands(graph, kind)


def _widened(graph: Graph, records: Mapping[str, Record], source: Mapping[str, str]) -> dict[str, Record]:
    """Return the record of each source of parameters, what pads put in included."""
    found = {}
    for name in calibrated_values(graph):
        if name not in records:
            raise GraphError(f"value {name}: no record of its range; calibrate this graph")
        found[name] = records[name]
    for node in graph.nodes:
        if node.op is Op.PAD and isinstance(node.attributes, PadAttributes) and source[node.output] in found:
            record = found[source[node.output]]
            low, high = record.range
            value = float(node.attributes.value)
            found[source[node.output]] = replace(record, range=(min(low, value), max(high, value)))
    return found


def _operands(graph: Graph, kind: np.dtype) -> dict[str, QuantizationParams]:
    names = {name for node in graph.nodes if node.op in JOINED for name in node.inputs if name in graph.constants}
    found = {}
    for name in sorted(names):
        data = graph.constants[name]
        low, high = min(float(data.min(initial=0)), 0.0), max(float(data.max(initial=0)), 0.0)
        found[name] = Record("constant", {}, 1, 1, data.size, (low, high), (low, high)).params(kind)
    return found
