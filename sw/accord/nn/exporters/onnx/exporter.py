"""A graph of this package as an ONNX model."""

import onnx

from accord.nn.exporters.onnx.rules import RULES
from accord.nn.exporters.onnx.writer import Writer, model_of
from accord.nn.graph import Graph

OPSET = 17
IR_VERSION = 8


def export_onnx(graph: Graph) -> onnx.ModelProto:
    """Return a model of opset 17, IR version 8; ``onnx.save`` writes it.

    Bytes become QDQ form: every operation of real numbers stands between DequantizeLinear and QuantizeLinear, moves of
    bytes by themselves. A float32 graph becomes a float32 model. Tensors have their values' names; images are
    (N, C, H, W). A quantized graph is one of contract ``onnx``: ONNX Runtime and import of the model give its bytes.
    ValueError for a quantized graph of another contract; GraphError names a node that opset 17 cannot say.
    """
    graph.check()
    is_quantized = any(value.params is not None for value in graph.values.values())
    if is_quantized and graph.contract != "onnx":
        raise ValueError(f"graph: it was quantized for {graph.contract}; an ONNX file rounds as the contract onnx does")
    writer = Writer(graph)
    for node in graph.nodes:
        RULES[node.op](writer, node)
    model = model_of(writer, OPSET, IR_VERSION)
    onnx.checker.check_model(model)
    return model
