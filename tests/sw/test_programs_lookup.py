"""Clamps and lookups, every one of the 256 bytes, against arithmetic of their own and the layers of the CPU."""

import math
from fractions import Fraction

import numpy as np
import pytest

from accord import kernels
from accord.isa import Config
from accord.model import Npu
from accord.nn import QuantizationParams, QuantParams, activation_params
from accord.nn.graph import Apply, Expression, Number, X
from accord.nn.passes.tables import table_of
from accord.nn.programs import (
    clamp,
    gelu,
    hard_sigmoid,
    hard_swish,
    lookup,
    lookup_table,
    relu,
    relu6,
    run_program,
    sigmoid,
    tanh,
)

from . import exact_contracts as exact

BYTES = np.arange(256, dtype=np.uint8).view(np.int8)
SOURCE, TARGET, CONSTANTS = 16, 1000, 2000
PARAMS = (QuantParams(np.float32(0.05), -3), QuantParams(np.float32(0.011), -128), QuantParams(np.float32(1.5), 127))


def rows_of_all_bytes(k: int) -> np.ndarray:
    return BYTES.reshape(-1, k)


def bytes_left(scratchpad: np.ndarray, k: int) -> list[int]:
    return scratchpad[TARGET : TARGET + 256 // k].reshape(-1).tolist()


def on_cpu(function: Expression, source: QuantParams, output: QuantParams) -> list[int]:
    """Return what a network of the CPU makes of all bytes: a table that a graph pass builds, and a kernel's lookup."""
    params = [QuantizationParams(one.scale, one.zero_point) for one in (source, output)]
    return kernels.lookup(BYTES, table_of(function, *params, "fma")).tolist()


@pytest.mark.parametrize("params", PARAMS)
def test_relu(config, run, params):
    program = relu(config, rows=256 // config.k, source=SOURCE, target=TARGET, params=params)
    left = bytes_left(run(program, {SOURCE: rows_of_all_bytes(config.k)}), config.k)
    assert left == [max(q, params.zero_point) for q in BYTES.tolist()]
    assert left == on_cpu(Apply("Relu", (X,)), params, params)


@pytest.mark.parametrize("params", PARAMS)
def test_relu6(config, run, params):
    program = relu6(config, rows=256 // config.k, source=SOURCE, target=TARGET, params=params)
    left = bytes_left(run(program, {SOURCE: rows_of_all_bytes(config.k)}), config.k)
    zero = params.zero_point
    six = exact.round_half_away(Fraction(6.0 / float(params.scale))) + zero
    assert left == [min(max(q, zero), six, 127) for q in BYTES.tolist()]
    assert left == on_cpu(Apply("Clip", (X, Number(0), Number(6))), params, params)


@pytest.mark.parametrize(("low", "high"), [(-128, 127), (-128, -128), (127, 127), (-5, 7), (-128, 0), (3, 127)])
def test_clamp(config, run, low, high):
    program = clamp(config, rows=256 // config.k, source=SOURCE, target=TARGET, low=low, high=high)
    left = bytes_left(run(program, {SOURCE: rows_of_all_bytes(config.k)}), config.k)
    assert left == [min(max(q, low), high) for q in BYTES.tolist()]
    # a clamp of the CPU is that of the operation before it, here of one that changes nothing
    same = kernels.Output("fma", 1.0, clamp=(low, high))
    assert left == kernels.requantize(BYTES.astype(np.int32), same).tolist()


# in (-8, 8) all of them leave something to round
FUNCTIONS = {
    hard_swish: lambda x: x * min(max(x + 3, 0), 6) / 6,
    hard_sigmoid: lambda x: min(max(0.2 * x + 0.5, 0), 1),
    sigmoid: lambda x: 0.5 + 0.5 * math.tanh(x / 2),
    tanh: lambda x: 1 - 2 / (math.exp(2 * x) + 1),
    gelu: lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
}
OPERATORS = {
    hard_swish: "HardSwish",
    hard_sigmoid: "HardSigmoid",
    sigmoid: "Sigmoid",
    tanh: "Tanh",
    gelu: "Gelu",
}
OUTPUT = {
    hard_swish: activation_params(-0.375, 8.0),
    hard_sigmoid: activation_params(0.0, 1.0),
    sigmoid: QuantParams(np.float32(1 / 256), -128),
    tanh: QuantParams(np.float32(1 / 128), 0),
    gelu: activation_params(-0.17, 8.0),
}
INPUT = activation_params(-8.0, 8.0)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_tables_are_the_rounded_function(function):
    """The functions written in another form, which may differ in their last digits: no value lies at a tie."""
    output = OUTPUT[function]
    table = lookup_table(function, INPUT, output).tolist()
    for byte in range(256):
        code = byte - 256 if byte >= 128 else byte
        steps = FUNCTIONS[function](float(INPUT.scale) * (code - INPUT.zero_point)) / float(output.scale)
        assert abs(abs(steps) % 1 - 0.5) > 1e-9, "a tie: choose other parameters"
        expected = math.floor(steps + 0.5) + output.zero_point
        assert table[byte] == min(127, max(-128, expected)), code
    assert len(set(table)) > 50


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_lookup(config, run, function):
    table = lookup_table(function, INPUT, OUTPUT[function])
    program = lookup(config, rows=256 // config.k, source=SOURCE, target=TARGET, constants=CONSTANTS, table=table)
    left = bytes_left(run(program, {SOURCE: rows_of_all_bytes(config.k)}), config.k)
    assert left == [int(table[q & 255]) for q in BYTES.tolist()]
    assert left == on_cpu(Apply(OPERATORS[function], (X,)), INPUT, OUTPUT[function])


def test_ties_of_a_table_go_away_from_zero():
    halves = lookup_table(lambda x: x / 2, QuantParams(np.float32(1), 0), QuantParams(np.float32(1), 0))
    assert halves[[1, 3, 255, 253, 127, 128]].tolist() == [1, 2, -1, -2, 64, -64]


def test_hard_functions_as_their_definitions():
    assert [hard_sigmoid(x) for x in (-2.5, 0.0, 2.5, -9.0, 9.0)] == [0.0, 0.5, 1.0, 0.0, 1.0]
    assert hard_sigmoid(1.0, alpha=1 / 6) == 1 / 6 + 0.5
    assert [hard_swish(x) for x in (-3.0, -4.0, 0.0, 3.0, 5.0)] == [0.0, 0.0, 0.0, 3.0, 5.0]
    assert [sigmoid(x) for x in (-1e4, 0.0, 1e4)] == [0.0, 0.5, 1.0]


def test_functions_that_leave_the_range_or_have_no_value():
    one = QuantParams(np.float32(1), 0)
    assert lookup_table(lambda x: math.inf if x > 0 else -math.inf, one, one)[[1, 255]].tolist() == [127, -128]
    with pytest.raises(ValueError, match=r"function: NaN for the input 3\.0"):
        lookup_table(lambda x: math.nan if x == 3 else x, one, one)


@pytest.mark.parametrize("k", [1, 2, 4, 8, 16, 32, 64])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 23, 24, 25, 100])
def test_any_number_of_rows_in_place_and_no_row_more(k, rows):
    config = Config(k=k)
    table = np.roll(BYTES, 77)
    program = lookup(config, rows=rows, source=SOURCE, target=SOURCE, constants=CONSTANTS, table=table)
    machine = Npu(config)
    data = np.random.default_rng(rows).integers(-128, 128, (rows + 2, k)).astype(np.int8)
    run_program(machine, program, {SOURCE - 1: data})
    expected = data.copy()
    expected[1:-1] = table[data[1:-1].view(np.uint8)]
    assert np.array_equal(machine.scratchpad[SOURCE - 1 : SOURCE + rows + 1], expected)
