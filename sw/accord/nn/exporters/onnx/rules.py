"""How each operation is written: as ONNX operators on real numbers, or on bytes where those only move."""

from collections.abc import Callable
from typing import Any

import numpy as np

from accord.nn.exporters.onnx.expressions import write_expression
from accord.nn.exporters.onnx.writer import TO_NCHW, TO_NHWC, Writer
from accord.nn.graph import (
    AxisAttributes,
    BatchNormAttributes,
    ConvAttributes,
    FunctionAttributes,
    GraphError,
    Node,
    Op,
    PadAttributes,
    PoolAttributes,
    Shape,
    SliceAttributes,
    TransposeAttributes,
    Window,
    X,
)
from accord.nn.params import QuantizationParams
from accord.nn.passes.tables import table_of

IDENTITY = (0, 1, 2, 3)


def _window(window: Window) -> dict[str, Any]:
    return {"kernel_shape": window.kernel, "strides": window.stride, "pads": window.padding}


def _operand(writer: Writer, node: Node, index: int, params: QuantizationParams | None = None) -> str:
    """Write a weight or bias, through a DequantizeLinear where it is quantized."""
    name = node.inputs[index]
    data = writer.graph.constants[name]
    if node.op is Op.CONV and data.ndim == 4:
        data = data.transpose(TO_NCHW)
    meaning = params or writer.graph.value(name).params
    stored = writer.constant(f"{name}/data", data)
    return stored if meaning is None else writer.dequantize(stored, meaning, writer.fresh(f"{name}/dequantized"))


def _weights(writer: Writer, node: Node) -> list[str]:
    """Write the weights and the bias of a layer; an int32 bias is in steps of S_x * S_w."""
    found = [_operand(writer, node, 1)]
    if len(node.inputs) > 2:
        steps = None
        if writer.graph.constants[node.inputs[2]].dtype == np.int32:
            x, w = (writer.graph.value(name).params for name in node.inputs[:2])
            assert x is not None
            assert w is not None
            steps = QuantizationParams(x.scale * w.scale, 0, np.int32, w.axis)
        found.append(_operand(writer, node, 2, steps))
    return found


def _clamped(writer: Writer, node: Node, reals: str, output: str) -> None:
    """Write the clamp of an operation, from its result to ``output``; integer bounds are the numbers they stand for."""
    bounds = getattr(node.attributes, "clamp", None)
    assert bounds is not None
    low, high = bounds
    params = writer.graph.value(node.output).params
    if params is not None:
        low, high = (float((bound - int(params.zero_point)) * params.scale) for bound in (low, high))
    if low == 0 and high == np.inf:
        writer.add("Relu", [reals], output)
        return
    names = [
        writer.constant(f"{output}/bound", np.array(bound, np.float32)) if np.isfinite(bound) else ""
        for bound in (low, high)
    ]
    writer.add("Clip", [reals, *names], output)


def _operation(writer: Writer, node: Node, op: str, inputs: list[str], planar: bool, **attributes: Any) -> None:
    """Write an operator of real numbers, its clamp, and what makes its result the node's output."""
    target = writer.target(node, planar)
    if getattr(node.attributes, "clamp", None) is None:
        writer.add(op, inputs, target, **attributes)
    else:
        _clamped(writer, node, writer.add(op, inputs, writer.fresh(f"{node.output}/free"), **attributes), target)
    writer.close(node, target, planar)


def conv(writer: Writer, node: Node) -> None:
    """Conv."""
    attributes = node.attributes
    assert isinstance(attributes, ConvAttributes)
    inputs = [writer.reals(node.inputs[0], True), *_weights(writer, node)]
    settings = {**_window(attributes.window), "dilations": attributes.window.dilation, "group": attributes.groups}
    _operation(writer, node, "Conv", inputs, True, **settings)


def linear(writer: Writer, node: Node) -> None:
    """Gemm, of a matrix."""
    if len(writer.graph.value(node.inputs[0]).shape) != 2:
        raise GraphError(f"node {node.name}: a linear layer of more than two axes has no form in the file; reshape it")
    _operation(writer, node, "Gemm", [writer.reals(node.inputs[0], False), *_weights(writer, node)], False, transB=1)


def joined(op: str) -> Callable[[Writer, Node], None]:
    """Return the rule of Add or Mul."""

    def rule(writer: Writer, node: Node) -> None:
        planar = writer.is_planar(node.output)
        _operation(writer, node, op, [writer.reals(name, planar) for name in node.inputs], planar)

    return rule


def _file_axis(writer: Writer, node: Node, axis: int) -> int:
    return TO_NCHW.index(axis) if writer.is_planar(node.output) else axis


def on_axis(op: str) -> Callable[[Writer, Node], None]:
    """Return the rule of Concat or Softmax."""

    def rule(writer: Writer, node: Node) -> None:
        assert isinstance(node.attributes, AxisAttributes)
        planar = writer.is_planar(node.output)
        inputs = [writer.reals(name, planar) for name in node.inputs]
        _operation(writer, node, op, inputs, planar, axis=_file_axis(writer, node, node.attributes.axis))

    return rule


def average_pool(writer: Writer, node: Node) -> None:
    """AveragePool."""
    attributes = node.attributes
    assert isinstance(attributes, PoolAttributes)
    settings = {**_window(attributes.window), "count_include_pad": int(attributes.count_include_pad)}
    _operation(writer, node, "AveragePool", [writer.reals(node.inputs[0], True)], True, **settings)


def global_average_pool(writer: Writer, node: Node) -> None:
    """GlobalAveragePool."""
    _operation(writer, node, "GlobalAveragePool", [writer.reals(node.inputs[0], True)], True)


def max_pool(writer: Writer, node: Node) -> None:
    """MaxPool, of bytes or reals."""
    assert isinstance(node.attributes, PoolAttributes)
    planar = writer.is_planar(node.output)
    target = node.output if planar else writer.fresh(f"{node.output}/moved")
    writer.add("MaxPool", [writer.tensor(node.inputs[0], True)], target, **_window(node.attributes.window))
    if not planar:
        writer.add("Transpose", [target], node.output, perm=TO_NHWC)


def batch_norm(writer: Writer, node: Node) -> None:
    """BatchNormalization."""
    assert isinstance(node.attributes, BatchNormAttributes)
    planar = writer.is_planar(node.output)
    inputs = [writer.reals(node.inputs[0], planar), *(_operand(writer, node, index) for index in range(1, 5))]
    _operation(writer, node, "BatchNormalization", inputs, planar, epsilon=node.attributes.epsilon)


def function(writer: Writer, node: Node) -> None:
    """Write a function of real numbers."""
    assert isinstance(node.attributes, FunctionAttributes)
    planar = writer.is_planar(node.output)
    _expressed(writer, node, node.attributes, planar)


def lookup(writer: Writer, node: Node) -> None:
    """Write the function that a table stands for. GraphError where the table is not what it gives."""
    given, wanted = (writer.graph.value(name).params for name in (node.inputs[0], node.output))
    if not isinstance(node.attributes, FunctionAttributes) or given is None:
        raise GraphError(f"node {node.name}: a table that no function is known of has no form in the file")
    if wanted is not None:
        table = table_of(node.attributes.expression, given, wanted, "onnx")
        if not np.array_equal(table, writer.graph.constants[node.inputs[1]]):
            raise GraphError(f"node {node.name}: its table rounds otherwise than the file would; quantize for onnx")
    _expressed(writer, node, node.attributes, writer.is_planar(node.output))


def _expressed(writer: Writer, node: Node, attributes: FunctionAttributes, planar: bool) -> None:
    source = writer.reals(node.inputs[0], planar)
    if attributes.expression == X and writer.graph.value(node.output).params is not None:
        writer.quantize(source, node.output, planar)
        return
    target = writer.target(node, planar)
    if write_expression(writer, attributes.expression, source, target) != target:
        writer.add("Identity", [source], target)
    writer.close(node, target, planar)


def quantize(writer: Writer, node: Node) -> None:
    """QuantizeLinear."""
    planar = writer.is_planar(node.output)
    writer.quantize(writer.reals(node.inputs[0], planar), node.output, planar)


def dequantize(writer: Writer, node: Node) -> None:
    """DequantizeLinear."""
    params = writer.graph.value(node.inputs[0]).params
    assert params is not None
    writer.dequantize(writer.tensor(node.inputs[0], writer.is_planar(node.output)), params, node.output)


def transpose(writer: Writer, node: Node) -> None:
    """Transpose, or another name where only the graph's layout changes."""
    assert isinstance(node.attributes, TransposeAttributes)
    axes = node.attributes.axes
    if len(axes) == 4:
        given = TO_NHWC if writer.is_planar(node.inputs[0]) else IDENTITY  # back to the graph's own order
        wanted = TO_NCHW if writer.is_planar(node.output) else IDENTITY
        axes = tuple(given[axes[axis]] for axis in wanted)
    source = writer.tensor(node.inputs[0], writer.is_planar(node.inputs[0]))
    if axes == tuple(range(len(axes))):
        writer.alias(node.output, source)
    else:
        writer.add("Transpose", [source], node.output, perm=axes)


def reshape(writer: Writer, node: Node) -> None:
    """Reshape, or another name where the shape stays; images go through (N, H, W, C) unless the order is the same."""
    (given, wanted) = (writer.graph.value(name).shape for name in (node.inputs[0], node.output))
    planar = writer.is_planar(node.output)
    if given == wanted:
        writer.alias(node.output, writer.tensor(node.inputs[0], planar))
        return
    source = writer.tensor(node.inputs[0], writer.is_planar(node.inputs[0]) and _is_plain(given))
    if not planar or _is_plain(wanted):
        writer.add("Reshape", [source, _sizes(writer, node, writer.file_shape(node.output))], node.output)
        return
    moved = writer.add("Reshape", [source, _sizes(writer, node, wanted)], writer.fresh(f"{node.output}/moved"))
    writer.add("Transpose", [moved], node.output, perm=TO_NCHW)


def _is_plain(shape: Shape) -> bool:
    """Return whether an image has its elements in the same order in both layouts."""
    return len(shape) != 4 or shape[3] == 1 or shape[1] == shape[2] == 1


def _sizes(writer: Writer, node: Node, shape: Shape) -> str:
    sizes = np.array([-1 if size is None else size for size in shape], np.int64)
    return writer.constant(f"{node.output}/shape", sizes)


def slice_(writer: Writer, node: Node) -> None:
    """Slice."""
    cut = node.attributes
    assert isinstance(cut, SliceAttributes)
    planar = writer.is_planar(node.output)
    numbers = (cut.start, cut.stop, _file_axis(writer, node, cut.axis), cut.step)
    bounds = [writer.constant(f"{node.output}/slice", np.array([number], np.int64)) for number in numbers]
    writer.add("Slice", [writer.tensor(node.inputs[0], planar), *bounds], node.output)


def pad(writer: Writer, node: Node) -> None:
    """Pad, with a byte or a real number."""
    attributes = node.attributes
    assert isinstance(attributes, PadAttributes)
    planar = writer.is_planar(node.output)
    order = TO_NCHW if planar else range(len(attributes.before))
    counts = [side[axis] for side in (attributes.before, attributes.after) for axis in order]
    sizes = writer.constant(f"{node.output}/pads", np.array(counts, np.int64))
    value = np.array(attributes.value, writer.graph.value(node.output).dtype)
    inputs = [writer.tensor(node.inputs[0], planar), sizes, writer.constant(f"{node.output}/value", value)]
    writer.add("Pad", inputs, node.output)


RULES: dict[Op, Callable[[Writer, Node], None]] = {
    Op.ADD: joined("Add"),
    Op.AVERAGE_POOL: average_pool,
    Op.BATCH_NORM: batch_norm,
    Op.CONCAT: on_axis("Concat"),
    Op.CONV: conv,
    Op.DEQUANTIZE: dequantize,
    Op.FUNCTION: function,
    Op.GLOBAL_AVERAGE_POOL: global_average_pool,
    Op.LINEAR: linear,
    Op.LOOKUP: lookup,
    Op.MAX_POOL: max_pool,
    Op.MULTIPLY: joined("Mul"),
    Op.PAD: pad,
    Op.QUANTIZE: quantize,
    Op.RESHAPE: reshape,
    Op.SLICE: slice_,
    Op.SOFTMAX: on_axis("Softmax"),
    Op.TRANSPOSE: transpose,
}
