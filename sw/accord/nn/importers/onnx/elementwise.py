"""QuantizeLinear, DequantizeLinear, and between them functions of one tensor, which become tables of 256 entries."""

from dataclasses import replace
from typing import Any

import numpy as np

from accord.nn.functions.reals import FUNCTIONS
from accord.nn.graph import Apply, Expression, Number, Op, Shape, X
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx import joined
from accord.nn.importers.onnx.quantization import BYTES, byte_values, quantized, table_of
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.params import QuantizationParams

MAX_FLOAT = float(np.finfo(np.float32).max)


def _axis(node: SourceNode, shape: Shape) -> int:
    if node.get("block_size", 0):
        raise ModelError(f"{node}: blocks of {node.get('block_size', 0)} elements are not supported")
    axis = int(node.get("axis", 1))
    return axis + len(shape) if axis < 0 else axis


def dequantize(walk: Walk, node: SourceNode) -> Term:
    """DequantizeLinear: of int32, a bias; of bytes, an island."""
    found = walk.term(node, 0)
    if isinstance(found, Constant) and found.params is None:
        if found.data.dtype == np.int32:
            return _bias(walk, node, found)
        params = walk.params(node, 1, _axis(node, found.shape), found.data.dtype)
        return Constant(found.data, params)
    if not isinstance(found, Bytes):
        raise ModelError(f"{node}: {node.input(0)} is not quantized")
    params = walk.params(node, 1, _axis(node, found.shape), walk.builder.graph.values[found.name].dtype)
    if params.axis is not None:
        raise ModelError(f"{node}: an activation with one scale a channel is not supported")
    walk.builder.require(str(node), found, params)
    return Island(found, params)


def _bias(walk: Walk, node: SourceNode, found: Constant) -> Constant:
    zero = walk.optional_array(node, 2)
    if zero is not None and zero.any():
        raise ModelError(f"{node}: int32 with a zero point is not supported")
    return replace(found, bias_scale=walk.array(node, 1))


def quantize(walk: Walk, node: SourceNode) -> Term:
    """QuantizeLinear: the end of an island, of a pending operation, of real input; or of a real constant."""
    found, name = walk.term(node, 0), node.outputs[0]
    params = walk.params(node, 1, _axis(node, found.shape), _output_dtype(node))
    if isinstance(found, Constant) and found.params is None and found.data.dtype == np.float32:
        return Constant(quantized(found.data, params))
    if params.axis is not None:
        raise ModelError(f"{node}: an activation with one scale a channel is not supported")
    if isinstance(found, Island):
        return _end(walk, node, found, params)
    if isinstance(found, Pending):
        found.finish(name, params, _clamp(found, params))
        return Bytes(name, found.shape)
    if isinstance(found, Real):
        walk.builder.value(name, found.shape, params.dtype, params)
        walk.builder.emit(str(node), Op.QUANTIZE, [found.name], name)
        return Bytes(name, found.shape)
    raise ModelError(f"{node}: {node.input(0)} is quantized already")


def _output_dtype(node: SourceNode) -> Any:
    kind = node.get("output_dtype", 0)
    if kind not in (0, 2, 3):
        raise ModelError(f"{node}: output_dtype {kind} is not supported, expected uint8 or int8")
    return np.int8 if kind == 3 else np.uint8


def _clamp(found: Pending, params: QuantizationParams) -> tuple[int, int] | None:
    """Return what a Relu or Clip leaves, in quantized units: quantization is monotone, so the two commute."""
    ends = quantized(np.array([found.low, found.high], np.float32), params)
    low, high = int(ends[0]), int(ends[1])
    return None if (low, high) == params.limits else (low, high)


def _end(walk: Walk, node: SourceNode, island: Island, params: QuantizationParams) -> Bytes:
    """Write an island as a lookup, or as nothing where it changes no byte."""
    builder, name = walk.builder, node.outputs[0]
    table = quantized(island.table, params)
    if params == island.params and (table == byte_values(params.dtype)).all():
        builder.rename(str(node), island.source, name)
        return Bytes(name, island.shape)
    return walk.tabulated(node, island, table, params, name)


def _step(island: Island, node: SourceNode, expression: Expression) -> Island:
    return replace(island, expression=expression, steps=(*island.steps, str(node)))


def _island(walk: Walk, node: SourceNode, index: int) -> Island | None:
    """Return an input as a function of one tensor, None where it is none."""
    found = walk.term(node, index)
    return found.fallback if isinstance(found, Pending) else found if isinstance(found, Island) else None


def unary(walk: Walk, node: SourceNode) -> Term:
    """Apply a function of one tensor."""
    island = _island(walk, node, 0)
    if island is None:
        walk.refuse(node, 0)
    return _step(island, node, applied(node, node.op, island.expression))


def applied(node: SourceNode, op: str, expression: Expression) -> Expression:
    """Return an operator of one tensor with the options that a node gives."""
    names = FUNCTIONS[op][1]
    return Apply(op, (expression,), tuple((name, node.attributes[name]) for name in names if name in node.attributes))


def _bounded(walk: Walk, node: SourceNode, low: float, high: float, bounds: tuple[Number, ...] = ()) -> Term:
    """Apply a clamp, which an operation that is still pending takes along."""
    found = walk.term(node, 0)
    if isinstance(found, Pending):
        low, high = min(max(found.low, low), high), max(min(found.high, high), low)
        fallback = found.fallback and _clamped(found.fallback, node, bounds)
        return replace(found, low=low, high=high, fallback=fallback, add_bias=None, reals=None)
    if not isinstance(found, Island):
        walk.refuse(node, 0)
    return _clamped(found, node, bounds)


def _clamped(island: Island, node: SourceNode, bounds: tuple[Number, ...]) -> Island:
    return _step(island, node, Apply(node.op, (island.expression, *bounds)))


def relu(walk: Walk, node: SourceNode) -> Term:
    """Relu."""
    return _bounded(walk, node, 0.0, np.inf)


def clip(walk: Walk, node: SourceNode) -> Term:
    """Clip, its bounds constants."""
    low, high = bounds(walk, node)
    return _bounded(walk, node, low, high, (Number(low), Number(high)))


def bounds(walk: Walk, node: SourceNode) -> tuple[float, float]:
    """Return the bounds of a Clip."""
    return real_scalar(walk, node, 1, -MAX_FLOAT), real_scalar(walk, node, 2, MAX_FLOAT)


def real_scalar(walk: Walk, node: SourceNode, index: int, default: float) -> float:
    """Return an input that has to be one real constant, a default where it is left out."""
    if not walk.has(node, index):
        return default
    found = scalar(walk, node, index)
    if found is None:
        raise ModelError(f"{node}: input {index} ({node.input(index)}) has to be a constant number")
    return float(found)


def scalar(walk: Walk, node: SourceNode, index: int) -> np.float32 | None:
    """Return an input that is one real constant, through a DequantizeLinear or not."""
    found = walk.term(node, index)
    if not isinstance(found, Constant) or found.data.size != 1:
        return None
    if found.params is not None:
        return np.float32(table_of(found.params)[found.data.reshape(-1).view(np.uint8)[0]])
    return np.float32(found.data.reshape(-1)[0]) if found.data.dtype == np.float32 else None


QUANTIZED = {"Add": joined.joined(Op.ADD), "Mul": joined.joined(Op.MULTIPLY)}


def binary(walk: Walk, node: SourceNode) -> Term:
    """Combine two operands: a bias of a MatMul, a quantized Add or Mul, or a function of one tensor."""
    if node.op == "Add":
        biased = _biased(walk, node)
        if biased is not None:
            return biased
    fallback = _combined(walk, node)
    quantized_rule = QUANTIZED.get(node.op)
    if quantized_rule is not None and all(_is_dequantized(walk, node, index) for index in (0, 1)):
        return replace(quantized_rule(walk, node), fallback=fallback)
    if fallback is None:
        walk.refuse(node, 0 if _island(walk, node, 0) is None else 1)
    return fallback


def with_number(walk: Walk, node: SourceNode) -> Term:
    """Apply a function of a tensor and one constant: PRelu of one slope, a square, a cube."""
    island, number = _island(walk, node, 0), scalar(walk, node, 1)
    if island is None:
        walk.refuse(node, 0)
    if number is None or (node.op == "Pow" and number not in (2, 3)):
        raise ModelError(f"{node}: {node.input(1)} has to be one constant, and 2 or 3 for an exponent")
    return _step(island, node, Apply(node.op, (island.expression, Number(float(number)))))


def _is_dequantized(walk: Walk, node: SourceNode, index: int) -> bool:
    found = walk.term(node, index)
    if isinstance(found, Constant):
        return found.params is not None and found.params.axis is None and found.data.dtype in BYTES
    return isinstance(found, Island) and not found.steps


def _biased(walk: Walk, node: SourceNode) -> Pending | None:
    """Return MatMul and Add as one operation, None where they are not."""
    for one, other in ((0, 1), (1, 0)):
        product, bias = walk.term(node, one), walk.term(node, other)
        if isinstance(product, Pending) and product.add_bias is not None and isinstance(bias, Constant):
            return product.add_bias(bias)
    return None


def _combined(walk: Walk, node: SourceNode) -> Island | None:
    """Return two operands as a function of the one tensor that they share, None where there is none."""
    if len(node.inputs) != 2:
        return None
    islands = [_island(walk, node, index) for index in (0, 1)]
    parts = [_part(walk, node, index, island) for index, island in enumerate(islands)]
    sources = {island.source for island in islands if island is not None}
    if len(sources) != 1 or parts[0] is None or parts[1] is None:
        return None
    known = [island for island in islands if island is not None]
    steps = tuple(dict.fromkeys(step for island in known for step in island.steps))
    return _step(replace(known[0], steps=steps), node, Apply(node.op, (parts[0], parts[1])))


def _part(walk: Walk, node: SourceNode, index: int, island: Island | None) -> Expression | None:
    """Return an operand as part of an expression, None where it is neither an island nor a number."""
    if island is not None:
        return island.expression
    number = scalar(walk, node, index)
    return None if number is None else Number(float(number))


def qlinear_unary(walk: Walk, node: SourceNode) -> Term:
    """QLinearSigmoid or QLinearLeakyRelu: a table of the function between two quantizations."""
    source, params = walk.bytes(node, 0)
    op = node.op.removeprefix("QLinear")
    island = _step(Island(source, params), node, applied(node, op, X))
    return _end(walk, node, island, walk.params(node, 3, dtype=params.dtype))


RULES: dict[str, Rule] = {
    **dict.fromkeys(FUNCTIONS, unary),
    **dict.fromkeys(("Add", "Div", "Max", "Min", "Mul", "Sub"), binary),
    **dict.fromkeys(("PRelu", "Pow"), with_number),
    "Clip": clip,
    "DequantizeLinear": dequantize,
    "QLinearLeakyRelu": qlinear_unary,
    "QLinearSigmoid": qlinear_unary,
    "QuantizeLinear": quantize,
    "Relu": relu,
}
