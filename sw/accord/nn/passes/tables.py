"""GR-4 at quantization: functions of bytes become tables of 256 entries."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions import evaluate, evaluate_double
from accord.nn.graph import Expression, Graph, Node, Op
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams
from accord.nn.passes.edit import add_constant, copied
from accord.nn.passes.functions import expression
from accord.nn.rounding import round_rmm
from accord.nn.tensor import QuantizedTensor


def tabulate(graph: Graph) -> Graph:
    """Return the graph with each FUNCTION of bytes as a LOOKUP, which keeps the function it stands for."""
    made = copied(graph)
    made.nodes = [_tabulated(made, node) if node.op is Op.FUNCTION else node for node in graph.nodes]
    return made


def _tabulated(made: Graph, node: Node) -> Node:
    given, wanted = made.value(node.inputs[0]).params, made.value(node.output).params
    if given is None or wanted is None:
        return node
    table = table_of(expression(node), given, wanted, made.contract)
    name = add_constant(made, f"{node.output}/table", table)
    return replace(node, op=Op.LOOKUP, inputs=(node.inputs[0], name))


def table_of(
    function: Expression, given: QuantizationParams, wanted: QuantizationParams, contract: ContractName
) -> NDArray[np.uint8] | NDArray[np.int8]:
    """Return what each byte becomes, indexed by its bits: dequantized, the function, quantized.

    ``onnx``: all in float32, as ONNX Runtime computes it, ties to even. Others: all in double, ties away from zero.
    """
    every = np.arange(256, dtype=np.uint8).view(given.dtype)
    with np.errstate(all="ignore"):
        if contract == "onnx":
            values = evaluate(function, QuantizedTensor(every, given).dequantize())
            return QuantizedTensor.quantize(values, wanted, contract).data
        steps = every.astype(np.float64) - int(given.zero_point)
        exact = evaluate_double(function, steps * float(given.scale)) / float(wanted.scale)
    low, high = wanted.limits
    zero = int(wanted.zero_point)
    bounded = np.clip(np.nan_to_num(exact, nan=np.inf), low - zero, high - zero)
    table: NDArray[np.int8] = (round_rmm(bounded) + zero).astype(wanted.dtype)
    return table
