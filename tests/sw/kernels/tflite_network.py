"""`.tflite` networks, one operator after another through accord.kernels, under the contract `tflite`.

Only what four INT8 networks need: batches of int8, one subgraph, weights with zero point 0. Anything else fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, Output, add, average_pool, output_multiplier

Bytes = NDArray[np.int8]
DTYPES = {tflite.TensorType.INT8: np.int8, tflite.TensorType.INT32: np.int32}


@dataclass(frozen=True)
class Tensor:
    """A tensor of the network; ``data`` is None where it is computed."""

    shape: tuple[int, ...]
    scale: NDArray[np.float32]
    zero_points: list[int]
    data: NDArray[Any] | None

    @property
    def zero(self) -> int:
        """The zero point of an activation."""
        (zero,) = self.zero_points
        return zero


@dataclass(frozen=True)
class Operator:
    """An operator, the numbers of its tensors, and its options, a table of the schema."""

    name: str
    inputs: list[int]
    output: int
    options: Any


class Network:
    """A network in its file."""

    def __init__(self, path: Path) -> None:
        model = tflite.Model.GetRootAs(path.read_bytes(), 0)
        assert model.SubgraphsLength() == 1
        graph = model.Subgraphs(0)
        self.tensors = [_tensor(model, graph.Tensors(i)) for i in range(graph.TensorsLength())]
        self.operators = [_operator(model, graph.Operators(i)) for i in range(graph.OperatorsLength())]
        (self.input,), (self.output,) = graph.InputsAsNumpy(), graph.OutputsAsNumpy()

    def run(self, x: Bytes, isa: str) -> Bytes:
        """Return the output of a batch, every kernel forced to one instruction set."""
        found = {self.input: x}
        for operator in self.operators:
            activations = [found[i] for i in operator.inputs if self.tensors[i].data is None]
            found[operator.output] = RULES[operator.name](self, operator, activations, isa)
        return found[self.output]


def _tensor(model: Any, tensor: Any) -> Tensor:
    shape = tuple(int(size) for size in tensor.ShapeAsNumpy())
    quantization, content = tensor.Quantization(), model.Buffers(tensor.Buffer())
    data = None
    if content.DataLength():
        data = content.DataAsNumpy().view(DTYPES[tensor.Type()]).reshape(shape)
    zeros = quantization.ZeroPointAsNumpy() if quantization.ZeroPointLength() else np.zeros(0, np.int64)
    scale = quantization.ScaleAsNumpy() if quantization.ScaleLength() else np.zeros(0, np.float32)
    return Tensor(shape, scale, [int(zero) for zero in zeros], data)


OPTIONS = {
    "CONV_2D": tflite.Conv2DOptions,
    "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions,
    "FULLY_CONNECTED": tflite.FullyConnectedOptions,
    "ADD": tflite.AddOptions,
    "AVERAGE_POOL_2D": tflite.Pool2DOptions,
    "SOFTMAX": tflite.SoftmaxOptions,
    "RESHAPE": tflite.ReshapeOptions,
}


def _operator(model: Any, operator: Any) -> Operator:
    name = tflite.opcode2name(model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode())
    options, table = OPTIONS[name](), operator.BuiltinOptions()
    if table is not None:
        options.Init(table.Bytes, table.Pos)
    (output,) = operator.OutputsAsNumpy()
    return Operator(name, [int(i) for i in operator.InputsAsNumpy()], int(output), options)


def _clamp(operator: Operator, out: Tensor) -> tuple[int, int]:
    activation = operator.options.FusedActivationFunction()
    assert activation in (tflite.ActivationFunctionType.NONE, tflite.ActivationFunctionType.RELU)
    return (-128 if activation == tflite.ActivationFunctionType.NONE else out.zero, 127)


def _shape(operator: Operator, sizes: tuple[int, ...], kernel: tuple[int, ...]) -> dict[str, Any]:
    """Stride and padding; SAME puts the smaller half of an odd padding first."""
    options = operator.options
    strides = options.StrideH(), options.StrideW()
    if options.Padding() == tflite.Padding.VALID:
        return {"stride": strides, "padding": 0}
    pads = [max((-(-size // s) - 1) * s + k - size, 0) for size, s, k in zip(sizes[1:3], strides, kernel, strict=True)]
    before = [pad // 2 for pad in pads]
    return {"stride": strides, "padding": (*before, *(pad - b for pad, b in zip(pads, before, strict=True)))}


def _weighted(net: Network, operator: Operator, x: Bytes, isa: str) -> Bytes:
    source, weight, bias = (net.tensors[i] for i in operator.inputs)
    out = net.tensors[operator.output]
    assert not any(weight.zero_points)
    assert weight.data is not None
    is_full, w = operator.name == "FULLY_CONNECTED", weight.data
    scale = weight.scale[0] if is_full else weight.scale
    multiplier = output_multiplier("tflite", source.scale[0], scale, out.scale[0], fully_connected=is_full)
    settings = {
        "bias": bias.data,
        "input_dtype": np.int8,
        "input_zero_point": source.zero,
        "output": Output("tflite", multiplier, out.zero, np.int8, _clamp(operator, out)),
        "isa": isa,
    }
    if is_full:
        return Matmul(w.T, **settings)(x)
    assert operator.options.DilationHFactor() == operator.options.DilationWFactor() == 1
    shape = _shape(operator, x.shape, w.shape[1:3])
    if operator.name == "CONV_2D":
        return Conv2d(w, **settings, **shape)(x)
    assert w.shape[0] == operator.options.DepthMultiplier() == 1
    return DepthwiseConv2d(w[0], **settings, **shape)(x)


def _add(net: Network, operator: Operator, a: Bytes, b: Bytes, isa: str) -> Bytes:
    (first, second), out = (net.tensors[i] for i in operator.inputs), net.tensors[operator.output]
    scales = {"a_scale": first.scale[0], "b_scale": second.scale[0], "scale": out.scale[0]}
    zeros = {"a_zero_point": first.zero, "b_zero_point": second.zero, "zero_point": out.zero}
    return add(a, b, **scales, **zeros, contract="tflite", clamp=_clamp(operator, out), isa=isa)


def _average(net: Network, operator: Operator, x: Bytes, isa: str) -> Bytes:
    source, out = net.tensors[operator.inputs[0]], net.tensors[operator.output]
    kernel = operator.options.FilterHeight(), operator.options.FilterWidth()
    scales = {"x_scale": source.scale[0], "x_zero_point": source.zero, "scale": out.scale[0], "zero_point": out.zero}
    shape = _shape(operator, x.shape, kernel)
    return average_pool(x, kernel, **scales, contract="tflite", clamp=_clamp(operator, out), **shape, isa=isa)


def _softmax(net: Network, operator: Operator, x: Bytes) -> Bytes:
    """clamp(rint(256 p) - 128), p in double: no kernel, but the last step to the golden bytes."""
    out = net.tensors[operator.output]
    assert (float(out.scale[0]), out.zero) == (1 / 256, -128)
    steps = (x.astype(np.float64) - x.max(axis=1, keepdims=True)) * float(net.tensors[operator.inputs[0]].scale[0])
    powers = np.exp(steps * operator.options.Beta())
    p = powers / powers.sum(axis=1, keepdims=True)
    return np.clip(np.rint(256 * p) - 128, -128, 127).astype(np.int8)


RULES: dict[str, Callable[[Network, Operator, list[Bytes], str], Bytes]] = {
    "CONV_2D": lambda net, operator, x, isa: _weighted(net, operator, *x, isa),
    "DEPTHWISE_CONV_2D": lambda net, operator, x, isa: _weighted(net, operator, *x, isa),
    "FULLY_CONNECTED": lambda net, operator, x, isa: _weighted(net, operator, *x, isa),
    "ADD": lambda net, operator, x, isa: _add(net, operator, *x, isa),
    "AVERAGE_POOL_2D": lambda net, operator, x, isa: _average(net, operator, *x, isa),
    "SOFTMAX": lambda net, operator, x, isa: _softmax(net, operator, *x),
    "RESHAPE": lambda net, operator, x, isa: x[0].reshape(len(x[0]), *net.tensors[operator.output].shape[1:]),
}
