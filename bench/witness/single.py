"""A node by itself: what the witnesses say that an operator gives."""

from collections.abc import Collection
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from bench.witness.both import Witness

MICROSOFT = frozenset(
    {"QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearMul"}
)
"""Operators of com.microsoft."""
DATA = {"QLinearAdd": (0, 3), "QLinearConcat": (2, 5, 8), "QLinearMul": (0, 3)}
"""Which inputs are no constants of the network, where it is not the first alone."""


def network(op: str, inputs: list[Any], data: Collection[int], **attributes: Any) -> onnx.ModelProto:
    """Return a network of one node, inputs i0, i1 and so on; all but ``data`` are constants, None is left out."""
    arrays = {f"i{number}": np.asarray(one) for number, one in enumerate(inputs) if one is not None}
    given = {f"i{number}" for number in data}
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(one.dtype), one.shape)
        for name, one in arrays.items()
        if name in given
    ]
    names = ["" if one is None else f"i{number}" for number, one in enumerate(inputs)]
    node = helper.make_node(
        op, names, ["y"], "the node", domain="com.microsoft" if op in MICROSOFT else "", **attributes
    )
    constants = [numpy_helper.from_array(one, name) for name, one in arrays.items() if name not in given]
    graph = helper.make_graph([node], op, infos, [helper.make_empty_tensor_value_info("y")], constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def witnessed(op: str, inputs: list[Any], **attributes: Any) -> NDArray[Any]:
    """Return the output of one node; its weights, scales and zero points are constants, as networks have them."""
    data = DATA.get(op, (0,))
    feeds = {f"i{number}": np.asarray(inputs[number]) for number in data}
    (found,) = Witness(network(op, inputs, data, **attributes)).run(None, feeds)
    return found
