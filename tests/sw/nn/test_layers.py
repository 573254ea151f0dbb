"""Layers against integers and exact fractions: weights of either type with any zero point, three contracts."""

from fractions import Fraction

import numpy as np
import pytest
from tests.sw import softmax_reference

from accord.kernels import Output, output_multiplier, requantize
from accord.nn.graph import Window
from accord.nn.layers import (
    QuantizedAvgPool2d,
    QuantizedConcat,
    QuantizedConv2d,
    QuantizedDepthwiseConv2d,
    QuantizedLinear,
    QuantizedMultiply,
    QuantizedResidualAdd,
    QuantizedSoftmax,
    real_global_average,
)
from accord.nn.params import QuantizationParams
from accord.sim.seed import seed

from .. import exact_contracts as exact

CONTRACTS = ["fma", "onnx", "tflite"]
TYPES = [np.int8, np.uint8]


@pytest.fixture
def rng():
    return np.random.default_rng(seed())


def every(rng, dtype, *shape):
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, endpoint=True).astype(dtype)


def params(rng, dtype, channels=None, around=0.05):
    shape = () if channels is None else (channels,)
    scale = (around * (0.5 + rng.random(shape))).astype(np.float32)
    return QuantizationParams(scale, every(rng, dtype, *shape), dtype, None if channels is None else 0)


def centred(data, given):
    return data.astype(np.int64) - given.aligned(given.zero_point, data.ndim)


def windows(x, taps):
    """Return every taps x taps window of an image, (N, OH, OW, KH, KW, C)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (taps, taps), axis=(1, 2))
    return np.moveaxis(view, 3, -1)


def expected(sums, given, weight, output, contract, linear=False):
    scales = float(given.scale), weight.scale, float(output.scale)
    multiplier = output_multiplier(contract, *scales, fully_connected=linear and weight.axis is None)
    rule = Output(contract, multiplier, int(output.zero_point), output.dtype)
    return requantize(np.ascontiguousarray(sums.astype(np.int32)), rule)


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("weight_dtype", TYPES)
def test_weights_of_any_zero_point(rng, contract, dtype, weight_dtype):
    for channels in (None, 6):
        x, given, output = every(rng, dtype, 2, 7, 8, 5), params(rng, dtype), params(rng, dtype, around=2.0)
        w, weight = every(rng, weight_dtype, 6, 3, 3, 5), params(rng, weight_dtype, channels)
        bias = rng.integers(-9000, 9000, 6).astype(np.int32)
        sums = np.einsum("nhwijc,oijc->nhwo", windows(centred(x, given), 3), centred(w, weight)) + bias
        layer = QuantizedConv2d(w, weight, bias, given, output, contract=contract)
        np.testing.assert_array_equal(layer(x), expected(sums, given, weight, output, contract), strict=True)
        layer = QuantizedConv2d(w, weight, bias, given, None, contract=contract)
        real = sums.astype(np.float32) * (given.scale * weight.scale)
        np.testing.assert_array_equal(layer(x), real, strict=True)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_depthwise_and_linear(rng, contract):
    x, given, output = every(rng, np.uint8, 2, 6, 6, 9), params(rng, np.uint8), params(rng, np.uint8, around=1.0)
    w, weight = every(rng, np.uint8, 9, 3, 3, 1), params(rng, np.uint8, 9)
    sums = np.einsum("nhwijc,cij->nhwc", windows(centred(x, given), 3), centred(w, weight)[..., 0])
    layer = QuantizedDepthwiseConv2d(w, weight, None, given, output, contract=contract)
    np.testing.assert_array_equal(layer(x), expected(sums, given, weight, output, contract), strict=True)
    for channels in (None, 4):
        w, weight = every(rng, np.int8, 4, 9), params(rng, np.int8, channels)
        sums = centred(x, given) @ centred(w, weight).T
        layer = QuantizedLinear(w, weight, None, given, output, contract=contract)
        np.testing.assert_array_equal(layer(x), expected(sums, given, weight, output, contract, True), strict=True)
    with pytest.raises(ValueError, match=r"weight: expected shape \(C, KH, KW, 1\)"):
        QuantizedDepthwiseConv2d(w, weight, None, given, output)


def test_operands_broadcast(rng):
    shapes = (2, 4, 5, 6), (2, 1, 1, 6)
    a, b, y = (params(rng, np.int8) for _ in range(3))
    x, z = (every(rng, np.int8, *shape) for shape in shapes)
    for kind in (QuantizedResidualAdd, QuantizedMultiply):
        layer = kind(a, b, y, contract="onnx")
        wide = layer(x, np.ascontiguousarray(np.broadcast_to(z, shapes[0])))
        np.testing.assert_array_equal(layer(x, z), wide, strict=True)
        out = np.empty_like(x)
        assert layer(x, z, out=out) is out
        np.testing.assert_array_equal(out, wide)
        with pytest.raises(TypeError, match="operands are int8 and uint8"):
            kind(a, params(rng, np.uint8), y)


@pytest.mark.parametrize("contract", ["fma", "onnx"])
def test_concatenation_requantizes_each_part(rng, contract):
    parts, output = [params(rng, np.int8) for _ in range(2)], params(rng, np.int8)
    parts.append(output)
    data = [every(rng, np.int8, 3, size, 2) for size in (4, 1, 7)]
    got = QuantizedConcat(parts, output, axis=1, contract=contract)(*data)
    rounded = exact.round_half_away if contract == "fma" else round
    start = 0
    for part, values in zip(parts, data, strict=True):
        section = got[:, start : start + values.shape[1]]
        start += values.shape[1]
        for q, result in zip(values.ravel(), section.ravel(), strict=True):
            real = np.float32(int(q) - int(part.zero_point)) * part.scale
            quotient = rounded(Fraction(float(real / output.scale)))
            assert result == min(127, max(-128, quotient + int(output.zero_point)))
    np.testing.assert_array_equal(got[:, 5:], data[2])


def test_softmax_of_tflite_and_fma(rng):
    x = every(rng, np.int8, 50, 12)
    given = QuantizationParams(0.1, 5, np.int8)
    output = QuantizationParams(1 / 256, -128, np.int8)
    in_double = [softmax_reference.in_double(row, given.scale) for row in x]
    rounded = np.clip(np.rint(in_double) - 128, -128, 127).astype(np.int8)
    np.testing.assert_array_equal(QuantizedSoftmax(given, output, contract="fma")(x), rounded, strict=True)
    fixed = np.array([softmax_reference.softmax(row, given.scale) for row in x])
    np.testing.assert_array_equal(QuantizedSoftmax(given, output, contract="tflite")(x), fixed, strict=True)
    moved = QuantizedSoftmax(given, output, axis=0, contract="tflite")(np.ascontiguousarray(x.T))
    np.testing.assert_array_equal(moved.T, fixed)
    with pytest.raises(ValueError, match="softmax of tflite has scale 1/256"):
        QuantizedSoftmax(given, given, contract="tflite")


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 2), (3, 3), (7, 5)])
def test_global_averages_of_whole_numbers_round_once(rng, size):
    x = rng.integers(-1000, 1001, (2, *size, 3))
    got = real_global_average(x.astype(np.float32))
    count = size[0] * size[1]
    want = [[exact.f32(Fraction(int(total), count)) for total in one] for one in x.sum(axis=(1, 2))]
    np.testing.assert_array_equal(got, np.array(want, np.float32).reshape(2, 1, 1, 3), strict=True)


def test_averages_divide_by_what_is_inside(rng):
    """Under onnx the sums are of reals; with a scale of one they are exact."""
    given = QuantizationParams(1, 0, np.uint8)
    x = every(rng, np.uint8, 1, 4, 4, 2)
    window = Window((2, 2), (2, 2), (1, 1), (1, 1, 1, 1))
    for counts in (False, True):
        got = QuantizedAvgPool2d(window, given, given, count_include_pad=counts, contract="onnx")(x)
        corner = np.rint(x[0, 0, 0] / np.float32(4 if counts else 1)).astype(np.uint8)
        np.testing.assert_array_equal(got[0, 0, 0], corner)
        middle = np.rint(x[0, 1:3, 1:3].sum(axis=(0, 1)) / np.float32(4)).astype(np.uint8)
        np.testing.assert_array_equal(got[0, 1, 1], middle)
