"""One example of every program: the real numbers it stands for, and the bytes that the CPU gives for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord import kernels
from accord.isa.config import LUT_BYTES, Config
from accord.kernels import Output
from accord.nn.graph import Apply, Expression, Number, X
from accord.nn.layers import QuantizedResidualAdd, QuantizedSoftmax
from accord.nn.params import QuantizationParams
from accord.nn.passes.tables import table_of
from accord.nn.programs.add import add_fma, add_onnx, add_tflite
from accord.nn.programs.builder import VectorProgram
from accord.nn.programs.clamp import relu, relu6
from accord.nn.programs.lookup import gelu, hard_sigmoid, hard_swish, lookup, lookup_table, sigmoid, tanh
from accord.nn.programs.pool import Contract, Windows, average_pool, max_pool
from accord.nn.programs.requantize import (
    quantize_multiplier,
    requantize_fma,
    requantize_onnx,
    requantize_tflite,
)
from accord.nn.programs.softmax import softmax
from accord.nn.programs.softmax_layout import SoftmaxLayout
from accord.nn.quantize import QuantParams, activation_params
from accord.nn.rows import word_rows

SEED = 1
CONSTANTS = 0
FIRST_ROW = 4 * LUT_BYTES + 1
"""Behind the constants of any of the programs at any K."""


@dataclass(frozen=True)
class Job:
    """A program with its inputs, and the real numbers that its results stand for.

    ``inputs``: scratchpad row: rows. The results, (n, K) int8 of which the columns ``lanes`` count, lie from row
    ``target`` on; ``real`` (n, lanes) float64 is the float function of the dequantized inputs, ``output`` says what
    the bytes mean. ``cpu`` (n, lanes) int8: what the CPU's layer of the program's name gives for the same inputs.
    """

    program: VectorProgram
    inputs: dict[int, NDArray[np.int8]]
    target: int
    real: NDArray[np.float64]
    output: QuantParams
    cpu: NDArray[Any]


@dataclass(frozen=True)
class Case:
    """``build(config, n)`` gives the job over n units of ``unit``; ``sizes`` are the two that are timed."""

    name: str
    unit: str
    sizes: tuple[int, int]
    build: Callable[[Config, int], Job]


def _dequantize(q: NDArray[np.int8], params: QuantParams) -> NDArray[np.float64]:
    return float(params.scale) * (q.astype(np.float64) - params.zero_point)


def _all_bytes(config: Config, rows: int) -> NDArray[np.int8]:
    return np.resize(np.arange(LUT_BYTES, dtype=np.uint8).view(np.int8), (rows, config.k))


def _params(params: QuantParams) -> QuantizationParams:
    return QuantizationParams(params.scale, params.zero_point)


def _on_cpu(function: Expression, q: NDArray[np.int8], source: QuantParams, output: QuantParams) -> NDArray[Any]:
    """Return a function of bytes as a network of the CPU computes it: through a table of its own."""
    return kernels.lookup(q, table_of(function, _params(source), _params(output), "fma"))


def _relu(six: bool) -> Callable[[Config, int], Job]:
    params = activation_params(-8.0, 8.0)
    function = Apply("Clip", (X, Number(0.0), Number(6.0))) if six else Apply("Relu", (X,))

    def build(config: Config, rows: int) -> Job:
        q = _all_bytes(config, rows)
        target = FIRST_ROW + rows
        program = (relu6 if six else relu)(config, rows=rows, source=FIRST_ROW, target=target, params=params)
        real = np.clip(_dequantize(q, params), 0.0, 6.0 if six else np.inf)
        return Job(program, {FIRST_ROW: q}, target, real, params, _on_cpu(function, q, params, params))

    return build


def _lookup(function: Callable[[float], float], op: str, low: float, high: float) -> Callable[[Config, int], Job]:
    params, output = activation_params(-8.0, 8.0), activation_params(low, high)

    def build(config: Config, rows: int) -> Job:
        q = _all_bytes(config, rows)
        target = FIRST_ROW + rows
        table = lookup_table(function, params, output)
        program = lookup(config, rows=rows, source=FIRST_ROW, target=target, constants=CONSTANTS, table=table)
        real = np.vectorize(function, otypes=[np.float64])(_dequantize(q, params))
        return Job(program, {FIRST_ROW: q}, target, real, output, _on_cpu(Apply(op, (X,)), q, params, output))

    return build


def _add(add: Callable[..., VectorProgram], contract: Contract) -> Callable[[Config, int], Job]:
    first, second = activation_params(-3.0, 5.0), activation_params(-7.0, 2.0)
    output = activation_params(-10.0, 7.0)

    def build(config: Config, rows: int) -> Job:
        q = np.random.default_rng(SEED).integers(-128, 128, (2, rows, config.k)).astype(np.int8)
        places = {"first": FIRST_ROW, "second": FIRST_ROW + rows, "target": FIRST_ROW + 2 * rows}
        program = add(config, rows=rows, **places, first_params=first, second_params=second, output_params=output)
        real = _dequantize(q[0], first) + _dequantize(q[1], second)
        cpu = QuantizedResidualAdd(_params(first), _params(second), _params(output), contract=contract)(*q)
        return Job(program, {places["first"]: q[0], places["second"]: q[1]}, places["target"], real, output, cpu)

    return build


def _requantize(contract: Contract) -> Callable[[Config, int], Job]:
    output = activation_params(-6.0, 10.0)

    def build(config: Config, rows: int) -> Job:
        rng = np.random.default_rng(SEED)
        channel_scale = 2.0 ** rng.uniform(-14, -8, config.k)  # S_x * S_w
        real = rng.uniform(-6.0, 10.0, (rows, config.k))
        acc = np.rint(real / channel_scale).astype(np.int32)
        factor = channel_scale / float(output.scale)
        target = FIRST_ROW + 4 * rows
        places = {"rows": rows, "source": FIRST_ROW, "target": target, "constants": CONSTANTS}
        if contract == "tflite":
            multiplier, shift = zip(*(quantize_multiplier(value) for value in factor.tolist()), strict=True)
            program = requantize_tflite(
                config, **places, multiplier=multiplier, shift=shift, zero_point=output.zero_point
            )
        else:
            requantize = requantize_onnx if contract == "onnx" else requantize_fma
            factor = factor.astype(np.float32)
            program = requantize(config, **places, multiplier=factor, zero_point=output.zero_point)
        cpu = kernels.requantize(acc, Output(contract, factor, output.zero_point))
        return Job(program, {FIRST_ROW: word_rows(acc)}, target, acc * channel_scale, output, cpu)

    return build


def _pool(contract: Contract | None) -> Callable[[Config, int], Job]:
    params = activation_params(-3.0, 5.0)
    output = params if contract in (None, "tflite") else activation_params(-4.0, 6.0)

    def build(config: Config, count: int) -> Job:
        windows = Windows((1, count), (3, 3), (1, 1), count + 2, count)
        q = np.random.default_rng(SEED).integers(-128, 128, (windows.source_rows, config.k)).astype(np.int8)
        target = FIRST_ROW + windows.source_rows
        columns = np.arange(count)[:, None, None] + np.arange(3)
        real = _dequantize(q, params)[columns + windows.pitch * np.arange(3)[:, None]]
        image = q.reshape(1, 3, windows.pitch, config.k)
        if contract is None:
            program = max_pool(config, windows=windows, source=FIRST_ROW, target=target)
            cpu = kernels.max_pool(image, 3, stride=1).reshape(count, -1)
            return Job(program, {FIRST_ROW: q}, target, real.max(axis=(1, 2)), output, cpu)
        program = average_pool(
            config,
            windows=windows,
            source=FIRST_ROW,
            target=target,
            contract=contract,
            input_params=params,
            output_params=output,
        )
        cpu = kernels.average_pool(
            image,
            3,
            stride=1,
            x_scale=float(params.scale),
            x_zero_point=params.zero_point,
            scale=float(output.scale),
            zero_point=output.zero_point,
            contract=contract,
        )
        return Job(program, {FIRST_ROW: q}, target, real.mean(axis=(1, 2)), output, cpu.reshape(count, -1))

    return build


def _softmax(length: int) -> Callable[[Config, int], Job]:
    params, output = activation_params(-12.0, 12.0), QuantParams(np.float32(1 / 256), -128)

    def build(config: Config, vectors: int) -> Job:
        layout = SoftmaxLayout(config.k, vectors, length)
        q = np.random.default_rng(SEED).integers(-128, 128, (vectors, length)).astype(np.int8)
        padded = np.pad(q, ((0, 0), (0, layout.rows * config.k - length))).reshape(-1, config.k)
        target = FIRST_ROW + len(padded)
        program = softmax(
            config,
            vectors=vectors,
            length=length,
            source=FIRST_ROW,
            target=target,
            constants=CONSTANTS,
            scratch=target + len(padded),
            input_params=params,
        )
        exponentials = np.exp(_dequantize(q, params) - _dequantize(q, params).max(axis=1, keepdims=True))
        real = exponentials / exponentials.sum(axis=1, keepdims=True)
        cpu = QuantizedSoftmax(_params(params), _params(output), contract="tflite")(q)
        return Job(program, {FIRST_ROW: padded}, target, real, output, cpu)

    return build


ROWS = (240, 480)
CASES = (
    Case("relu", "row", ROWS, _relu(six=False)),
    Case("relu6", "row", ROWS, _relu(six=True)),
    Case("hard_swish", "row", ROWS, _lookup(hard_swish, "HardSwish", -0.375, 8.1)),
    Case("hard_sigmoid", "row", ROWS, _lookup(hard_sigmoid, "HardSigmoid", 0.0, 1.0)),
    Case("sigmoid", "row", ROWS, _lookup(sigmoid, "Sigmoid", 0.0, 1.0)),
    Case("tanh", "row", ROWS, _lookup(tanh, "Tanh", -1.0, 1.0)),
    Case("gelu", "row", ROWS, _lookup(gelu, "Gelu", -0.17, 8.1)),
    Case("requantize_fma", "row", ROWS, _requantize("fma")),
    Case("requantize_onnx", "row", ROWS, _requantize("onnx")),
    Case("requantize_tflite", "row", ROWS, _requantize("tflite")),
    Case("add_fma", "row", ROWS, _add(add_fma, "fma")),
    Case("add_onnx", "row", ROWS, _add(add_onnx, "onnx")),
    Case("add_tflite", "row", ROWS, _add(add_tflite, "tflite")),
    Case("max_pool 3x3", "row", ROWS, _pool(None)),
    Case("average_pool 3x3 fma", "row", ROWS, _pool("fma")),
    Case("average_pool 3x3 onnx", "row", ROWS, _pool("onnx")),
    Case("average_pool 3x3 tflite", "row", ROWS, _pool("tflite")),
    Case("softmax of 10", "vector", (8, 16), _softmax(10)),
    Case("softmax of 200", "vector", (1, 2), _softmax(200)),
)
"""``sizes`` are multiples of the rows that any of the programs has in flight."""
