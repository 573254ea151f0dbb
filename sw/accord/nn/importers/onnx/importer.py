"""An ONNX network as a graph of this package."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx

from accord.nn.graph import Graph, Value
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx import elementwise, joined, moves, parts, real, real_elementwise, weighted
from accord.nn.importers.onnx.folding import folded
from accord.nn.importers.onnx.reader import SourceInput, SourceNode, read
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real
from accord.nn.importers.onnx.walk import Rule, Walk

RULES: dict[str, Rule] = {
    **weighted.RULES,
    **joined.RULES,
    **elementwise.RULES,
    **moves.RULES,
    **parts.RULES,
    "BatchNormalization": real.normalization_left,
}
REAL_RULES: dict[str, Rule] = {**moves.RULES, **parts.RULES, **real.RULES, **real_elementwise.RULES}


def import_onnx(model: "onnx.ModelProto | str | Path") -> Graph:
    """Return the graph of a network, opsets 13 to 21: of float32, or quantized, in QDQ form or with QLinear operators.

    A quantized network's bytes are ONNX Runtime's under the contract ``onnx``. Functions of one tensor between a
    DequantizeLinear and a QuantizeLinear become tables; other arithmetic, BatchNormalization excepted, must not stay in
    floating point. A network in which nothing is quantized gives a graph of float32. ModelError, a ValueError, names
    the operator that cannot be read, and where it stands.
    """
    source = read(model)
    walk = Walk(source)
    for entry in source.inputs:
        _open(walk, entry)
    rules = REAL_RULES if source.is_real else RULES
    for node in source.nodes:
        _apply(walk, node, rules)
    for name in source.outputs:
        _close(walk, name)
    walk.builder.drop_unread()
    walk.builder.graph.check()
    return walk.builder.graph


def _open(walk: Walk, entry: SourceInput) -> None:
    if entry.dtype not in (np.float32, np.int8, np.uint8):
        raise ModelError(f"input {entry.name}: is {entry.dtype}, expected float32, int8 or uint8")
    walk.builder.value(entry.name, entry.shape, entry.dtype)
    walk.builder.graph.inputs.append(entry.name)
    kind = Real if entry.dtype == np.float32 else Bytes
    walk.terms[entry.name] = kind(entry.name, entry.shape)


def _apply(walk: Walk, node: SourceNode, rules: Mapping[str, Rule]) -> None:
    result = folded(walk, node)
    if result is None:
        if node.op not in rules:
            raise ModelError(f"{node}: the operator {node.op} is not supported")
        try:
            term = rules[node.op](walk, node)
        except (IndexError, ValueError) as error:
            raise error if isinstance(error, ModelError) else ModelError(f"{node}: is malformed: {error}") from error
        result = term if isinstance(term, list) else [term]
    walk.terms.update(zip(node.outputs, result, strict=False))


def _close(walk: Walk, name: str) -> None:
    """Give an output of the network its name."""
    if name not in walk.terms:
        raise ModelError(f"output {name}: nothing computes it")
    found, builder = walk.terms[name], walk.builder
    if isinstance(found, Island):
        walk.written(found, name)
    elif isinstance(found, Pending):
        if found.reals is None:
            raise ModelError(f"output {name}: {found.origin} is computed in floating point; quantize its output")
        found.reals(name)
    elif isinstance(found, Constant):
        builder.graph.constants[name] = np.array(found.data, order="C")
        builder.graph.values[name] = Value(name, found.shape, found.data.dtype)
    elif found.name != name:
        builder.rename(f"output {name}", found, name)
    builder.graph.outputs.append(name)
