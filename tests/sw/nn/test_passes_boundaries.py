"""GR-3 and tables: real numbers become bytes at the ends of the network and nowhere else."""

import numpy as np
import pytest

from accord.nn.functions import evaluate_double
from accord.nn.graph import Apply, FunctionAttributes, GraphError, Number, Op, PadAttributes, X
from accord.nn.params import QuantizationParams
from accord.nn.passes import insert_boundaries, tabulate
from accord.nn.passes.boundaries import clamp_in_steps
from accord.nn.passes.tables import table_of

from .sketch import Sketch, ops, run

U8, S8 = QuantizationParams(0.1, 10, np.uint8), QuantizationParams(0.25, -128, np.int8)


def test_one_quantize_an_input_and_one_dequantize_an_output():
    net = Sketch(4, 4, 2)
    y = net.joined(Op.ADD, net.pool("x"), net.pool("x"))
    z = net.joined(Op.ADD, y, y)
    graph = net.done(y, z)
    found = insert_boundaries(graph, dict.fromkeys(("x", "t0", "t1", y, z), U8))
    assert ops(found) == ["quantize", "max_pool", "max_pool", "add", "add", "dequantize", "dequantize"]
    assert (found.inputs, found.outputs) == (["x"], [y, z])
    assert {found.value(name).dtype for name in ("x", y, z)} == {np.dtype(np.float32)}
    assert {found.value(node.output).params for node in found.nodes[:-2]} == {U8}
    assert graph.nodes == net.graph.nodes


def test_a_real_node_in_between_reads_and_gives_real_numbers():
    net = Sketch(4, 4, 2)
    a = net.pool("x")
    b = net.norm(a, *np.ones((4, 2)))
    graph = net.done(net.pool(b), net.pool(b, Op.AVERAGE_POOL))
    found = insert_boundaries(graph, dict.fromkeys(("x", a, b, "t2", "t3"), U8))
    names = ["quantize", "max_pool", "dequantize", "batch_norm", "quantize", "max_pool", "average_pool"]
    assert ops(found) == [*names, "dequantize", "dequantize"]
    x = np.random.default_rng(1).uniform(-1, 1, (1, 4, 4, 2)).astype(np.float32)
    assert len(run(found, x)) == 2


def test_a_linear_layer_without_parameters_gives_real_numbers():
    net = Sketch(3)
    y = net.linear("x", np.ones((2, 3)))
    found = insert_boundaries(net.done(y), {"x": U8})
    assert ops(found) == ["quantize", "linear"]
    assert found.value(y).params is None


def test_a_reader_of_what_has_no_parameters_is_named():
    net = Sketch(4, 4, 2)
    y = net.pool("x")
    with pytest.raises(GraphError, match="node max_pool t0: reads x, which has no scale"):
        insert_boundaries(net.done(y), {y: U8})


def test_a_constant_operand_is_quantized_as_the_contract_rounds():
    for contract, want in (("onnx", [12, 10]), ("fma", [13, 10])):
        net = Sketch(2)
        y = net.joined(Op.ADD, "x", net.constant([[1.25, 0.125]]))
        net.graph.contract = contract
        half = QuantizationParams(0.5, 10, np.uint8)
        found = insert_boundaries(net.done(y), dict.fromkeys(("x", "c0", y), half))
        assert found.constants["c0/quantized"].tolist() == [want]


def test_numbers_that_pads_put_in_are_bytes():
    net = Sketch(3)
    y = net.node(Op.PAD, ["x"], (5,), PadAttributes((0, 1), (0, 1), -0.52))
    found = insert_boundaries(net.done(y), {"x": U8, y: U8})
    assert found.nodes[1].attributes.value == 5


@pytest.mark.parametrize(
    ("clamp", "params", "steps"),
    [
        ((0.0, np.inf), QuantizationParams(0.1, 0, np.uint8), None),
        ((0.0, np.inf), U8, (10, 255)),
        ((-np.inf, 0.0), U8, (0, 10)),
        ((-1.0, 24.5), U8, None),
        ((-1.0, 24.4), U8, (0, 254)),
        ((-0.96, 24.5), U8, None),  # within half a step of the end
        ((-0.9, 24.5), U8, (1, 255)),
        ((-0.92, 24.5), U8, (1, 255)),
        ((-3.0, 40.0), U8, None),
        ((0.0, 6.0), S8, (-128, -104)),
        ((5.0, 5.0), S8, (-108, -108)),
    ],
)
def test_clamps_in_steps(clamp, params, steps):
    assert clamp_in_steps(clamp, params) == steps


HALVES = Apply("Mul", (X, Number(0.5)))


@pytest.mark.parametrize("given", [QuantizationParams(0.125, 10, np.uint8), S8])
@pytest.mark.parametrize("contract", ["onnx", "fma", "tflite"])
def test_tables_are_the_function_between_two_quantizations(given, contract):
    """Halves of steps are exact, so that every other byte is a tie."""
    wanted = QuantizationParams(given.scale, 3, given.dtype)
    table = table_of(HALVES, given, wanted, contract)
    low, high = given.limits
    for byte, found in zip(np.arange(256, dtype=np.uint8).view(given.dtype).tolist(), table.tolist(), strict=True):
        twice = byte - int(given.zero_point)
        away = int(abs(twice) / 2 + 0.5) * (1 if twice >= 0 else -1)
        half = round(twice / 2) if contract == "onnx" else away
        assert found == min(max(half + 3, low), high)


def test_tables_of_fma_are_computed_in_double():
    scale = np.float32(0.013)
    given, wanted = QuantizationParams(scale, 128, np.uint8), QuantizationParams(0.0041, 20, np.uint8)
    swish = Apply("Mul", (X, Apply("Sigmoid", (X,))))
    exact = evaluate_double(swish, (np.arange(256.0) - 128) * float(scale)) / float(wanted.scale)
    want = np.clip(np.trunc(exact + np.copysign(0.5, exact)) + 20, 0, 255)
    assert np.array_equal(table_of(swish, given, wanted, "fma"), want)


def test_a_function_becomes_a_table_that_knows_it():
    net = Sketch(3)
    y = net.unary("x", "HardSwish")
    found = tabulate(insert_boundaries(net.done(y), {"x": U8, y: U8}))
    assert ops(found) == ["quantize", "lookup", "dequantize"]
    assert found.nodes[1].attributes == FunctionAttributes(Apply("HardSwish", (X,)))
    assert found.constants[found.nodes[1].inputs[1]].shape == (256,)
