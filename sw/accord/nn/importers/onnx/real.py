"""Operators of a network that is not quantized: layers, pools, concatenation. All data are float32."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import BatchNormAttributes, ClampAttributes, Op, PadAttributes, PoolAttributes, Shape
from accord.nn.graph.attributes import Attributes
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.builder import own_array
from accord.nn.importers.onnx.joined import concatenated, pool_of, softmax_axis
from accord.nn.importers.onnx.quantization import dequantized
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Constant, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk
from accord.nn.importers.onnx.weighted import convolution_of, product_of

F = np.float32
IMAGE = 4
"""Axes of an image: (N, C, H, W)."""


def real(walk: Walk, node: SourceNode, index: int) -> Real:
    """Return an input that is float32 data, a constant stored as such."""
    found = walk.term(node, index)
    if isinstance(found, Constant):
        name = walk.builder.constant(f"{node.name}/operand", own_array(_float32(node, index, found.data)))
        return Real(name, found.shape)
    if not isinstance(found, Real):
        raise ModelError(f"{node}: input {index} ({node.input(index)}) is not float32")
    return found


def _float32(node: SourceNode, index: int, data: NDArray[Any]) -> NDArray[np.float32]:
    if data.dtype != F:
        raise ModelError(f"{node}: input {index} ({node.input(index)}) is {data.dtype}, expected float32")
    return data


def weights(walk: Walk, node: SourceNode, index: int) -> NDArray[np.float32]:
    """Return an input that has to be a float32 constant."""
    return _float32(node, index, walk.array(node, index))


def write(
    walk: Walk,
    node: SourceNode,
    op: Op,
    inputs: Sequence[str],
    shape: Shape,
    attributes: Attributes | None = None,
    name: str | None = None,
) -> Real:
    """Add a node; ``name`` of its output, that of the file's node where left out."""
    made = node.outputs[0] if name is None else walk.builder.fresh(name)
    walk.builder.value(made, shape, F)
    walk.builder.emit(str(node), op, inputs, made, attributes)
    return Real(made, shape)


def conv(walk: Walk, node: SourceNode) -> Term:
    """Conv over two axes."""
    source, weight = real(walk, node, 0), weights(walk, node, 1)
    shape, attributes = convolution_of(node, source.shape, weight)
    inputs = [source.name, walk.builder.constant(f"{node.name}/weight", own_array(weight))]
    if walk.has(node, 2):
        bias = weights(walk, node, 2)
        if bias.shape != weight.shape[:1]:
            raise ModelError(f"{node}: its bias has shape {bias.shape}, expected {weight.shape[:1]}")
        inputs.append(walk.builder.constant(f"{node.name}/bias", bias))
    return write(walk, node, Op.CONV, inputs, shape, attributes)


def _linear(walk: Walk, node: SourceNode, rows: NDArray[np.float32], bias: NDArray[np.float32] | None) -> Term:
    """Add a linear layer by weights (N, K)."""
    source = real(walk, node, 0)
    shape = product_of(node, source.shape, rows, None if bias is None else Constant(bias))
    inputs = [source.name, walk.builder.constant(f"{node.name}/weight", rows)]
    if bias is not None:
        inputs.append(walk.builder.constant(f"{node.name}/bias", bias.reshape(-1)))
    return write(walk, node, Op.LINEAR, inputs, shape, ClampAttributes())


def gemm(walk: Walk, node: SourceNode) -> Term:
    """Gemm by constant weights; alpha and beta are taken into them."""
    if node.get("transA", 0):
        raise ModelError(f"{node}: transA is not supported")
    weight = weights(walk, node, 1) * F(node.get("alpha", 1.0))
    rows = weight if node.get("transB", 0) else weight.T
    if not walk.has(node, 2):
        return _linear(walk, node, rows, None)
    bias = weights(walk, node, 2) * F(node.get("beta", 1.0))
    return _linear(walk, node, rows, np.full(len(rows), bias.reshape(-1)[0], F) if bias.size == 1 else bias)


def matmul(walk: Walk, node: SourceNode) -> Term:
    """MatMul by constant weights on the right."""
    weight = weights(walk, node, 1)
    if weight.ndim != 2:
        raise ModelError(f"{node}: its weights have shape {weight.shape}, expected (K, N)")
    return _linear(walk, node, weight.T, None)


def biased(walk: Walk, node: SourceNode, source: Real, bias: NDArray[np.float32]) -> Real | None:
    """Return the sum of a layer without bias and a constant as a layer with one; None where it is none.

    The product must not be read by anything else, under this name or another.
    """
    nodes = walk.builder.graph.nodes
    place = next((number for number, one in enumerate(nodes) if one.output == source.name), None)
    if place is None or len(nodes[place].inputs) != len(("x", "weight")):
        return None
    if source.name not in node.inputs or walk.model.readers(source.name) != 1:
        return None
    layer, axes = nodes[place], len(source.shape)
    channel = {Op.CONV: 1, Op.LINEAR: axes - 1}.get(layer.op)
    if channel is None or bias.ndim > axes:
        return None
    sizes = (1,) * (axes - bias.ndim) + bias.shape
    if sizes != tuple(source.shape[axis] if axis == channel else 1 for axis in range(axes)):
        return None
    stored = walk.builder.constant(f"{node.name}/bias", bias.reshape(-1))
    del walk.builder.graph.values[source.name]
    walk.builder.graph.channels_first.discard(source.name)
    walk.builder.value(node.outputs[0], source.shape, F)
    nodes[place] = replace(layer, inputs=(*layer.inputs, stored), output=node.outputs[0])
    return Real(node.outputs[0], source.shape)


def batch_normalization(walk: Walk, node: SourceNode) -> Term:
    """BatchNormalization with statistics that are known."""
    return _normalized(walk, node, real(walk, node, 0))


def normalization_left(walk: Walk, node: SourceNode) -> Term:
    """BatchNormalization that a quantizer left: of what bytes stand for, in float32, to be quantized again."""
    source = walk.real(node, 0)
    if source is None:
        walk.refuse(node, 0)
    return _normalized(walk, node, source)


def _statistic(walk: Walk, node: SourceNode, index: int) -> NDArray[np.float32]:
    """Return a constant input of float32, which a quantizer may have made one of int8, uint8 or int32."""
    found = walk.term(node, index)
    if isinstance(found, Constant) and found.params is not None:
        return dequantized(found.data, found.params)
    if isinstance(found, Constant) and found.bias_scale is not None:
        return np.asarray(found.data.astype(F) * found.bias_scale, F)
    return weights(walk, node, index)


def _normalized(walk: Walk, node: SourceNode, source: Real) -> Term:
    if node.get("training_mode", 0):
        raise ModelError(f"{node}: training_mode is not supported; export the network for inference")
    if len(source.shape) not in (2, IMAGE):
        raise ModelError(f"{node}: its input has shape {source.shape}, expected (N, C) or (N, C, H, W)")
    names = ("scale", "bias", "mean", "variance")
    stored = []
    for index, name in enumerate(names, 1):
        data = _statistic(walk, node, index)
        if data.shape != source.shape[1:2]:
            raise ModelError(f"{node}: its {name} has shape {data.shape}, expected {source.shape[1:2]}")
        stored.append(walk.builder.constant(f"{node.name}/{name}", data))
    attributes = BatchNormAttributes(float(node.get("epsilon", 1e-5)))
    return write(walk, node, Op.BATCH_NORM, [source.name, *stored], source.shape, attributes)


def average(walk: Walk, node: SourceNode) -> Term:
    """AveragePool or GlobalAveragePool."""
    source = real(walk, node, 0)
    shape, op, attributes = pool_of(node, source.shape)
    counts_pads = attributes is not None and attributes.count_include_pad and node.get("auto_pad", "NOTSET") == "NOTSET"
    if attributes is not None and counts_pads and node.get("ceil_mode", 0):
        source, attributes = _padded(walk, node, source, attributes)
    return write(walk, node, op, [source.name], shape, attributes)


def _padded(walk: Walk, node: SourceNode, source: Real, attributes: PoolAttributes) -> tuple[Real, PoolAttributes]:
    """Pad as the file says, which counts; what ceil_mode adds stays padding of the window, which does not."""
    top, left, bottom, right = (int(pad) for pad in node.get("pads", [0, 0, 0, 0]))
    window = attributes.window
    rest = (0, 0, window.padding[2] - bottom, window.padding[3] - right)
    batch, channels, height, width = source.shape
    assert height is not None
    assert width is not None
    shape = (batch, channels, top + height + bottom, left + width + right)
    pads = PadAttributes((0, top, left, 0), (0, bottom, right, 0), 0.0)
    padded = write(walk, node, Op.PAD, [source.name], shape, pads, f"{node.name}/padded")
    return padded, PoolAttributes(replace(window, padding=rest))


def reduce_mean(walk: Walk, node: SourceNode) -> Term:
    """ReduceMean over two axes of an image, transposed where these are not the last: a global average."""
    source, builder = real(walk, node, 0), walk.builder
    given = walk.integers(node, 1, "axes") or []
    axes = sorted(axis + len(source.shape) if axis < 0 else axis for axis in given)
    if len(source.shape) != IMAGE or len(axes) != len(("H", "W")) or axes[0] < 1:
        raise ModelError(f"{node}: axes {given} of {source.shape}: only means over two axes of an image are supported")
    (kept,) = {1, 2, 3} - set(axes)
    order = (0, kept, *axes)
    image = source if kept == 1 else builder.transpose(str(node), source, order)
    mean = write(walk, node, Op.GLOBAL_AVERAGE_POOL, [image.name], (*image.shape[:2], 1, 1), None, f"{node.name}/mean")
    if not node.get("keepdims", 1):
        shape: Shape = image.shape[:2]
    else:
        shape = tuple(size if axis in (0, kept) else 1 for axis, size in enumerate(source.shape))
    return builder.rename(str(node), builder.reshape(str(node), mean, shape), node.outputs[0])


def concat(walk: Walk, node: SourceNode) -> Term:
    """Concat, constants among its inputs."""
    parts = [real(walk, node, index) for index in range(len(node.inputs))]
    shape, attributes = concatenated(node, [part.shape for part in parts])
    return write(walk, node, Op.CONCAT, [part.name for part in parts], shape, attributes)


def softmax(walk: Walk, node: SourceNode) -> Term:
    """Softmax along one axis."""
    source = real(walk, node, 0)
    return write(walk, node, Op.SOFTMAX, [source.name], source.shape, softmax_axis(node, source.shape))


def cast(walk: Walk, node: SourceNode) -> Term:
    """Cast to the type that the data have."""
    if node.get("to", 0) != 1:
        raise ModelError(f"{node}: casts float32 to type {node.get('to', 0)}, only float32 is supported")
    return real(walk, node, 0)


RULES: dict[str, Rule] = {
    "AveragePool": average,
    "BatchNormalization": batch_normalization,
    "Cast": cast,
    "Concat": concat,
    "Conv": conv,
    "Gemm": gemm,
    "GlobalAveragePool": average,
    "MatMul": matmul,
    "ReduceMean": reduce_mean,
    "Softmax": softmax,
}
