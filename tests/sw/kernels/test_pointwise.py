"""Quantize, dequantize, lookup, add and multiply: against exact arithmetic, on every instruction set."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.kernels import Output, add, dequantize, lookup, multiply, quantize, quantize_image
from accord.model import bulk

from .. import exact_contracts as exact
from . import reference
from .drawing import BYTES, KINDS, seeds, values
from .isas import isas

CONTRACTS = ["fma", "onnx", "tflite"]
PAIRS = np.array(list(itertools.product(range(256), repeat=2)), np.uint8).T.copy()
"""Every pair of bytes."""


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_quantize(isa, contract, dtype, arenas):
    low, high = BYTES[dtype]
    rounding = round if contract == "onnx" else exact.round_half_away

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(0, 200),
        seeds,
        st.sampled_from([1.0, 0.1, 0.0625, 3e-39, 1e35]),
        st.integers(low, high),
        st.booleans(),
    )
    def check(count, seed, scale, zero, at_end):
        scale = np.float32(scale)
        rng = np.random.default_rng(seed)
        x = rng.choice([rng.integers(-600, 600, count) / 2, rng.normal(0, 100, count)]).astype(np.float32) * scale
        want = [
            min(high, max(low, rounding(exact.f32(Fraction(float(one)) / Fraction(float(scale)))) + zero)) for one in x
        ]
        out = arenas[1].empty(x.shape, dtype, at_end=at_end)
        placed = arenas[0].place(x, at_end=at_end)
        assert quantize(placed, scale, zero, dtype=dtype, contract=contract, out=out, isa=isa).tolist() == want

    check()


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_quantize_image_is_quantize_with_the_channels_last(isa, dtype, arenas):
    sizes = st.tuples(st.integers(0, 2), st.integers(0, 5) | st.just(3), st.integers(0, 9), st.integers(0, 40))

    @settings(max_examples=60, deadline=None)
    @given(sizes | st.just((1, 3, 60, 50)), seeds, st.sampled_from(CONTRACTS), st.booleans())
    def check(shape, seed, contract, at_end):
        x = np.random.default_rng(seed).normal(0, 50, shape).astype(np.float32)
        planes = quantize(x, 0.7, 3, dtype=dtype, contract=contract, isa="scalar")
        want = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        out = arenas[1].empty(want.shape, dtype, at_end=at_end)
        placed = arenas[0].place(x, at_end=at_end)
        got = quantize_image(placed, 0.7, 3, dtype=dtype, contract=contract, out=out, isa=isa)
        assert got is out
        np.testing.assert_array_equal(got, want, strict=True)

    check()


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_quantize_special_numbers_in_every_lane(isa, contract, dtype):
    low, high = BYTES[dtype]
    special = np.array(
        [np.inf, -np.inf, np.nan, 0.49999997, -0.49999997, -0.0, 1e-45, 3e38, -3e38, 2e9, -2e9], np.float32
    )
    for zero in (low, (low + high + 1) // 2, high):
        want = np.array([high, low, high, zero, zero, zero, zero, high, low, high, low]).astype(dtype)
        for count in (special.size, 64, 211):
            got = quantize(np.resize(special, count), 1.0, zero, dtype=dtype, contract=contract, isa=isa)
            np.testing.assert_array_equal(got, np.resize(want, count), strict=True)


@pytest.mark.parametrize("scale", [1.0, 2.0**-20, 0.1, 0.0247, 1 / 255, 3.7])
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_quantize_beside_every_tie(isa, scale):
    """The float32 quotient is what is rounded: a multiplication with 1 / S falls on the other side of some ties."""
    scale = np.float32(scale)
    steps = [(np.arange(-130, 130, dtype=np.float32) + np.float32(0.5)) * scale]
    for direction in (np.float32(-1e9), np.float32(1e9)):
        around = steps[0]
        for _ in range(4):
            around = np.nextafter(around, direction)
            steps.append(around)
    x = np.concatenate(steps)
    quotients = [Fraction(float(q)) for q in x / scale]
    for contract, rounding in (("onnx", round), ("fma", exact.round_half_away)):
        want = [min(127, max(-128, rounding(q))) for q in quotients]
        assert quantize(x, scale, contract=contract, isa=isa).tolist() == want
    if scale == np.float32(0.1):
        assert (np.rint(x * (1 / scale)) != np.rint(x / scale)).any()


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_dequantize(isa, dtype, arenas):
    low, high = BYTES[dtype]
    everything = np.arange(low, high + 1).astype(dtype)
    for scale, zero in itertools.product([1.0, 0.1, 1e-45, 3e38], [low, 3, high]):
        with np.errstate(over="ignore"):
            want = (everything.astype(np.float32) - np.float32(zero)) * np.float32(scale)
        for count in (256, 255, 17, 0):
            placed = arenas[0].place(everything[:count], at_end=True)
            out = arenas[1].empty((count,), np.float32, at_end=True)
            dequantize(placed, scale, zero, out=out, isa=isa)
            np.testing.assert_array_equal(out, want[:count], strict=True)


@pytest.mark.parametrize("dtypes", list(itertools.product(BYTES, BYTES)))
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_lookup(isa, dtypes, arenas):
    rng = np.random.default_rng(1)
    x, table = (rng.integers(0, 256, size, dtype=np.uint8).view(t) for size, t in zip([1000, 256], dtypes, strict=True))
    want = table[x.view(np.uint8)]
    np.testing.assert_array_equal(lookup(x, table, isa=isa), want, strict=True)
    for count in range(130):
        placed = [
            arena.place(part, at_end=count % 2 == 0) for arena, part in zip(arenas, (x[:count], table), strict=False)
        ]
        out = arenas[2].empty((count,), dtypes[1], at_end=count % 2 == 0)
        np.testing.assert_array_equal(lookup(*placed, out=out, isa=isa), want[:count], strict=True)
    if dtypes[0] == dtypes[1]:
        assert lookup(x, table, out=x, isa=isa) is x
        np.testing.assert_array_equal(x, want)


def add_exactly(a, b, p, contract, dtype):
    """One sum; p has the scales and zero points as the function takes them."""
    r_a, r_b = (Fraction(float(np.float32(p[s]) / np.float32(p["scale"]))) for s in ("a_scale", "b_scale"))
    z_a, z_b, z_y = p["a_zero_point"], p["b_zero_point"], p["zero_point"]
    if contract == "onnx":
        offset = exact.f32(z_y - exact.fma(r_a, z_a, exact.f32(r_b * z_b)))
        return round(exact.fma(a, r_a, exact.fma(b, r_b, offset)))
    if contract == "fma":
        shift = 0 if dtype == "int8" else 128
        return exact.round_half_away(exact.fma(a - z_a, r_a, exact.fma(b - z_b, r_b, z_y - shift))) + shift
    twice = 2 * max(float(np.float32(p["a_scale"])), float(np.float32(p["b_scale"])))
    scaled = [
        exact.scale_tflite(value << 20, *exact.quantize_multiplier(float(np.float32(p[s])) / twice))
        for value, s in ((a - z_a, "a_scale"), (b - z_b, "b_scale"))
    ]
    last = exact.quantize_multiplier(twice / (2**20 * float(np.float32(p["scale"]))))
    return exact.scale_tflite(sum(scaled), *last) + z_y


@st.composite
def parameters(draw, dtype):
    low, high = BYTES[dtype]
    scales = st.sampled_from([1.0, 0.5, 0.1, 0.037, 2.5])
    return {
        **{name: draw(scales) for name in ("a_scale", "b_scale", "scale")},
        **{name: draw(st.integers(low, high)) for name in ("a_zero_point", "b_zero_point", "zero_point")},
        "clamp": draw(st.none() | st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted).map(tuple)),
    }


@st.composite
def operands(draw, dtype):
    """Two of one shape, or one of them with sizes of 1, next to one another, where the other has more."""
    rng = np.random.default_rng(draw(seeds))
    sizes = st.lists(st.integers(0, 9), max_size=3) | st.tuples(st.integers(0, 5), st.integers(62, 66))
    shape = tuple(draw(sizes))
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(shape))] * 2)))
    few = (*shape[:first], *[1] * (last - first), *shape[last:])
    shapes = draw(st.permutations([shape, few]))
    return [values(rng, draw(st.sampled_from(KINDS)), one, dtype) for one in shapes]


def placed(arenas, ab, at_end):
    """The operands, spread as NumPy does, themselves, and an output, the latter each at a guard page."""
    a, b = (arena.place(part, at_end=at_end) for arena, part in zip(arenas, ab, strict=False))
    wide = np.broadcast_arrays(a, b)
    return wide, a, b, arenas[2].empty(wide[0].shape, a.dtype, at_end=at_end)


def clamped(numbers, like, clamp):
    low, high = clamp or BYTES[str(like.dtype)]
    return np.array([min(high, max(low, one)) for one in numbers], np.int64).astype(like.dtype).reshape(like.shape)


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_add(isa, contract, dtype, arenas):
    @settings(max_examples=80, deadline=None)
    @given(operands(dtype), parameters(dtype), st.booleans())
    def check(ab, p, at_end):
        (x, y), a, b, out = placed(arenas, ab, at_end)
        pairs, where = np.unique(np.stack([x.ravel(), y.ravel()]), axis=1, return_inverse=True)
        exact = np.array([add_exactly(int(one), int(other), p, contract, dtype) for one, other in pairs.T], object)
        got = add(a, b, **p, contract=contract, out=out, isa=isa)
        np.testing.assert_array_equal(got, clamped(exact[where.ravel()], x, p["clamp"]), strict=True)

    check()


@pytest.mark.parametrize("contract", ["fma", "onnx"])
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_add_that_overflows_float32(isa, contract):
    """Ratios near the largest float32: sums are infinite, or cancel and lose the zero point."""
    a, b = PAIRS.view(np.int8)
    ratio = np.float32(3e38)
    with np.errstate(over="ignore"):
        second = (b * np.float64(ratio) + 5).astype(np.float32)
        sums = (a * np.float64(ratio) + second).astype(np.float32)
    want = np.rint(np.clip(sums, -128, 127)).astype(np.int8)
    assert np.isinf(sums).any()
    assert (sums == 0).any()
    assert (sums == 5).any()
    got = add(a, b, a_scale=3e38, b_scale=3e38, scale=1.0, zero_point=5, contract=contract, isa=isa)
    np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.parametrize("scales", [(1.0, 1.0, 6.0), (1.0, 0.5, 3.0), (0.1, 0.7, 0.6), (3.3, 0.9, 1.1)])
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_fma_add_is_the_instructions_of_the_golden_model(isa, scales):
    """Every pair of bytes, with ratios such as 1/6, whose multiples lie a hair from ties."""
    a, b = PAIRS.view(np.int8)
    zeros = {"a_zero_point": -3, "b_zero_point": 7, "zero_point": -100}
    want = np.full(a.shape, zeros["zero_point"], np.float32).view(np.uint32)
    for data, zero, scale in ((b, 7, scales[1]), (a, -3, scales[0])):
        steps, _ = bulk("vcvt_s32_f32", (data.astype(np.int32) - zero).view(np.uint32))
        ratio = np.full(a.shape, np.float32(scale) / np.float32(scales[2]), np.float32).view(np.uint32)
        want, _ = bulk("vfma", steps, ratio, want)
    want, _ = bulk("vcvt_f32_s8", want, rounding="rmm")
    got = add(a, b, a_scale=scales[0], b_scale=scales[1], scale=scales[2], **zeros, isa=isa)
    np.testing.assert_array_equal(got, want.view(np.int8), strict=True)


def multiply_exactly_onnx(product, multiplier, zero):
    """The zero point added before rounding, in the output's own type."""
    return round(exact.f32(exact.f32(Fraction(int(product)) * Fraction(float(multiplier))) + zero))


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_multiply(isa, contract, dtype, arenas):
    @settings(max_examples=80, deadline=None)
    @given(operands(dtype), parameters(dtype), st.booleans())
    def check(ab, p, at_end):
        (x, y), a, b, out = placed(arenas, ab, at_end)
        s_a, s_b, s_y = (np.float32(p[name]) for name in ("a_scale", "b_scale", "scale"))
        double = float(s_a) * float(s_b) / float(s_y)
        real = s_a * s_b / s_y if contract == "onnx" else np.float32(double) if contract == "fma" else double
        products = (x.astype(np.int32) - p["a_zero_point"]) * (y.astype(np.int32) - p["b_zero_point"])
        if contract == "onnx":
            kinds, where = np.unique(products, return_inverse=True)
            rounded = np.array([multiply_exactly_onnx(one, real, p["zero_point"]) for one in kinds], object)
            want = clamped(rounded[where.ravel()], x, p["clamp"])
        else:
            want = reference.finish(products, Output(contract, real, p["zero_point"], dtype, p["clamp"]))
        np.testing.assert_array_equal(multiply(a, b, **p, contract=contract, out=out, isa=isa), want, strict=True)

    check()


def rounded_away(x):
    """Of float32, exactly: the fraction is exact in double, and so is what is added to it."""
    return np.copysign(np.floor(np.abs(x.astype(float)) + 0.5), x)


@pytest.mark.parametrize(("s_a", "scale", "zero"), [(0.85, 9.0, -51), (2.5, 35.0, -51), (5 / 7, 70.0, 127)])
@pytest.mark.parametrize("contract", ["fma", "onnx"])
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_multiply_rounds_once_under_fma_and_twice_under_onnx(isa, contract, s_a, scale, zero):
    """Every pair of bytes, with multipliers whose products lie a hair from ties: the other way gives other bytes."""
    a, b = PAIRS.view(np.int8)
    multiplier = np.float32(s_a) / np.float32(scale)
    if contract == "fma":
        multiplier = np.float32(float(np.float32(s_a)) / float(np.float32(scale)))
    products = ((a.astype(int) - 5) * (b.astype(int) + 28)).astype(np.float32)
    once = (products.astype(float) * float(multiplier) + zero).astype(np.float32)
    twice = products * multiplier + np.float32(zero)
    rounding = np.rint if contract == "onnx" else rounded_away
    one, two = (np.clip(rounding(sums), -128, 127).astype(np.int8) for sums in (once, twice))
    assert (one != two).any()
    zeros = {"a_zero_point": 5, "b_zero_point": -28, "zero_point": zero}
    got = multiply(a, b, a_scale=s_a, b_scale=1.0, scale=scale, **zeros, contract=contract, isa=isa)
    np.testing.assert_array_equal(got, two if contract == "onnx" else one, strict=True)


@pytest.mark.parametrize("function", [add, multiply])
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", isas("pointwise"))
def test_every_pair_of_bytes_is_that_of_scalar_and_in_place_too(isa, contract, function):
    p = {"a_scale": 0.037, "b_scale": 0.1, "scale": 0.07, "a_zero_point": 5, "b_zero_point": 100, "zero_point": 77}
    want = function(*PAIRS, **p, contract=contract, isa="scalar")
    np.testing.assert_array_equal(function(*PAIRS, **p, contract=contract, isa=isa), want)
    for which in (0, 1):
        unaligned = PAIRS[:, 1:].copy()
        out = unaligned[which]
        assert function(*unaligned, **p, contract=contract, out=out, isa=isa) is out
        np.testing.assert_array_equal(out, want[1:])
