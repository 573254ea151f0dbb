"""Operators between DequantizeLinear and QuantizeLinear that ONNX Runtime computes on bytes, and when it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.witness.network import Grid, Network, Node, grid
from bench.witness.operators import OPERATORS, Operator

Array = NDArray[Any]

PRODUCTS = {"Conv": "QLinearConv", "Gemm": "QGemm", "MatMul": "QLinearMatMul"}
OTHERS = {
    "Add": "QLinearAdd",
    "AveragePool": "QLinearAveragePool",
    "Concat": "QLinearConcat",
    "GlobalAveragePool": "QLinearGlobalAveragePool",
    "Mul": "QLinearMul",
}
EPSILON = np.finfo(np.float32).eps
LARGEST_BIAS_ERROR = 0.01


class RefusedError(ValueError):
    """The evaluator cannot say what ONNX Runtime gives; names the node."""


@dataclass(frozen=True)
class Unit:
    """What stands for a node, the Clip or Relu behind it, and its QuantizeLinear."""

    node: Node
    operator: Operator
    data: dict[str, Grid]
    """The dequantized inputs, and what their bytes stand for; the same may be there twice."""
    names: list[str]
    bias: Any
    out: Grid | None
    """None: the sums go to float32, as no QuantizeLinear reads them."""
    claimed: list[Node]

    @property
    def output(self) -> str:
        """The tensor that it makes."""
        return (self.claimed[-1] if self.claimed else self.node).outputs[0]

    def run(self, bytes_of: Mapping[str, Array]) -> Array:
        """Compute it, its inputs in the operator's order."""
        operands: list[Any] = []
        for name in self.names:
            operands += [bytes_of[name], self.data[name].scale, self.data[name].zero]
        tail = [None, None] if self.out is None else [self.out.scale, self.out.zero]
        order = {
            "Concat": [*tail, *operands],
            "Conv": [*operands, *tail, self.bias],
            "Gemm": [*operands, self.bias, *tail],
        }
        return self.operator(order.get(self.node.op, [*operands, *tail]), self.node.attributes)


def _is_cut(clip: Node, network: Network, out: Grid) -> bool:
    """Whether the clip cuts off more than its QuantizeLinear does by itself."""
    low, high = -np.inf, np.inf
    if clip.op == "Relu":
        low = 0.0
    else:
        bounds = [network.constants.get(name) if name else None for name in [*clip.inputs[1:], "", ""][:2]]
        low, high = (end if bound is None else float(bound) for bound, end in zip(bounds, (low, high), strict=True))
    ends, scale, zero = np.iinfo(out.zero.dtype), np.float32(out.scale.item()), int(out.zero.item())
    least, most = np.float32(ends.min - zero) * scale, np.float32(ends.max - zero) * scale
    return bool(low - least > EPSILON or most - high > EPSILON)


def _bias(node: Node, network: Network, grids: Mapping[str, Grid]) -> Any:
    """Return the bias in int32: as it is in the file, or quantized by the scales of data and weights."""
    if len(node.inputs) < 3 or not node.inputs[2]:
        return None
    name = node.inputs[2]
    scale = np.float32(grids[node.inputs[0]].scale.item()) * grids[node.inputs[1]].scale.astype(np.float32).ravel()
    if name in network.constants:
        return np.rint(network.constants[name] / scale).astype(np.int32)
    given = network.maker[name]
    if given.op != "DequantizeLinear" or given.inputs[0] not in network.constants:
        raise RefusedError(f"{node}: its bias is no constant")
    if not np.allclose(grids[name].scale, scale, rtol=LARGEST_BIAS_ERROR):
        raise RefusedError(f"{node}: its bias has a scale of its own, ONNX Runtime computes it in floating point")
    return network.constants[given.inputs[0]]


def _behind(network: Network, node: Node) -> tuple[list[Node], Grid | None] | None:
    """Return the Clip and the QuantizeLinear that belong to a node and what the bytes stand for; None where none do.

    Of a matrix product that no QuantizeLinear and no Clip reads ONNX Runtime makes one of bytes as well, to float32.
    """
    claimed, reader = [], network.only_reader(node.outputs[0])
    if reader is not None and reader.op in ("Relu", "Clip"):
        claimed.append(reader)
        reader = network.only_reader(reader.outputs[0])
    if reader is not None and reader.op == "QuantizeLinear":
        out = grid(network, reader)
        is_cut = claimed and _is_cut(claimed[0], network, out)
        return None if is_cut else ([*claimed, reader], out)
    ops = {other.op for other in network.readers[node.outputs[0]]}
    is_real = node.op in ("Gemm", "MatMul") and not ops & {"QuantizeLinear", "Relu", "Clip", "Add"}
    return ([], None) if is_real else None


def unit(network: Network, node: Node, grids: Mapping[str, Grid]) -> Unit | None:
    """Return what ONNX Runtime makes of a node whose data are dequantized; None where it leaves it in floats."""
    name, is_product = {**PRODUCTS, **OTHERS}.get(node.op), node.op in PRODUCTS
    names = node.inputs[:2] if is_product else node.inputs
    if name is None or not all(one in grids for one in names):
        return None
    behind = _behind(network, node)
    if behind is None:
        return None
    claimed, out = behind
    data = {one: grids[one] for one in names}
    types = {one.zero.dtype for one in ([data[names[0]]] if is_product else data.values())}
    if out is not None and types != {out.zero.dtype}:
        return None
    if is_product and types == {np.dtype(np.int8)}:
        raise RefusedError(f"{node}: of int8, which ONNX Runtime may compute in floating point here")
    bias = _bias(node, network, grids) if is_product else None
    return Unit(node, OPERATORS[name], data, names, bias, out, claimed)
