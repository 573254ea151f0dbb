"""Nodes whose inputs are all constants of the file, computed while it is read."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.terms import Constant, Term
from accord.nn.importers.onnx.walk import Walk

KEPT = ("QuantizeLinear", "DequantizeLinear")
"""These have rules of their own for constants."""


def folded(walk: Walk, node: SourceNode) -> list[Term] | None:
    """Return the results of a node that no data reach; None for any other."""
    given = [name for name in node.inputs if name]
    terms = [walk.terms.get(name) for name in given]
    if node.op in KEPT or not given:
        return None
    arrays = {}
    for name, term in zip(given, terms, strict=True):
        if not isinstance(term, Constant) or term.params is not None:
            return None
        arrays[name] = term.data
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(data.dtype), data.shape)
        for name, data in arrays.items()
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in node.outputs]
    attributes = {
        name: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for name, value in node.attributes.items()
    }
    entry = helper.make_node(node.op, list(node.inputs), list(node.outputs), node.name, **attributes)
    graph = helper.make_graph([entry], "constants", infos, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", walk.model.opset)])
    try:
        results = ReferenceEvaluator(model).run(None, arrays)
    except Exception as error:  # the library lets everything through that its operators raise
        raise ModelError(f"{node}: cannot be computed from the constants it is given: {error}") from error
    return [Constant(np.asarray(result)) for result in results]
