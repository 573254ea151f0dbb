"""Residual addition in the three contracts, against exact arithmetic; the layer of the CPU gives the same bytes."""

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.isa import Config
from accord.kernels import add
from accord.model import Npu
from accord.nn import QuantParams
from accord.nn.programs import VectorProgram, add_fma, add_onnx, add_tflite, run_program
from accord.sim.seed import seed

from . import exact_contracts as exact

FIRST, SECOND, TARGET = 0, 1300, 2600
ROWS = 1030


def params(scale: float, zero: int) -> QuantParams:
    return QuantParams(np.float32(scale), zero)


CASES = {
    "equal": (params(0.05, 0), params(0.05, 0), params(0.05, 0)),
    "halves": (params(0.5, 1), params(0.25, -1), params(1.0, 3)),
    "odd": (params(0.0234, -128), params(0.1173, 7), params(0.0909, -128)),
    "far": (params(1e-4, 127), params(3.7, -128), params(3.9, -100)),
    # many sums next to a tie: they show every bit of the fixed-point steps
    "thirds": (params(0.10832498, 1), params(0.10832498 / 3, -1), params(0.21664996, 3)),
    "coarse": (params(3.1, -12), params(2.9, 100), params(0.013, -77)),
}


def reference_fma(a, b, first, second, output):
    inner = exact.fma(b - second.zero_point, ratio(second, output), output.zero_point)
    return exact.sat8(exact.round_half_away(exact.fma(a - first.zero_point, ratio(first, output), inner)))


def ratio(source: QuantParams, output: QuantParams) -> Fraction:
    return exact.f32(Fraction(float(source.scale)) / Fraction(float(output.scale)))


def reference_onnx(a, b, first, second, output, offset=0):
    """In the model's own type: codes and zero points plus ``offset``."""
    first_ratio, second_ratio = ratio(first, output), ratio(second, output)
    zero = output.zero_point + offset
    product = exact.f32(second_ratio * (second.zero_point + offset))
    addend = exact.f32(zero - exact.fma(first_ratio, first.zero_point + offset, product))
    total = exact.fma(a + offset, first_ratio, exact.fma(b + offset, second_ratio, addend))
    return min(127 + offset, max(-128 + offset, round(total))) - offset


def reference_tflite(a, b, first, second, output):
    twice = 2 * max(float(first.scale), float(second.scale))
    scaled = [
        exact.scale_tflite((q - p.zero_point) << 20, *exact.quantize_multiplier(float(p.scale) / twice))
        for q, p in ((a, first), (b, second))
    ]
    total = exact.scale_tflite(sum(scaled), *exact.quantize_multiplier(twice / (2**20 * float(output.scale))))
    return exact.sat8(total + output.zero_point)


def operands(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Two of (ROWS, K) int8: every pair of bytes at K = 64, a sample of them below."""
    rng = np.random.default_rng([seed(), k])
    pairs = np.resize(rng.permutation(65536), ROWS * k)
    pairs[-4:] = [0x8080, 0x807F, 0x7F80, 0x7F7F]
    return tuple(half.astype(np.uint8).view(np.int8).reshape(ROWS, k) for half in (pairs >> 8, pairs & 255))


CONTRACTS = {
    "fma": (add_fma, reference_fma),
    "onnx": (add_onnx, reference_onnx),
    "onnx-u8": (partial(add_onnx, unsigned=True), partial(reference_onnx, offset=128)),
    "tflite": (add_tflite, reference_tflite),
}


def on_cpu(contract: str, case: str, a: np.ndarray, b: np.ndarray) -> list[int]:
    """Return what the kernels of the CPU give; onnx-u8 is the same data and zero points plus 128."""
    offset = 128 if contract == "onnx-u8" else 0
    dtype = np.uint8 if offset else np.int8
    first, second, output = CASES[case]
    sums = add(
        *((q.astype(int) + offset).astype(dtype) for q in (a, b)),
        a_scale=first.scale,
        a_zero_point=first.zero_point + offset,
        b_scale=second.scale,
        b_zero_point=second.zero_point + offset,
        scale=output.scale,
        zero_point=output.zero_point + offset,
        contract=contract.removesuffix("-u8"),
    )
    return (sums.ravel().astype(int) - offset).tolist()


def program_and_sums(config, contract, case) -> tuple[VectorProgram, dict[int, np.ndarray], list[int]]:
    build, reference = CONTRACTS[contract]
    first, second, output = CASES[case]
    a, b = operands(config.k)
    program = build(
        config,
        rows=ROWS,
        first=FIRST,
        second=SECOND,
        target=TARGET,
        first_params=first,
        second_params=second,
        output_params=output,
    )
    sums = [reference(x, y, *CASES[case]) for x, y in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)]
    return program, {FIRST: a, SECOND: b}, sums


@pytest.mark.parametrize("case", ["equal", *map(nightly, ("halves", "odd")), "far", "thirds", nightly("coarse")])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_add(config, run, contract, case):
    program, inputs, sums = program_and_sums(config, contract, case)
    assert run(program, inputs)[TARGET : TARGET + ROWS].ravel().tolist() == sums
    assert on_cpu(contract, case, inputs[FIRST], inputs[SECOND]) == sums
    assert len(set(sums)) > 2


@pytest.mark.parametrize("contract", [name if name == "fma" else nightly(name) for name in CONTRACTS])
def test_every_pair_of_bytes(contract):
    config = Config(k=64)
    program, inputs, sums = program_and_sums(config, contract, "thirds")
    pairs = np.stack([inputs[FIRST].ravel(), inputs[SECOND].ravel()], axis=1)
    assert len(np.unique(pairs, axis=0)) == 65536
    machine = Npu(config)
    run_program(machine, program, inputs)
    assert machine.scratchpad[TARGET : TARGET + ROWS].ravel().tolist() == sums
    assert on_cpu(contract, "thirds", inputs[FIRST], inputs[SECOND]) == sums


def test_the_contracts_differ():
    case = CASES["halves"]
    pairs = [(a, b) for a in range(-9, 9) for b in range(-9, 9)]
    sums = [[f(a, b, *case) for a, b in pairs] for f in (reference_fma, reference_onnx, reference_tflite)]
    assert sums[0] != sums[1]
    assert sums[0] != sums[2]
    assert sums[1] != sums[2]


@pytest.mark.parametrize("target", [FIRST, SECOND])
@pytest.mark.parametrize("rows", [1, 2, 3, 7])
def test_in_place_and_no_row_more(config, run, target, rows):
    case = CASES["odd"]
    a, b = (rows_of[: rows + 1] for rows_of in operands(config.k))
    first, second, output = case
    program = add_fma(
        config,
        rows=rows,
        first=FIRST,
        second=SECOND,
        target=target,
        first_params=first,
        second_params=second,
        output_params=output,
    )
    left = run(program, {FIRST: a, SECOND: b})[target : target + rows + 1]
    expected = [
        [reference_fma(x, y, *case) for x, y in zip(*pair, strict=True)]
        for pair in zip(a[:rows].tolist(), b[:rows].tolist(), strict=True)
    ]
    assert left[:rows].tolist() == expected
    assert np.array_equal(left[rows], (a if target == FIRST else b)[rows])


def test_bad_scales_are_named():
    config, one = Config(k=4), params(1.0, 0)
    layout = {"rows": 1, "first": 0, "second": 1, "target": 2}
    with pytest.raises(ValueError, match=r"second_params: scale .* is not finite and positive"):
        add_fma(config, **layout, first_params=one, second_params=params(1e38, 0), output_params=params(1e-38, 0))
    with pytest.raises(ValueError, match=r"output_params: scale .* is too small"):
        add_tflite(config, **layout, first_params=one, second_params=one, output_params=params(1e-7, 0))
