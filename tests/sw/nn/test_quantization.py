"""Whole networks: which values get ranges, what of a range is kept, and that nothing is left in floating point."""

import numpy as np
import pytest

from accord.nn.calibration import Record, load_records, save_records
from accord.nn.executor import Executor
from accord.nn.graph import Apply, AxisAttributes, GraphError, Number, Op, PadAttributes, X
from accord.nn.importers.onnx import import_onnx
from accord.nn.params import QuantizationParams
from accord.nn.quantization import calibrate, calibrated_values, choose_params, quantize_graph, simplified
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images
from .sketch import Sketch, ops


def record(low: float, high: float) -> Record:
    return Record("minmax", {}, 1, 1, 9, (low, high), (low, high))


def steps(params: QuantizationParams) -> tuple[float, float]:
    """Return the ends of a range."""
    low, high = params.limits
    return tuple((end - int(params.zero_point)) * float(params.scale) for end in (low, high))


def test_moves_share_their_inputs_parameters_and_what_pads_put_in_is_in_them():
    net = Sketch(4, 4, 2)
    a = net.pool("x")
    b = net.node(Op.PAD, [a], (3, 2, 2), PadAttributes((0, 1, 0, 0), (0, 0, 0, 0), -5.0))
    c = net.flat(b)
    d = net.node(Op.SOFTMAX, [c], (12,), AxisAttributes(1))
    graph = net.done(d)
    assert calibrated_values(graph) == ["x"]
    params = choose_params(graph, {"x": record(-1, 2)})
    assert params["x"] == params[a] == params[b] == params[c] == QuantizationParams.of_range(-5, 2, np.uint8)
    assert params[d] == QuantizationParams(1 / 256, 0, np.uint8)
    assert choose_params(graph, {"x": record(-1, 2)}, np.int8)[d] == QuantizationParams(1 / 256, -128, np.int8)


@pytest.mark.parametrize(
    ("function", "want"),
    [
        (Apply("HardSwish", (X,)), (-3.0, 9.0)),
        (Apply("HardSigmoid", (X,), (("alpha", 0.25),)), (-2.0, 2.0)),
        (Apply("Clip", (Apply("Abs", (X,)), Number(0.0), Number(1.0))), (-1.0, 1.0)),
        (Apply("Abs", (X,)), (-8.0, 9.0)),
        (Apply("Mul", (X, Number(0.0))), (-8.0, 9.0)),
    ],
)
def test_what_functions_do_not_tell_apart_gets_no_bytes(function, want):
    net = Sketch(4, 4, 2)
    y = net.function("x", function)
    params = choose_params(net.done(y), {"x": record(-8, 9), y: record(-8, 9)})
    assert steps(params["x"]) == pytest.approx(want, abs=0.1)


def test_a_range_that_something_else_reads_stays():
    net = Sketch(4, 4, 2)
    graph = net.done(net.unary("x", "HardSigmoid"), net.pool("x", Op.AVERAGE_POOL))
    params = choose_params(graph, dict.fromkeys(("x", "t0", "t1"), record(-8, 9)))
    assert params["x"] == QuantizationParams.of_range(-8, 9, np.uint8)


def test_no_bytes_for_what_a_clamp_or_a_function_cannot_give():
    net = Sketch(4, 4, 2)
    a = net.function(net.conv("x", np.ones((2, 1, 1, 2))), Apply("Clip", (X, Number(0.0), Number(6.0))))
    graph = simplified(net.done(net.unary(a, "Sqrt")))
    params = choose_params(graph, dict.fromkeys(("x", "t1", "t2"), record(-8, 9)))
    assert params["t1"] == QuantizationParams.of_range(0, 6, np.uint8)
    assert params["t2"] == QuantizationParams.of_range(0, np.sqrt(np.float32(255) * params["t1"].scale), np.uint8)


def test_records_are_missed_by_name_and_survive_a_file(tmp_path):
    net = Sketch(4, 4, 2)
    graph = net.done(net.unary(net.conv("x", np.ones((2, 1, 1, 2))), "Sigmoid"))
    with pytest.raises(GraphError, match="value x: no record of its range; calibrate this graph"):
        quantize_graph(graph, {})
    x = np.random.default_rng(seed()).normal(0, 1, (3, 4, 4, 2)).astype(np.float32)
    records = calibrate(graph, [{"x": x}])
    save_records(records, tmp_path / "records.json")
    one, other = (quantize_graph(graph, found) for found in (records, load_records(tmp_path / "records.json")))
    assert np.array_equal(*(Executor(made).run({"x": x})["t1"] for made in (one, other)))


def test_calibration_refuses_what_it_cannot_use():
    graph = Sketch(3).done("x")
    with pytest.raises(ValueError, match="method='best': expected one of minmax"):
        calibrate(graph, [], "best")
    with pytest.raises(ValueError, match="batches: none came"):
        calibrate(graph, [])
    with pytest.raises(ValueError, match=r"tensor 'x': .*every value must be finite"):
        calibrate(graph, [{"x": np.full((1, 3), np.nan, np.float32)}])


def test_progress_and_division_into_batches():
    net = Sketch(4, 4, 2)
    graph = net.done(net.unary(net.conv("x", np.ones((2, 1, 1, 2))), "Relu"))
    x = np.random.default_rng(seed()).normal(0, 1, (6, 4, 4, 2)).astype(np.float32)
    seen: list[int] = []
    singly = calibrate(graph, ({"x": x[at : at + 1]} for at in range(6)), "mse", progress=seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]
    whole = calibrate(graph, [{"x": x}], "mse")
    assert {name: one.range for name, one in singly.items()} == {name: one.range for name, one in whole.items()}


@pytest.mark.parametrize("contract", ["onnx", "fma"])
@pytest.mark.parametrize("name", NETWORKS)
def test_between_the_ends_all_is_bytes(name, contract):
    net = Net(seed())
    graph = import_onnx(net.model(NETWORKS[name](net)))
    samples = images(seed(), 4)
    made = quantize_graph(graph, calibrate(graph, [{"x": x} for x in samples], "minmax"), contract=contract)
    inner = [node for node in made.nodes if node.op not in (Op.DEQUANTIZE, Op.LINEAR)]
    assert {made.value(node.output).dtype for node in inner} == {np.dtype(np.uint8)}
    assert ops(made).count("quantize") == 1
    assert ops(made).count("dequantize") <= 1
    assert not {"function", "batch_norm"} & set(ops(made))
    assert made.contract == contract
    for x in samples:
        want, got = (next(iter(Executor(one).run({"x": x}).values())).ravel() for one in (graph, made))
        assert want @ got >= 0.98 * np.sqrt((want @ want) * (got @ got))


@pytest.mark.parametrize(("settings", "limit"), [({}, 127), ({"weight_bits": 8}, 127), ({"weight_bits": 7}, 63)])
@pytest.mark.parametrize("name", NETWORKS)
def test_weights_of_every_layer_reach_the_limit_and_stay_within(name, settings, limit):
    net = Net(seed())
    graph = import_onnx(net.model(NETWORKS[name](net)))
    made = quantize_graph(graph, calibrate(graph, [{"x": images(seed(), 1)[0]}], "minmax"), **settings)
    layers = [node for node in made.nodes if node.op in (Op.CONV, Op.LINEAR)]
    assert layers
    for node in layers:
        weight = made.constants[node.inputs[1]]
        largest = np.abs(weight.reshape(len(weight), -1).astype(int)).max(axis=1)
        assert largest.tolist() == [limit] * len(weight), node.name


def test_other_numbers_of_bits_are_refused():
    net = Sketch(3)
    graph = net.done(net.linear("x", np.ones((1, 3))))
    records = calibrate(graph, [{"x": np.ones((1, 3), np.float32)}])
    with pytest.raises(ValueError, match="weight_bits=9: expected 8, or 7 for ONNX Runtime on x86 processors without"):
        quantize_graph(graph, records, weight_bits=9)
