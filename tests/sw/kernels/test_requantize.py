"""Requantization: against exact fractions, the golden model's instructions, and scalar."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.kernels import Output, requantize
from accord.model import bulk

from . import reference
from .drawing import outputs, seeds
from .isas import isas

CONTRACTS = ["fma", "onnx", "tflite"]
SCALES = [1.0, 0.5, 0.25, 0.0078125, 0.1, 1 / 3, 3.0, 1e-3, 1e-9, 1.17549435e-38, 1e-45, 2.0**29]


def corner_sums():
    """Around zero, powers of two, and where int32 rounds in float32."""
    edges = np.array([0, 2**7, 2**8, 2**15, 2**24, 2**25, 2**30, 2**31 - 8], np.int64)
    near = (edges[:, None] + np.arange(-8, 8)).ravel()
    return np.unique(reference.wrap(np.concatenate([near, -near])))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("requantize"))
def test_corner_sums_are_exact(isa, contract, dtype, scale):
    sums = corner_sums()
    low = np.iinfo(dtype).min
    for zero in (low, low + 3, low + 128, low + 255):
        output = Output(contract, scale, zero_point=zero, dtype=dtype)
        got = requantize(sums[:, None], output, isa=isa)[:, 0]
        np.testing.assert_array_equal(got, reference.finish(sums, output), strict=True)


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("requantize"))
def test_any_sums(isa, contract, arenas):
    @settings(max_examples=100, deadline=None)
    @given(st.data(), st.integers(0, 4), st.integers(0, 80), seeds, st.sampled_from([2**8, 2**16, 2**31]))
    def check(data, rows, columns, seed, magnitude):
        output = data.draw(outputs(contract, columns))
        sums = np.random.default_rng(seed).integers(-magnitude, magnitude, (rows, columns)).astype(np.int32)
        placed = arenas[0].place(sums, at_end=seed % 2 == 0)
        out = arenas[1].empty(sums.shape, output.out_dtype, at_end=seed % 2 == 0)
        assert requantize(placed, output, out=out, isa=isa) is out
        np.testing.assert_array_equal(out, reference.finish(sums, output), strict=True)

    check()


@pytest.mark.parametrize("isa", isas("requantize"))
def test_fma_is_the_chain_of_the_golden_model(isa):
    rng = np.random.default_rng(11)
    for exponent in range(-26, 6, 2):
        sums = np.concatenate([corner_sums(), rng.integers(-(2**31), 2**31, 4096).astype(np.int32)])
        scale = np.float32(np.ldexp(1 + rng.random(), exponent))
        zero = int(rng.integers(-128, 128))
        as_float, _ = bulk("vcvt_s32_f32", sums.view(np.uint32))
        constants = [np.full(sums.shape, value, np.float32).view(np.uint32) for value in (scale, np.float32(zero))]
        shifted, _ = bulk("vfma", as_float, *constants)
        want, _ = bulk("vcvt_f32_s8", shifted, rounding="rmm")
        got = requantize(sums[None], Output("fma", scale, zero), isa=isa)
        np.testing.assert_array_equal(got[0], want.view(np.int8), strict=True)


@pytest.mark.parametrize("isa", isas("requantize"))
def test_every_float_beside_a_tie_rounds_away_from_zero(isa):
    """The sum is 1 or -1, so that the float32 multiplier itself is what is rounded; ties and their neighbours."""
    ties = np.arange(0, 127, dtype=np.float32) + np.float32(0.5)
    around = [ties]
    for direction in (np.float32(0), np.float32(200)):
        step = ties
        for _ in range(3):
            step = np.nextafter(step, direction)
            around.append(step)
    multipliers = np.concatenate(around)
    for sign in (1, -1):
        sums = np.full((1, multipliers.size), sign, np.int32)
        got = requantize(sums, Output("fma", multipliers), isa=isa)[0]
        want = [sign * int(Fraction(float(m)) + Fraction(1, 2)) for m in multipliers]
        assert got.tolist() == want
        even = requantize(sums, Output("onnx", multipliers), isa=isa)[0]
        assert even.tolist() == [round(sign * Fraction(float(m))) for m in multipliers]


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("requantize"))
def test_products_a_hair_from_a_tie(isa, contract):
    """acc * M is k + 1/2 to within float32's last place: whoever rounds the product before adding Z sees a tie."""
    rng = np.random.default_rng(12)
    sums = rng.integers(1, 2**22, 3000).astype(np.int32) * rng.choice([-1, 1], 3000).astype(np.int32)
    ties = rng.integers(0, 256, 3000) + 0.5
    multipliers = (ties / np.abs(sums)).astype(np.float32)
    for zero in (-128, -100, -3, 0, 64, 127):
        output = Output(contract, multipliers, zero)
        want = reference.finish(sums[None], output)
        np.testing.assert_array_equal(requantize(sums[None], output, isa=isa), want, strict=True)
    twice = np.float32(np.abs(sums) * multipliers) == ties.astype(np.float32)
    exact = [Fraction(float(m)) * abs(int(s)) == Fraction(t) for m, s, t in zip(multipliers, sums, ties, strict=True)]
    assert (twice & ~np.array(exact)).sum() > 1000


@pytest.mark.parametrize("isa", isas("requantize"))
@pytest.mark.parametrize(
    ("contract", "sums", "scale", "zero", "want"),
    [
        ("fma", [1, -1, 3, -3], 0.5, 0, [1, -1, 2, -2]),
        ("fma", [1, -1, 3, -3], 0.5, 1, [2, 1, 3, -1]),  # 0.5 + 1 = 1.5, -0.5 + 1 = 0.5: the zero point is inside
        ("onnx", [1, -1, 3, -3], 0.5, 1, [1, 1, 3, -1]),
        ("tflite", [1, -1, 3, -3], 0.5, 1, [2, 1, 3, 0]),
        ("tflite", [1, -3, 2**29, 2**30], 2.0, 0, [2, -6, -128, 0]),  # 2.0 is 1/2 shifted left 2: that wraps
    ],
)
def test_ties_by_hand(isa, contract, sums, scale, zero, want):
    assert requantize(np.array([sums], np.int32), Output(contract, scale, zero), isa=isa)[0].tolist() == want


def test_u8_is_s8_plus_128_except_where_the_type_is_the_models_own():
    sums = corner_sums()[None]
    for contract in CONTRACTS:
        for scale in (0.5, 0.1):
            s8 = requantize(sums, Output(contract, scale, 5 - 128))
            u8 = requantize(sums, Output(contract, scale, 5, np.uint8))
            np.testing.assert_array_equal(s8.astype(int) + 128, u8)
