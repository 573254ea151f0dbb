"""GR-2: weights become int8 and biases int32, in steps of the input's scale times the weights'."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import Graph, GraphError, Node, Op
from accord.nn.params import QuantizationParams, weight_limit
from accord.nn.passes.edit import add_constant, copied, pruned
from accord.nn.rounding import round_rmm
from accord.nn.tensor import QuantizedTensor


def quantize_weights(graph: Graph, weight_bits: int = 8) -> Graph:
    """Return the graph with the weights of every layer that takes bytes quantized, one scale an output channel.

    S_w is that of ``QuantizationParams.of_weight``: the bias of a nearly dead channel stays inside INT32. Weights are
    rounded as the graph's contract does and clamped to [-127, 127], of 7 bits to [-63, 63]; biases RMM(b / (S_x * S_w))
    in double. The zero point's correction -Z_x * sum(w) is no part of the bias here: files have none of it, and kernels
    add it once, when they are prepared. GraphError names a layer whose weights no node of its own may change, or are
    not finite; ValueError for other bits.
    """
    weight_limit(weight_bits)
    made = copied(graph)
    made.nodes = [_quantized(made, node, weight_bits) if _is_due(graph, node) else node for node in graph.nodes]
    return pruned(made)


def _is_due(graph: Graph, node: Node) -> bool:
    return node.op in (Op.CONV, Op.LINEAR) and graph.value(node.inputs[0]).params is not None


def _quantized(made: Graph, node: Node, weight_bits: int) -> Node:
    if made.value(node.inputs[1]).params is not None:
        return node
    for name in node.inputs[1:]:
        if name not in made.constants or not np.isfinite(made.constants[name]).all():
            raise GraphError(f"node {node.name}: weights and bias {name} have to be constants, every value finite")
    given = made.value(node.inputs[0]).params
    assert given is not None
    weight = made.constants[node.inputs[1]]
    bias = made.constants[node.inputs[2]] if len(node.inputs) > 2 else None
    scale, real_bias = float(given.scale), 0.0 if bias is None else bias
    params = QuantizationParams.of_weight(weight, bias=real_bias, input_scale=scale, weight_bits=weight_bits)
    # a subnormal scale may be rounded so far down that the largest weights do not fit
    limit = weight_limit(weight_bits)
    data = np.clip(QuantizedTensor.quantize(weight, params, made.contract).data, -limit, limit)
    inputs = [node.inputs[0], add_constant(made, f"{node.inputs[1]}/quantized", data, params)]
    if bias is not None:
        steps = bias_in_steps(bias, scale, params)
        inputs.append(add_constant(made, f"{node.inputs[2]}/quantized", steps))
    return replace(node, inputs=tuple(inputs))


def bias_in_steps(bias: NDArray[Any], input_scale: float, weight_params: QuantizationParams) -> NDArray[np.int32]:
    """Return RMM(b / (S_x * S_w)) in double, within INT32."""
    steps = round_rmm(bias.astype(np.float64) / (input_scale * weight_params.scale.astype(np.float64)))
    limits = np.iinfo(np.int32)
    whole: NDArray[np.int32] = np.clip(steps, limits.min, limits.max).astype(np.int32)
    return whole
