"""An INT8 `.tflite` network as a graph of this package."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from accord.nn.graph import (
    AxisAttributes,
    ClampAttributes,
    ConvAttributes,
    Graph,
    Node,
    Op,
    PadAttributes,
    PoolAttributes,
    Value,
    Window,
)
from accord.nn.graph.attributes import Attributes
from accord.nn.importers.errors import ModelError
from accord.nn.importers.tflite.reader import Operator, Tensor, read
from accord.nn.params import QuantizationParams

Pair = tuple[int, int]


class _Importer:
    """Writes the graph while the operators are walked through; everything is NHWC on both sides."""

    def __init__(self, name: str) -> None:
        self.graph = Graph(name, "tflite")

    def value(self, tensor: Tensor) -> str:
        """Describe a tensor, a constant with its data, and return its name."""
        if tensor.data is None:
            self.graph.values[tensor.name] = Value(tensor.name, tensor.open_shape, tensor.dtype, tensor.params)
        else:
            self.constant(tensor.name, tensor.data, tensor.params)
        return tensor.name

    def constant(self, name: str, data: Any, params: QuantizationParams | None = None) -> str:
        """Store an array."""
        kept = np.ascontiguousarray(data)
        self.graph.constants[name] = kept
        self.graph.values[name] = Value(name, kept.shape, kept.dtype, params)
        return name

    def emit(self, operator: Operator, op: Op, inputs: list[str], attributes: Attributes | None = None) -> None:
        """Add the node that makes an operator's output."""
        self.graph.nodes.append(Node(str(operator), op, tuple(inputs), self.value(operator.output), attributes))


def import_tflite(path: str | Path) -> Graph:
    """Return the graph of an INT8 network; its bytes are TFLite's reference kernels' under the contract ``tflite``.

    A batch of 1 in the file becomes one of any size. ModelError, a ValueError, names an operator that has no such
    equal, and the tensor it makes.
    """
    network = read(Path(path))
    importer = _Importer(network.name)
    for tensor in network.inputs:
        importer.graph.inputs.append(importer.value(tensor))
    for operator in network.operators:
        if operator.name not in RULES:
            raise ModelError(f"{operator}: the operator {operator.name} is not supported")
        RULES[operator.name](importer, operator)
    importer.graph.outputs = [tensor.name for tensor in network.outputs]
    importer.graph.check()
    return importer.graph


def _params(operator: Operator, tensor: Tensor) -> QuantizationParams:
    if tensor.params is None:
        raise ModelError(f"{operator}: {tensor.name} is {tensor.dtype} without a scale; only INT8 networks are read")
    return tensor.params


def _clamp(operator: Operator) -> tuple[int, int] | None:
    """Return what a fused activation leaves: zp + round(bound / S), the quotient in float32, ties away from zero."""
    params, kind = _params(operator, operator.output), operator.options.FusedActivationFunction()
    low, high = params.limits
    zero = int(params.zero_point)

    def quantized(bound: float) -> int:
        quotient = np.float32(bound) / params.scale
        return min(max(zero + int(np.copysign(np.floor(abs(quotient) + 0.5), quotient)), low), high)

    kinds = tflite.ActivationFunctionType
    bounds = {
        kinds.NONE: None,
        kinds.RELU: (quantized(0), high),
        kinds.RELU6: (quantized(0), quantized(6)),
        kinds.RELU_N1_TO_1: (quantized(-1), quantized(1)),
    }
    if kind not in bounds:
        raise ModelError(f"{operator}: its fused activation, number {kind} of the schema, is not supported")
    return bounds[kind]


def _window(operator: Operator, sizes: Pair, kernel: Pair, dilation: Pair = (1, 1)) -> Window:
    """Return the window over an image; SAME puts the smaller half of an odd padding first."""
    options = operator.options
    stride = options.StrideH(), options.StrideW()
    if options.Padding() == tflite.Padding.VALID:
        return Window(kernel, stride, dilation)
    before, after = [], []
    for size, step, taps, gap in zip(sizes, stride, kernel, dilation, strict=True):
        total = max((-(-size // step) - 1) * step + gap * (taps - 1) + 1 - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return Window(kernel, stride, dilation, (before[0], before[1], after[0], after[1]))


def _image(operator: Operator, tensor: Tensor) -> Pair:
    if len(tensor.shape) != 4:
        raise ModelError(f"{operator}: {tensor.name} has shape {tensor.shape}, expected (N, H, W, C)")
    return tensor.shape[1], tensor.shape[2]


def _weighted(importer: _Importer, operator: Operator, op: Op, weight: Any, axis: int, attributes: Attributes) -> None:
    """Add a layer with weights; ``axis`` is where the file has their output channels, first here."""
    source, stored = operator.input(0), operator.input(1)
    params = _params(operator, stored)
    if params.axis not in (None, axis):
        raise ModelError(f"{operator}: its weights are quantized along axis {params.axis}, expected {axis}")
    if params.axis is not None:
        params = QuantizationParams(params.scale, params.zero_point, params.dtype, 0)
    _params(operator, source)
    # under names of their own: two operators may share weights, and read them differently
    inputs = [source.name, importer.constant(f"{operator.output.name}/weight", weight, params)]
    if len(operator.inputs) > 2 and operator.inputs[2] is not None:
        bias = operator.input(2).data
        if bias is None or bias.dtype != np.int32:
            raise ModelError(f"{operator}: its bias has to be a constant of int32")
        inputs.append(importer.constant(f"{operator.output.name}/bias", bias))
    importer.emit(operator, op, inputs, attributes)


def _weight_data(operator: Operator) -> Any:
    found = operator.input(1).data
    if found is None:
        raise ModelError(f"{operator}: its weights ({operator.input(1).name}) have to be constant")
    return found


def _conv(importer: _Importer, operator: Operator) -> None:
    weight, options = _weight_data(operator), operator.options
    dilation = options.DilationHFactor(), options.DilationWFactor()
    source = operator.input(0)
    window = _window(operator, _image(operator, source), weight.shape[1:3], dilation)
    attributes = ConvAttributes(window, source.shape[3] // weight.shape[3], _clamp(operator))
    _weighted(importer, operator, Op.CONV, weight, 0, attributes)


def _depthwise(importer: _Importer, operator: Operator) -> None:
    weight, options = _weight_data(operator), operator.options
    dilation = options.DilationHFactor(), options.DilationWFactor()
    source = operator.input(0)
    window = _window(operator, _image(operator, source), weight.shape[1:3], dilation)
    attributes = ConvAttributes(window, source.shape[3], _clamp(operator))
    _weighted(importer, operator, Op.CONV, weight.transpose(3, 1, 2, 0), 3, attributes)


def _fully_connected(importer: _Importer, operator: Operator) -> None:
    if operator.options.WeightsFormat() != tflite.FullyConnectedOptionsWeightsFormat.DEFAULT:
        raise ModelError(f"{operator}: shuffled weights are not supported")
    weight, source = _weight_data(operator), operator.input(0)
    if len(source.shape) != 2 and not operator.options.KeepNumDims():
        raise ModelError(f"{operator}: its input has shape {source.shape}, expected two axes")
    _weighted(importer, operator, Op.LINEAR, weight, 0, ClampAttributes(_clamp(operator)))


def _joined(op: Op) -> "Rule":
    def rule(importer: _Importer, operator: Operator) -> None:
        inputs = [importer.value(operator.input(index)) for index in range(2)]
        if len(operator.input(0).shape) != len(operator.input(1).shape):
            raise ModelError(f"{operator}: operands of different numbers of axes are not supported")
        importer.emit(operator, op, inputs, ClampAttributes(_clamp(operator)))

    return rule


def _pool(op: Op) -> "Rule":
    def rule(importer: _Importer, operator: Operator) -> None:
        source, options = operator.input(0), operator.options
        kernel = options.FilterHeight(), options.FilterWidth()
        clamp = _clamp(operator)
        if clamp is not None and op is Op.MAX_POOL:
            raise ModelError(f"{operator}: a fused activation of a MAX_POOL_2D is not supported")
        window = _window(operator, _image(operator, source), kernel)
        importer.emit(operator, op, [source.name], PoolAttributes(window, False, clamp))

    return rule


def _softmax(importer: _Importer, operator: Operator) -> None:
    if operator.options.Beta() != 1:
        raise ModelError(f"{operator}: beta {operator.options.Beta()} is not supported, only 1")
    axis = len(operator.output.shape) - 1
    importer.emit(operator, Op.SOFTMAX, [operator.input(0).name], AxisAttributes(axis))


def _concatenation(importer: _Importer, operator: Operator) -> None:
    axis = operator.options.Axis()
    params = _params(operator, operator.output)
    inputs = [operator.input(index) for index in range(len(operator.inputs))]
    if any(tensor.params != params for tensor in inputs) or _clamp(operator) is not None:
        raise ModelError(f"{operator}: inputs have to have the output's scale and zero point, and no fused activation")
    own = axis + len(operator.output.shape) if axis < 0 else axis
    importer.emit(operator, Op.CONCAT, [importer.value(tensor) for tensor in inputs], AxisAttributes(own))


def _reshape(importer: _Importer, operator: Operator) -> None:
    importer.emit(operator, Op.RESHAPE, [operator.input(0).name])


def _pad(importer: _Importer, operator: Operator) -> None:
    sizes = operator.input(1).data
    if sizes is None or len(sizes) != len(operator.output.shape):
        raise ModelError(f"{operator}: its paddings have to be a constant, two a axis")
    before, after = (tuple(int(size) for size in sizes[:, side]) for side in range(2))
    zero = int(_params(operator, operator.output).zero_point)
    importer.emit(operator, Op.PAD, [operator.input(0).name], PadAttributes(before, after, zero))


def _quantize(importer: _Importer, operator: Operator) -> None:
    source = operator.input(0)
    if source.dtype != np.float32:
        raise ModelError(f"{operator}: requantization of {source.dtype} is not supported")
    importer.emit(operator, Op.QUANTIZE, [source.name])


def _dequantize(importer: _Importer, operator: Operator) -> None:
    importer.emit(operator, Op.DEQUANTIZE, [operator.input(0).name])


Rule = Callable[[_Importer, Operator], None]
RULES: dict[str, Rule] = {
    "ADD": _joined(Op.ADD),
    "AVERAGE_POOL_2D": _pool(Op.AVERAGE_POOL),
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _dequantize,
    "FULLY_CONNECTED": _fully_connected,
    "MAX_POOL_2D": _pool(Op.MAX_POOL),
    "MUL": _joined(Op.MULTIPLY),
    "PAD": _pad,
    "QUANTIZE": _quantize,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
}
