"""Add, Mul, Concat, pools and Softmax, quantized or between DequantizeLinear and QuantizeLinear."""

from collections.abc import Callable, Sequence

import numpy as np

from accord.nn.graph import AxisAttributes, ClampAttributes, Op, PoolAttributes, Shape
from accord.nn.graph.attributes import Attributes
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.builder import own_axis
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.importers.onnx.windows import image_size, window_of
from accord.nn.params import QuantizationParams

Operand = tuple[Bytes, QuantizationParams]


def _write(
    walk: Walk,
    node: SourceNode,
    op: Op,
    operands: Sequence[Operand],
    attributes: Attributes | None,
    name: str,
    shape: Shape,
    params: QuantizationParams,
) -> Bytes:
    """Add a node; all operands and the output have one dtype, as ONNX Runtime's kernels want it."""
    kinds = {given.dtype for _, given in operands} | {params.dtype}
    if len(kinds) > 1:
        raise ModelError(f"{node}: mixes int8 and uint8, which is computed in floating point; quantize to one type")
    inputs = [walk.builder.require(str(node), source, given) for source, given in operands]
    walk.builder.value(name, shape, params.dtype, params)
    walk.builder.emit(str(node), op, inputs, name, attributes)
    return Bytes(name, shape)


def broadcast(node: SourceNode, a: Shape, b: Shape) -> Shape:
    """Return the shape of an elementwise result; an open batch goes with itself and with 1."""
    if len(a) != len(b):
        raise ModelError(f"{node}: operands of {len(a)} and {len(b)} axes; reshape one of them in the model")
    sizes = []
    for one, other in zip(a, b, strict=True):
        if one != other and 1 not in (one, other):
            raise ModelError(f"{node}: shapes {a} and {b} do not broadcast")
        sizes.append(other if one == 1 else one)
    return tuple(sizes)


def _aligned(walk: Walk, node: SourceNode, operands: list[Operand]) -> list[Operand]:
    """Give a constant operand of fewer axes leading ones."""
    axes = max(len(source.shape) for source, _ in operands)
    found = []
    for source, params in operands:
        if len(source.shape) < axes and source.name in walk.builder.graph.constants:
            data = walk.builder.graph.constants[source.name]
            constant = Constant(data.reshape((1,) * (axes - data.ndim) + data.shape), params)
            source = walk.stored(node, constant, params)
        found.append((source, params))
    return found


def joined(op: Op) -> Callable[[Walk, SourceNode], Pending]:
    """Return the rule of Add or Mul of two dequantized operands."""

    def rule(walk: Walk, node: SourceNode) -> Pending:
        a, b = walk.dequantized(node, 0), walk.dequantized(node, 1)
        if a is None or b is None:
            walk.refuse(node, 0 if a is None else 1)
        operands = _aligned(walk, node, [(a.source, a.params), (b.source, b.params)])
        shape = broadcast(node, operands[0][0].shape, operands[1][0].shape)

        def finish(name: str, params: QuantizationParams, clamp: tuple[int, int] | None) -> None:
            _write(walk, node, op, operands, ClampAttributes(clamp), name, shape, params)

        return Pending(str(node), shape, finish)

    return rule


def qlinear_joined(op: Op) -> Rule:
    """Return the rule of QLinearAdd or QLinearMul."""

    def rule(walk: Walk, node: SourceNode) -> Term:
        operands = _aligned(walk, node, [walk.bytes(node, 0), walk.bytes(node, 3)])
        shape = broadcast(node, operands[0][0].shape, operands[1][0].shape)
        params = walk.params(node, 6, dtype=operands[0][1].dtype)
        return _write(walk, node, op, operands, ClampAttributes(), node.outputs[0], shape, params)

    return rule


def concatenated(node: SourceNode, shapes: Sequence[Shape]) -> tuple[Shape, AxisAttributes]:
    """Return what a concatenation gives, and its axis."""
    axes = len(shapes[0])
    axis = int(node.get("axis", 0))
    axis += axes if axis < 0 else 0
    rests = {tuple(size for number, size in enumerate(shape) if number != axis) for shape in shapes}
    sizes = [shape[axis] for shape in shapes if len(shape) == axes]
    if len(rests) > 1 or len(sizes) < len(shapes) or None in sizes:
        raise ModelError(f"{node}: inputs {', '.join(map(str, shapes))} do not join along axis {axis}")
    total = sum(size for size in sizes if size is not None)
    shape = (*shapes[0][:axis], total, *shapes[0][axis + 1 :])
    return shape, AxisAttributes(own_axis(axis, shape))


def concat(walk: Walk, node: SourceNode) -> Term:
    """Concat of dequantized operands."""
    found = [walk.dequantized(node, index) for index in range(len(node.inputs))]
    operands = []
    for index, island in enumerate(found):
        if island is None:
            walk.refuse(node, index)
        operands.append((island.source, island.params))
    shape, attributes = concatenated(node, [source.shape for source, _ in operands])

    def finish(name: str, params: QuantizationParams, clamp: tuple[int, int] | None) -> None:
        if clamp is not None:
            raise ModelError(f"{node}: a Relu or Clip between it and its QuantizeLinear is not supported")
        _write(walk, node, Op.CONCAT, operands, attributes, name, shape, params)

    return Pending(str(node), shape, finish)


def qlinear_concat(walk: Walk, node: SourceNode) -> Term:
    """QLinearConcat: the output's scale and zero point come first."""
    operands = [walk.bytes(node, index) for index in range(2, len(node.inputs), 3)]
    shape, attributes = concatenated(node, [source.shape for source, _ in operands])
    params = walk.params(node, 0, dtype=operands[0][1].dtype)
    return _write(walk, node, Op.CONCAT, operands, attributes, node.outputs[0], shape, params)


def pool_of(node: SourceNode, shape: Shape) -> tuple[Shape, Op, PoolAttributes | None]:
    """Return what an average gives: its shape, operation and attributes."""
    if node.get("channels_last", 0):
        raise ModelError(f"{node}: channels_last is not supported in a model")
    size = image_size(node, shape)
    window = None if "Global" in node.op else window_of(node, shape)
    # ONNX Runtime takes an average over the whole image for a global one, which rounds otherwise
    if window is None or (window.kernel == size and not any(window.padding)):
        return (*shape[:2], 1, 1), Op.GLOBAL_AVERAGE_POOL, None
    if window.dilation != (1, 1):
        raise ModelError(f"{node}: dilations {window.dilation} are not supported in a pool")
    attributes = PoolAttributes(window, bool(node.get("count_include_pad", 0)))
    return (*shape[:2], *window.out_size(*size)), Op.AVERAGE_POOL, attributes


def average(walk: Walk, node: SourceNode) -> Term:
    """AveragePool or GlobalAveragePool of a dequantized operand."""
    shape, op, attributes = pool_of(node, walk.term(node, 0).shape)
    island = walk.dequantized(node, 0)
    if island is not None:
        return _unary(walk, node, op, (island.source, island.params), attributes, shape)
    if op is not Op.GLOBAL_AVERAGE_POOL:
        walk.refuse(node, 0)
    real = walk.real(node, 0)
    if real is None:
        walk.refuse(node, 0)
    name = node.outputs[0]
    walk.builder.value(name, shape, np.float32)
    walk.builder.emit(str(node), op, [real.name], name)
    return Real(name, shape)


def qlinear_average(walk: Walk, node: SourceNode) -> Term:
    """QLinearAveragePool or QLinearGlobalAveragePool."""
    operand = walk.bytes(node, 0)
    shape, op, attributes = pool_of(node, operand[0].shape)
    params = walk.params(node, 3, dtype=operand[1].dtype)
    return _write(walk, node, op, [operand], attributes, node.outputs[0], shape, params)


def _only(walk: Walk, node: SourceNode) -> Island:
    island = walk.dequantized(node, 0)
    if island is None:
        walk.refuse(node, 0)
    return island


def _unary(
    walk: Walk, node: SourceNode, op: Op, operand: Operand, attributes: Attributes | None, shape: Shape
) -> Pending:
    def finish(name: str, params: QuantizationParams, clamp: tuple[int, int] | None) -> None:
        if clamp is not None:
            raise ModelError(f"{node}: a Relu or Clip between it and its QuantizeLinear is not supported")
        _write(walk, node, op, [operand], attributes, name, shape, params)

    return Pending(str(node), shape, finish)


def softmax_axis(node: SourceNode, shape: Shape) -> AxisAttributes:
    """Return the axis of a softmax."""
    if node.op == "QLinearSoftmax" and int(node.get("opset", 13)) < 13:
        raise ModelError(f"{node}: softmax of opset {node.get('opset', 13)} is not supported, only 13 and later")
    axis = int(node.get("axis", -1))
    return AxisAttributes(own_axis(axis + len(shape) if axis < 0 else axis, shape))


def softmax(walk: Walk, node: SourceNode) -> Term:
    """Softmax of a dequantized operand."""
    island = _only(walk, node)
    attributes = softmax_axis(node, island.shape)
    return _unary(walk, node, Op.SOFTMAX, (island.source, island.params), attributes, island.shape)


def qlinear_softmax(walk: Walk, node: SourceNode) -> Term:
    """QLinearSoftmax."""
    operand = walk.bytes(node, 0)
    attributes = softmax_axis(node, operand[0].shape)
    params = walk.params(node, 3, dtype=operand[1].dtype)
    return _write(walk, node, Op.SOFTMAX, [operand], attributes, node.outputs[0], operand[0].shape, params)


RULES: dict[str, Rule] = {
    "AveragePool": average,
    "Concat": concat,
    "GlobalAveragePool": average,
    "QLinearAdd": qlinear_joined(Op.ADD),
    "QLinearAveragePool": qlinear_average,
    "QLinearConcat": qlinear_concat,
    "QLinearGlobalAveragePool": qlinear_average,
    "QLinearMul": qlinear_joined(Op.MULTIPLY),
    "QLinearSoftmax": qlinear_softmax,
    "Softmax": softmax,
}
