"""Every function in an exported file: ONNX Runtime and a second import make the same table of it, all 256 bytes."""

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.functions.reals import FUNCTIONS
from accord.nn.graph import Apply, Expression, Graph, GraphError, Node, Number, Op, X
from accord.nn.importers.onnx import import_onnx
from accord.nn.params import QuantizationParams
from accord.nn.passes import insert_boundaries, tabulate

from .onnx_witness import Witness, exposed
from .sketch import Sketch, ops

OPTIONS = {
    "Celu": {"alpha": 0.7},
    "Elu": {"alpha": 1.3},
    "Gelu": {"approximate": "tanh"},
    "HardSigmoid": {"alpha": 0.3, "beta": 0.4},
    "LeakyRelu": {"alpha": 0.1},
    "QuickGelu": {"alpha": 1.5},
    "Selu": {"alpha": 1.5, "gamma": 1.1},
    "ThresholdedRelu": {"alpha": 0.4},
}
EXPRESSIONS: dict[str, Expression] = {
    **{op: Apply(op, (X,)) for op in FUNCTIONS},
    **{f"{op} with options": Apply(op, (X,), tuple(options.items())) for op, options in OPTIONS.items()},
    "clip": Apply("Clip", (X, Number(-0.7), Number(1.1))),
    "swish": Apply("Mul", (X, Apply("Sigmoid", (X,)))),
    "relu6 swish": Apply(
        "Div",
        (Apply("Mul", (X, Apply("Clip", (Apply("Add", (X, Number(3.0))), Number(0.0), Number(6.0))))), Number(6.0)),
    ),
    "square": Apply("Pow", (X, Number(2.0))),
    "slope": Apply("PRelu", (X, Number(0.3))),
    "twice the same": Apply("Add", (Apply("Tanh", (X,)), Apply("Abs", (Apply("Tanh", (X,)),)))),
    "number first": Apply("Sub", (Number(1.0), X)),
    "nothing": X,
}


def lookup(expression: Expression, given: QuantizationParams, wanted: QuantizationParams) -> Graph:
    net = Sketch(256)
    y = net.function("x", expression)
    return tabulate(insert_boundaries(net.done(y), {"x": given, y: wanted}))


@pytest.mark.parametrize("scale", [0.004, 0.031, 0.2])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_tables(name, scale):
    zero = 0 if name in ("Log", "Sqrt") else 100  # NaN has no byte of its own: ONNX Runtime takes the least one for it
    given, wanted = QuantizationParams(scale, zero, np.uint8), QuantizationParams(scale * 0.7, 60, np.uint8)
    graph = lookup(EXPRESSIONS[name], given, wanted)
    model = export_onnx(graph)
    x = ((np.arange(256) - zero) * np.float32(scale)).astype(np.float32).reshape(1, 256)
    shown = exposed(model)
    names = [info.name for info in shown.graph.output]
    own = Executor(graph, keep_all=True).run({"x": x}, names)
    for output, values in zip(names, Witness(shown).run(names, {"x": x}), strict=True):
        assert np.array_equal(own[output], values), output
    again = Executor(import_onnx(model)).run({"x": x})
    assert np.array_equal(again["t0"], own["t0"])
    assert ops(graph) == ["quantize", "lookup", "dequantize"]


def test_a_table_of_another_rounding_is_refused_by_name():
    graph = lookup(Apply("Mul", (X, Number(0.5))), QuantizationParams(0.5, 9), QuantizationParams(0.5, 8))
    table = graph.nodes[1].inputs[1]
    graph.constants[table] = graph.constants[table][::-1].copy()
    with pytest.raises(GraphError, match="node function t0: its table rounds otherwise"):
        export_onnx(graph)


def test_a_table_that_no_function_is_known_of_is_refused_by_name():
    graph = lookup(X, QuantizationParams(0.5, 9), QuantizationParams(0.5, 8))
    lookups = [node for node in graph.nodes if node.op is Op.LOOKUP]
    graph.nodes[1] = Node("unknown", Op.LOOKUP, lookups[0].inputs, lookups[0].output)
    with pytest.raises(GraphError, match="node unknown: a table that no function is known of"):
        export_onnx(graph)


def test_another_contract_is_refused():
    graph = lookup(X, QuantizationParams(0.5, 9), QuantizationParams(0.5, 8))
    graph.contract = "fma"
    with pytest.raises(ValueError, match="graph: it was quantized for fma"):
        export_onnx(graph)
