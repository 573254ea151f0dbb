"""From a node to something that can be called: weights packed, numbers checked, once."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from accord.kernels import dequantize, lookup, quantize
from accord.nn.executor.prepare_real import real_layer
from accord.nn.graph import (
    AxisAttributes,
    ClampAttributes,
    ConvAttributes,
    Graph,
    GraphError,
    Node,
    Op,
    PadAttributes,
    PoolAttributes,
    SliceAttributes,
    TransposeAttributes,
)
from accord.nn.graph.attributes import Bounds
from accord.nn.graph.ir import ContractName
from accord.nn.layers import (
    QuantizedAvgPool2d,
    QuantizedConcat,
    QuantizedConv2d,
    QuantizedDepthwiseConv2d,
    QuantizedGlobalAvgPool2d,
    QuantizedLinear,
    QuantizedMaxPool2d,
    QuantizedMultiply,
    QuantizedResidualAdd,
    QuantizedSoftmax,
)
from accord.nn.params import QuantizationParams

Layer = Callable[..., Any]
"""layer(*activations, out=out)"""


def _integers(bounds: Bounds) -> tuple[int, int] | None:
    return None if bounds is None else (int(bounds[0]), int(bounds[1]))


class Preparer:
    """Makes layers of a graph's nodes, for one contract and one instruction set (None: the best)."""

    def __init__(self, graph: Graph, contract: ContractName, isa: str | None) -> None:
        self._graph, self._contract, self._isa = graph, contract, isa

    def layer(self, node: Node) -> Layer:
        """Return a node's layer. GraphError names the node where it cannot be made."""
        try:
            return real_layer(self._graph, node) or self._quantized_layer(node)
        except (TypeError, ValueError) as error:
            raise GraphError(f"node {node.name}: {error}") from error

    def _quantized_layer(self, node: Node) -> Layer:
        if node.op not in self._MAKERS:
            raise ValueError(f"{node.op.value} takes float32, got {self._graph.value(node.inputs[0]).dtype}")
        return self._MAKERS[node.op](self, node)

    def _params(self, name: str) -> QuantizationParams:
        params = self._graph.value(name).params
        if params is None:
            raise ValueError(f"{name} has no scale")
        return params

    def _quantize(self, node: Node) -> Layer:
        params = self._params(node.output)
        scale, zero = float(params.scale), int(params.zero_point)

        def run(x: NDArray[Any], out: NDArray[Any]) -> None:
            quantize(x, scale, zero, dtype=params.dtype, contract=self._contract, out=out, isa=self._isa)

        return run

    def _dequantize(self, node: Node) -> Layer:
        params = self._params(node.inputs[0])
        scale, zero = float(params.scale), int(params.zero_point)
        return lambda x, out: dequantize(x, scale, zero, out=out, isa=self._isa)

    def _weighted(self, node: Node) -> tuple[Any, ...]:
        graph = self._graph
        bias = graph.constants[node.inputs[2]] if len(node.inputs) > 2 else None
        weight = node.inputs[1]
        params = self._params(node.inputs[0]), graph.value(node.output).params
        return graph.constants[weight], self._params(weight), bias, *params

    def _conv(self, node: Node) -> Layer:
        attributes = node.attributes
        assert isinstance(attributes, ConvAttributes)
        window = attributes.window
        common: dict[str, Any] = {
            "stride": window.stride,
            "dilation": window.dilation,
            "padding": window.padding,
            "clamp": _integers(attributes.clamp),
            "contract": self._contract,
            "isa": self._isa,
        }
        given = self._weighted(node)
        channels = self._graph.value(node.inputs[0]).shape[-1]
        if attributes.groups == channels == given[0].shape[0] and channels > 1:
            return QuantizedDepthwiseConv2d(*given, **common)
        return QuantizedConv2d(*given, groups=attributes.groups, **common)

    def _linear(self, node: Node) -> Layer:
        clamp = self._clamp(node)
        return QuantizedLinear(*self._weighted(node), clamp=clamp, contract=self._contract, isa=self._isa)

    def _clamp(self, node: Node) -> tuple[int, int] | None:
        return _integers(node.attributes.clamp) if isinstance(node.attributes, ClampAttributes) else None

    def _joined(self, node: Node) -> Layer:
        kind = QuantizedResidualAdd if node.op is Op.ADD else QuantizedMultiply
        a, b, y = (self._params(name) for name in (*node.inputs, node.output))
        return kind(a, b, y, clamp=self._clamp(node), contract=self._contract, isa=self._isa)

    def _concat(self, node: Node) -> Layer:
        assert isinstance(node.attributes, AxisAttributes)
        parts, output = [self._params(name) for name in node.inputs], self._params(node.output)
        return QuantizedConcat(parts, output, axis=node.attributes.axis, contract=self._contract, isa=self._isa)

    def _max_pool(self, node: Node) -> Layer:
        assert isinstance(node.attributes, PoolAttributes)
        return QuantizedMaxPool2d(node.attributes.window, isa=self._isa)

    def _average_pool(self, node: Node) -> Layer:
        attributes = node.attributes
        assert isinstance(attributes, PoolAttributes)
        return QuantizedAvgPool2d(
            attributes.window,
            self._params(node.inputs[0]),
            self._params(node.output),
            count_include_pad=attributes.count_include_pad,
            clamp=_integers(attributes.clamp),
            contract=self._contract,
            isa=self._isa,
        )

    def _global_average_pool(self, node: Node) -> Layer:
        params = self._params(node.inputs[0]), self._params(node.output)
        return QuantizedGlobalAvgPool2d(*params, contract=self._contract, isa=self._isa)

    def _softmax(self, node: Node) -> Layer:
        assert isinstance(node.attributes, AxisAttributes)
        params = self._params(node.inputs[0]), self._params(node.output)
        return QuantizedSoftmax(*params, axis=node.attributes.axis, contract=self._contract)

    def _lookup(self, node: Node) -> Layer:
        if self._graph.value(node.output).params is None:
            return lambda x, table, out: np.take(table, x.view(np.uint8), out=out)
        return lambda x, table, out: lookup(x, table, out=out, isa=self._isa)

    def _reshape(self, node: Node) -> Layer:
        def run(x: NDArray[Any], out: NDArray[Any]) -> None:
            if x.ctypes.data != out.ctypes.data:  # the plan gives both the same memory, but for a constant
                out[...] = x.reshape(out.shape)

        return run

    def _transpose(self, node: Node) -> Layer:
        assert isinstance(node.attributes, TransposeAttributes)
        axes = node.attributes.axes
        return lambda x, out: np.copyto(out, x.transpose(axes))

    def _slice(self, node: Node) -> Layer:
        cut = node.attributes
        assert isinstance(cut, SliceAttributes)
        index = (slice(None),) * cut.axis + (slice(cut.start, cut.stop, cut.step),)
        return lambda x, out: np.copyto(out, x[index])

    def _pad(self, node: Node) -> Layer:
        pad = node.attributes
        assert isinstance(pad, PadAttributes)
        sizes = zip(pad.before, pad.after, strict=True)
        inside = tuple(slice(before, -after if after else None) for before, after in sizes)

        def run(x: NDArray[Any], out: NDArray[Any]) -> None:
            out[...] = pad.value
            out[inside] = x

        return run

    _MAKERS: ClassVar[dict[Op, Callable[["Preparer", Node], Layer]]] = {
        Op.ADD: _joined,
        Op.AVERAGE_POOL: _average_pool,
        Op.CONCAT: _concat,
        Op.CONV: _conv,
        Op.DEQUANTIZE: _dequantize,
        Op.GLOBAL_AVERAGE_POOL: _global_average_pool,
        Op.LINEAR: _linear,
        Op.LOOKUP: _lookup,
        Op.MAX_POOL: _max_pool,
        Op.MULTIPLY: _joined,
        Op.PAD: _pad,
        Op.QUANTIZE: _quantize,
        Op.RESHAPE: _reshape,
        Op.SLICE: _slice,
        Op.SOFTMAX: _softmax,
        Op.TRANSPOSE: _transpose,
    }
