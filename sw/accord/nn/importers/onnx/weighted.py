"""Conv, Gemm and MatMul, quantized or between DequantizeLinear and QuantizeLinear."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import ClampAttributes, ConvAttributes, Op, Shape
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.quantization import BYTES, params_of, quantized_bias
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Pending, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.importers.onnx.windows import image_size, window_of
from accord.nn.params import QuantizationParams

BIAS_TOLERANCE = 0.0101
"""Of the scale of a bias, relative: what ONNX Runtime takes for the same, 1 %."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """A convolution or a linear layer: x (…), weights with output channels first, a bias of any kind."""

    node: SourceNode
    source: Bytes
    source_params: QuantizationParams
    weight: NDArray[Any]
    weight_params: QuantizationParams
    bias: Constant | None
    shape: Shape
    attributes: ConvAttributes | ClampAttributes

    def __post_init__(self) -> None:
        """ModelError where a bias is not in steps of S_x * S_w: then ONNX Runtime computes in floating point."""
        if self.bias is None or self.bias.bias_scale is None:
            return
        wanted = self.source_params.scale * self.weight_params.scale
        if not (np.abs(self.bias.bias_scale.reshape(-1) - wanted) <= BIAS_TOLERANCE * wanted).all():
            raise ModelError(f"{self.node}: the scale of its bias is not input scale times weight scale")

    def write(
        self, walk: Walk, name: str, params: QuantizationParams | None, clamp: tuple[int, int] | None = None
    ) -> None:
        """Add the node that defines ``name``, real where there are no parameters."""
        builder, stem = walk.builder, self.node.name
        inputs = [builder.require(str(self.node), self.source, self.source_params)]
        inputs.append(builder.constant(f"{stem}/weight", self.weight, self.weight_params))
        if self.bias is not None:
            bias = quantized_bias(str(self.node), self.bias.data, self.source_params, self.weight_params)
            inputs.append(builder.constant(f"{stem}/bias", bias))
        builder.value(name, self.shape, np.float32 if params is None else params.dtype, params)
        op = Op.CONV if isinstance(self.attributes, ConvAttributes) else Op.LINEAR
        builder.emit(str(self.node), op, inputs, name, replace(self.attributes, clamp=clamp))

    def pending(self, walk: Walk) -> Pending:
        """Return the term of a result that is not quantized yet."""
        is_linear = isinstance(self.attributes, ClampAttributes)
        return Pending(
            str(self.node),
            self.shape,
            lambda name, params, clamp: self.write(walk, name, params, clamp),
            add_bias=(lambda bias: self._with_bias(walk, bias)) if is_linear and self.bias is None else None,
            reals=(lambda name: self.write(walk, name, None)) if self.node.op == "Gemm" else None,
        )

    def _with_bias(self, walk: Walk, bias: Constant) -> Pending | None:
        """Return MatMul and Add as a Gemm, None where the constant is not a bias of N elements."""
        size = self.weight.shape[0]
        if bias.params is not None or bias.shape not in ((size,), (1, size)):
            return None
        return replace(self, bias=bias).pending(walk)


def _weight(walk: Walk, node: SourceNode, index: int, channels: int) -> tuple[NDArray[Any], QuantizationParams]:
    """Return weights that a DequantizeLinear gives, their output channels along axis ``channels``."""
    found = walk.term(node, index)
    if not isinstance(found, Constant) or found.params is None:
        raise ModelError(f"{node}: its weights ({node.input(index)}) have to be a quantized constant")
    if found.params.axis not in (None, channels):
        raise ModelError(f"{node}: its weights are quantized along axis {found.params.axis}, expected {channels}")
    return found.data, found.params


def _bias(walk: Walk, node: SourceNode, index: int) -> Constant | None:
    if not walk.has(node, index):
        return None
    found = walk.term(node, index)
    if not isinstance(found, Constant) or found.params is not None:
        raise ModelError(f"{node}: its bias ({node.input(index)}) has to be a constant, float32 or int32")
    return found


def _channels_first(params: QuantizationParams) -> QuantizationParams:
    """Return parameters of weights whose output channels have become the first axis."""
    if params.axis is None:
        return params
    return QuantizationParams(params.scale, params.zero_point, params.dtype, 0)


def convolution_of(node: SourceNode, source: Shape, weight: NDArray[Any]) -> tuple[Shape, ConvAttributes]:
    """Return what a convolution gives and is, of an image (N, C, H, W) by weights (O, C / groups, KH, KW)."""
    groups = int(node.get("group", 1))
    if node.get("channels_last", 0):
        raise ModelError(f"{node}: channels_last is not supported in a model; import the file it was made of")
    if weight.ndim != 4:
        raise ModelError(f"{node}: its weights have shape {weight.shape}; convolutions over two axes are supported")
    if len(source) != 4 or source[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ModelError(f"{node}: input {source}, weights {weight.shape} and {groups} groups do not go together")
    window = window_of(node, source, (weight.shape[2], weight.shape[3]))
    if window.kernel != weight.shape[2:]:
        raise ModelError(f"{node}: kernel_shape is {window.kernel}, its weights have {weight.shape[2:]}")
    shape = (source[0], weight.shape[0], *window.out_size(*image_size(node, source)))
    return shape, ConvAttributes(window, groups)


def product_of(node: SourceNode, source: Shape, weight: NDArray[Any], bias: Constant | None) -> Shape:
    """Return what a linear layer gives, of (..., K) by weights (N, K)."""
    if source[-1] != weight.shape[1]:
        raise ModelError(f"{node}: input {source} and {weight.shape[1]} weights a column do not go together")
    if len(source) == 4:
        raise ModelError(f"{node}: matrix products of four axes are not supported")
    if bias is not None and bias.data.size != weight.shape[0]:
        raise ModelError(f"{node}: its bias has shape {bias.shape}, expected {weight.shape[0]} elements")
    return (*source[:-1], weight.shape[0])


def _convolution(
    walk: Walk,
    node: SourceNode,
    x: tuple[Bytes, QuantizationParams],
    w: tuple[NDArray[Any], QuantizationParams],
    bias: Constant | None,
) -> Weighted:
    (source, source_params), (weight, weight_params) = x, w
    shape, attributes = convolution_of(node, source.shape, weight)
    own = weight.transpose(0, 2, 3, 1)
    return Weighted(node, source, source_params, own, _channels_first(weight_params), bias, shape, attributes)


def _linear(
    walk: Walk,
    node: SourceNode,
    x: tuple[Bytes, QuantizationParams],
    w: tuple[NDArray[Any], QuantizationParams],
    bias: Constant | None,
) -> Weighted:
    """Return a linear layer; ``w`` is (N, K)."""
    (source, source_params), (weight, weight_params) = x, w
    shape = product_of(node, source.shape, weight, bias)
    own = np.ascontiguousarray(weight)
    params = _channels_first(weight_params)
    return Weighted(node, source, source_params, own, params, bias, shape, ClampAttributes())


def _input(walk: Walk, node: SourceNode) -> tuple[Bytes, QuantizationParams]:
    found = walk.dequantized(node, 0)
    if found is None:
        walk.refuse(node, 0)
    return found.source, found.params


def conv(walk: Walk, node: SourceNode) -> Term:
    """Conv of dequantized operands."""
    x, w = _input(walk, node), _weight(walk, node, 1, 0)
    bias = _bias(walk, node, 2)
    return _convolution(walk, node, x, w, bias).pending(walk)


def gemm(walk: Walk, node: SourceNode) -> Term:
    """Gemm of dequantized operands: x times weights, or their transpose, and a bias."""
    _check_gemm(node)
    is_transposed = bool(node.get("transB", 0))
    x, (weight, params) = _input(walk, node), _weight(walk, node, 1, 0 if is_transposed else 1)
    rows = weight if is_transposed else weight.T
    return _linear(walk, node, x, (rows, params), _bias(walk, node, 2)).pending(walk)


def _check_gemm(node: SourceNode) -> None:
    for name, wanted in (("alpha", 1.0), ("beta", 1.0), ("transA", 0)):
        if node.get(name, wanted) != wanted:
            raise ModelError(f"{node}: {name} is {node.get(name, wanted)}, only {wanted} is supported")


def matmul(walk: Walk, node: SourceNode) -> Term:
    """MatMul of dequantized operands, weights on the right."""
    x, (weight, params) = _input(walk, node), _weight(walk, node, 1, 1)
    if weight.ndim != 2:
        raise ModelError(f"{node}: its weights have shape {weight.shape}, expected (K, N)")
    return _linear(walk, node, x, (weight.T, params), None).pending(walk)


def _stored_weight(walk: Walk, node: SourceNode, index: int, axis: int) -> tuple[NDArray[Any], QuantizationParams]:
    """Return weights of a QLinear operator: data, scale and zero point, one or one a channel of ``axis``."""
    data = walk.array(node, index)
    if data.dtype not in BYTES:
        raise ModelError(f"{node}: its weights are {data.dtype}, expected int8 or uint8")
    scale, zero = walk.array(node, index + 1), walk.optional_array(node, index + 2)
    # scales and zero points of a matrix may have the matrix's number of axes
    flat_zero = None if zero is None else zero.reshape(-1) if zero.size > 1 else zero.reshape(())
    return data, params_of(str(node), scale.reshape(-1), flat_zero, axis, data.dtype)


def _written(walk: Walk, node: SourceNode, layer: Weighted, scale: int) -> Term:
    name = node.outputs[0]
    if not walk.has(node, scale):
        layer.write(walk, name, None)
        return Real(name, layer.shape)
    layer.write(walk, name, walk.params(node, scale, dtype=layer.source_params.dtype))
    return Bytes(name, layer.shape)


def qlinear_conv(walk: Walk, node: SourceNode) -> Term:
    """QLinearConv."""
    x, w = walk.bytes(node, 0), _stored_weight(walk, node, 3, 0)
    return _written(walk, node, _convolution(walk, node, x, w, _bias(walk, node, 8)), 6)


def qlinear_matmul(walk: Walk, node: SourceNode) -> Term:
    """QLinearMatMul, weights on the right."""
    x, (weight, params) = walk.bytes(node, 0), _stored_weight(walk, node, 3, 1)
    if weight.ndim != 2:
        raise ModelError(f"{node}: its weights have shape {weight.shape}, expected (K, N)")
    return _written(walk, node, _linear(walk, node, x, (weight.T, params), None), 6)


def qgemm(walk: Walk, node: SourceNode) -> Term:
    """QGemm of com.microsoft: its output is real where it has no output scale."""
    _check_gemm(node)
    is_transposed = bool(node.get("transB", 0))
    x, (weight, params) = walk.bytes(node, 0), _stored_weight(walk, node, 3, 0 if is_transposed else 1)
    rows = weight if is_transposed else weight.T
    return _written(walk, node, _linear(walk, node, x, (rows, params), _bias(walk, node, 6)), 7)


RULES: dict[str, Rule] = {
    "Conv": conv,
    "Gemm": gemm,
    "MatMul": matmul,
    "QGemm": qgemm,
    "QLinearConv": qlinear_conv,
    "QLinearMatMul": qlinear_matmul,
}
