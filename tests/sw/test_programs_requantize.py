"""Requantization of INT32 accumulators in the three contracts, against fractions; the CPU gives the same bytes."""

import numpy as np
import pytest

from accord import kernels
from accord.isa import Config
from accord.nn.programs import (
    quantize_multiplier,
    requantize_fma,
    requantize_onnx,
    requantize_tflite,
    word_rows,
)
from accord.sim.seed import seed

from . import exact_contracts as exact

SOURCE, TARGET, CONSTANTS = 0, 3000, 4000
EXTREMES = [0, 1, -1, 2, -2, 127, -128, 2**24 + 1, -(2**24) - 1, 2**30, -(2**30), 2**31 - 1, -(2**31), -(2**31) + 1]
ROWS = 300


def accumulators(k: int, multiplier: np.ndarray, number: int) -> np.ndarray:
    """(ROWS, K) int32: extremes, numbers of every size, and those that land near ties of the output range."""
    rng = np.random.default_rng([seed(), k, number])
    sizes = rng.integers(-(2**31), 2**31, (ROWS, k)) >> rng.integers(0, 31, (ROWS, k))
    near = np.rint(rng.integers(-300, 301, (ROWS, k)) / 2 / multiplier.astype(np.float64)) + rng.integers(
        -1, 2, (ROWS, k)
    )
    chosen = np.where(rng.random((ROWS, k)) < 0.5, sizes, np.clip(near, -(2**31), 2**31 - 1)).astype(np.int32)
    chosen[: len(EXTREMES)] = np.array(EXTREMES, np.int64).astype(np.int32)[:, None]
    return chosen


def outputs(run, program, acc: np.ndarray) -> np.ndarray:
    return run(program, {SOURCE: word_rows(acc)})[TARGET : TARGET + len(acc)]


CONTRACTS = {requantize_fma: "fma", requantize_onnx: "onnx"}


def on_cpu(acc: np.ndarray, contract: str, multiplier: np.ndarray, zero: int) -> list[list[int]]:
    return kernels.requantize(acc, kernels.Output(contract, multiplier, zero)).tolist()


def elementwise(function, acc: np.ndarray, *lanes) -> list[list[int]]:
    return [[function(value, *(lane[j] for lane in lanes)) for j, value in enumerate(row)] for row in acc.tolist()]


@pytest.mark.parametrize(
    ("build", "reference"),
    [(requantize_fma, exact.requantize_fma), (requantize_onnx, exact.requantize_onnx)],
    ids=["fma", "onnx"],
)
@pytest.mark.parametrize("zero", [-128, -3, 0, 127])
def test_float_contracts(config, run, build, reference, zero):
    rng = np.random.default_rng([seed(), config.k, zero & 255])
    multiplier = (2.0 ** rng.uniform(-31, 2, config.k)).astype(np.float32)
    multiplier[0] = 0.5  # ties
    acc = accumulators(config.k, multiplier, zero & 255)
    program = build(
        config,
        rows=ROWS,
        source=SOURCE,
        target=TARGET,
        constants=CONSTANTS,
        multiplier=multiplier,
        zero_point=zero,
    )
    expected = elementwise(lambda value, m: reference(value, m, zero), acc, multiplier.tolist())
    assert outputs(run, program, acc).tolist() == expected
    assert on_cpu(acc, CONTRACTS[build], multiplier, zero) == expected
    assert len(set(np.ravel(expected).tolist())) > 40


def test_fma_and_onnx_differ_at_ties_and_odd_zero_points():
    values = range(-9, 10)
    fma = [exact.requantize_fma(value, 0.5, 1) for value in values]
    onnx = [exact.requantize_onnx(value, 0.5, 1) for value in values]
    assert fma != onnx
    assert fma[9 + 1] == 2  # 1.5, away from zero
    assert onnx[9 + 1] == 1  # 0.5 to even, and 1


def test_a_product_beyond_int32_saturates_before_the_zero_point(config, run):
    multiplier = np.full(config.k, 1e30, np.float32)
    acc = np.resize(np.array(EXTREMES, np.int64).astype(np.int32), (len(EXTREMES), config.k))
    for build, reference in ((requantize_onnx, exact.requantize_onnx), (requantize_fma, exact.requantize_fma)):
        for zero in (-128, 127):
            program = build(
                config,
                rows=len(acc),
                source=SOURCE,
                target=TARGET,
                constants=CONSTANTS,
                multiplier=multiplier,
                zero_point=zero,
            )
            expected = elementwise(lambda value, m, f=reference, z=zero: f(value, m, z), acc, multiplier.tolist())
            assert outputs(run, program, acc).tolist() == expected
            assert on_cpu(acc, CONTRACTS[build], multiplier, zero) == expected


@pytest.mark.parametrize("number", range(6))
def test_tflite(config, run, number):
    """Random and extreme multipliers and shifts, left and right, all in the lanes of one program."""
    rng = np.random.default_rng([seed(), config.k, number])
    k = config.k
    multiplier = rng.integers(2**30, 2**31, k)
    extremes = rng.random(k) < 0.3
    multiplier[extremes] = rng.choice([0, 1, 2**30, 2**30 + 1, 2**31 - 1], int(extremes.sum()))
    shift = rng.integers(-31, 31, k) if number % 2 else rng.integers(-24, 1, k)
    shift[0] = (-31, 30, -1, 0, 1, -12)[number]
    zero = (0, -128, 127, 5, -7, 1)[number]
    real = np.maximum(multiplier, 1) * 2.0 ** (shift - 31.0)
    acc = accumulators(k, real, number)
    program = requantize_tflite(
        config,
        rows=ROWS,
        source=SOURCE,
        target=TARGET,
        constants=CONSTANTS,
        multiplier=multiplier,
        shift=shift,
        zero_point=zero,
    )
    expected = elementwise(
        lambda value, m, s: exact.requantize_tflite(value, m, s, zero), acc, multiplier.tolist(), shift.tolist()
    )
    assert outputs(run, program, acc).tolist() == expected
    # the CPU's kernels take factors, which have no multiplier below 2^30
    lanes = multiplier >= 2**30
    from_factors = np.array(on_cpu(acc, "tflite", np.where(lanes, real, 1.0), zero))
    assert np.array_equal(from_factors[:, lanes], np.array(expected)[:, lanes])


def test_vsqrdmulh_of_the_reference_is_rounding_to_nearest_ties_up():
    """The two statements of numerics and of gemmlowp's code are the same function."""
    rng = np.random.default_rng(seed())
    pairs = [*rng.integers(-(2**31), 2**31, (20_000, 2)).tolist(), [2**30, 1], [-(2**30), 1], [3 * 2**29, -2]]
    assert [exact.sqrdmulh(a, b) for a, b in pairs] == [(2 * a * b + 2**31) >> 32 for a, b in pairs]


@pytest.mark.parametrize(
    "real", [0.0, 1.0, 0.5, 0.25, 1 - 2**-53, 0.5 - 2**-54, 2**-31.5, 2**-32, 2**-32.5, 2**-33, 5e-324, 1.5, 1e6, 3e-9]
)
def test_quantize_multiplier_at_the_edges(real):
    assert quantize_multiplier(real) == exact.quantize_multiplier(real)


def test_quantize_multiplier_at_random():
    rng = np.random.default_rng(seed())
    reals = (2.0 ** rng.uniform(-36, 30, 5000)).tolist()
    assert [quantize_multiplier(real) for real in reals] == [exact.quantize_multiplier(real) for real in reals]
    assert quantize_multiplier(2**-33) == (0, 0)
    assert quantize_multiplier(2**-32) == (2**30, -31)
    assert quantize_multiplier(1 - 2**-53) == (2**30, 1)


@pytest.mark.parametrize("real", [-0.1, float("inf"), float("nan"), 2.0**30, 1e300])
def test_quantize_multiplier_refuses(real):
    with pytest.raises(ValueError, match="real="):
        quantize_multiplier(real)


def test_in_place(config, run):
    multiplier = np.full(config.k, 0.01, np.float32)
    acc = accumulators(config.k, multiplier, 9)
    program = requantize_fma(config, rows=ROWS, source=40, target=40, constants=0, multiplier=multiplier, zero_point=3)
    left = run(program, {40: word_rows(acc)})
    assert left[40 : 40 + ROWS].tolist() == elementwise(
        lambda value, m: exact.requantize_fma(value, m, 3), acc, multiplier.tolist()
    )
    assert np.array_equal(left[40 + ROWS : 40 + 4 * ROWS], word_rows(acc)[ROWS:])


BASE = {"rows": 4, "source": 0, "target": 100, "constants": 200, "zero_point": 0}


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (requantize_fma, {"multiplier": np.ones(8)}, "multiplier: expected float32, got float64"),
        (requantize_fma, {"multiplier": np.ones(4, np.float32)}, r"multiplier: expected shape \(8,\)"),
        (requantize_onnx, {"multiplier": np.zeros(8, np.float32)}, "multiplier 0.0: must be finite"),
        (requantize_onnx, {"multiplier": np.full(8, np.nan, np.float32)}, "multiplier nan: must be finite"),
        (requantize_fma, {"multiplier": np.ones(8, np.float32), "zero_point": 128}, "zero_point=128"),
        (requantize_tflite, {"multiplier": np.full(8, -1), "shift": np.zeros(8, int)}, "multiplier -1: must be 0"),
        (requantize_tflite, {"multiplier": np.full(8, 2**31), "shift": np.zeros(8, int)}, "multiplier 2147483648"),
        (requantize_tflite, {"multiplier": np.zeros(8, int), "shift": np.full(8, 31)}, "shift 31: must be -31 to 30"),
        (requantize_tflite, {"multiplier": np.zeros(8, int), "shift": np.zeros(8)}, "shift: expected integers"),
        (requantize_tflite, {"multiplier": np.zeros(8, int), "shift": np.zeros(3, int)}, r"shift: expected shape"),
    ],
)
def test_bad_arguments_are_named(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(Config(k=8), **{**BASE, **arguments})
