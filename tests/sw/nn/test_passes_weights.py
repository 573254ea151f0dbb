"""GR-2: weights and biases in steps, and the correction of zero points, which kernels add when they are prepared."""

from fractions import Fraction

import numpy as np
import pytest

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul
from accord.nn.graph import GraphError, Op
from accord.nn.params import QuantizationParams
from accord.nn.passes import insert_boundaries, quantize_weights
from accord.nn.passes.weights import bias_in_steps
from accord.sim.seed import seed

from .sketch import Sketch

U8 = QuantizationParams(0.05, 77, np.uint8)


def half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def half_even(value: Fraction) -> int:
    return round(value)


@pytest.mark.parametrize(("bits", "limit"), [(8, 127), (7, 63)])
@pytest.mark.parametrize(("contract", "rounded"), [("onnx", half_even), ("fma", half_away)])
def test_weights_and_biases_against_fractions(contract, rounded, bits, limit):
    rng = np.random.default_rng(seed())
    net = Sketch(5, 5, 3)
    weight, bias = rng.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32), rng.normal(0, 2, 4).astype(np.float32)
    weight[2], bias[3] = 0, 0
    y = net.conv("x", weight, bias)
    net.graph.contract = contract
    found = quantize_weights(insert_boundaries(net.done(y), {"x": U8, y: U8}), bits)
    node = next(node for node in found.nodes if node.op is Op.CONV)
    data, steps = (found.constants[name] for name in node.inputs[1:])
    params = found.value(node.inputs[1]).params
    assert (data.dtype, steps.dtype, params.axis) == (np.int8, np.int32, 0)
    for channel in range(4):
        scale = params.scale[channel]
        quotients = (weight[channel] / scale).astype(np.float32).ravel()  # a float32 division, by numerics.md
        assert data[channel].ravel().tolist() == [rounded(Fraction(float(one))) for one in quotients]
        product = Fraction(float(U8.scale)) * Fraction(float(scale))
        assert steps[channel] == half_away(Fraction(float(bias[channel])) / product)
    assert np.abs(data.astype(int)).max() == limit


@pytest.mark.parametrize(("bits", "limit"), [(8, 127), (7, 63)])
def test_weights_whose_scale_is_subnormal_are_clamped(bits, limit):
    """180 and 90 of the least steps of float32 over 127 or 63 are one of them: quotients of 180 and 90."""
    least = np.float32(2.0**-149)
    net = Sketch(2)
    y = net.linear("x", np.array([[-180, 90], [90, -90]], np.float32) * least)
    found = quantize_weights(insert_boundaries(net.done(y), {"x": U8, y: U8}), bits)
    name = next(node for node in found.nodes if node.op is Op.LINEAR).inputs[1]
    assert found.value(name).params.scale.min() == least
    assert np.abs(found.constants[name].astype(int)).max() == limit


def test_the_bias_of_a_dead_channel_stays_within_int32():
    params = QuantizationParams.of_weight(np.zeros((2, 4)), bias=[1e9, -1e9], input_scale=1e-3)
    assert np.abs(bias_in_steps(np.array([1e9, -1e9]), 1e-3, params) - np.array([2**30, -(2**30)])).max() <= 2**7


def test_ties_of_biases_go_away_from_zero():
    params = QuantizationParams(0.25, 0, np.int8)
    assert bias_in_steps(np.array([0.5, -0.5, 1.5, 2.5, -2.5]) / 8, 0.5, params).tolist() == [1, -1, 2, 3, -3]


def test_weights_that_are_no_numbers_are_refused_by_name():
    net = Sketch(3)
    y = net.linear("x", [[1, np.nan, 2]])
    with pytest.raises(GraphError, match="node linear t0: weights and bias c0 have to be constants"):
        quantize_weights(insert_boundaries(net.done(y), {"x": U8, y: U8}))


def folded(bias: np.ndarray, weight: np.ndarray, zero_point: int) -> np.ndarray:
    """Return bias - Z_x * sum(w), modulo 2^32; the first axis is the channels'."""
    sums = weight.reshape(len(weight), -1).astype(np.int64).sum(1)
    return ((bias - zero_point * sums + 2**31) % 2**32 - 2**31).astype(np.int32)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_a_correction_folded_into_the_bias_changes_no_sum(dtype):
    """Kernels prepared with Z_x, and with the bias that carries its correction: all zero points, wrapping included."""
    rng = np.random.default_rng(seed())
    limits = np.iinfo(dtype)
    x = rng.integers(limits.min, limits.max + 1, (1, 6, 6, 8)).astype(dtype)
    weight, taps = rng.integers(-128, 128, (5, 3, 3, 8)).astype(np.int8), rng.integers(-128, 128, (8, 3, 3), np.int8)
    bias, edge = rng.integers(-(2**31), 2**31, 5).astype(np.int32), np.full(8, 2**31 - 1, np.int32)
    bias[0] = -(2**31) if weight[0].sum(dtype=int) > 0 else 2**31 - 1  # with zero points above 0 it wraps
    wrapped = 0
    for zero in range(limits.min, limits.max + 1):
        kinds = {"input_dtype": dtype}
        given = {**kinds, "input_zero_point": zero}
        carried = folded(bias, weight, zero)
        wrapped += int((carried != bias.astype(np.int64) - zero * weight.reshape(5, -1).astype(np.int64).sum(1)).sum())
        assert np.array_equal(Conv2d(weight, bias, **given)(x), Conv2d(weight, carried, **kinds)(x))
        swapped = np.ascontiguousarray(taps.transpose(1, 2, 0))
        one = DepthwiseConv2d(swapped, edge, **given)(x)
        assert np.array_equal(one, DepthwiseConv2d(swapped, folded(edge, taps, zero), **kinds)(x))
        rows, matrix = x.reshape(36, 8), np.ascontiguousarray(weight[:, 0, 0].T)
        one = Matmul(matrix, bias, **given)(rows)
        assert np.array_equal(one, Matmul(matrix, folded(bias, weight[:, 0, 0], zero), **kinds)(rows))
    assert wrapped > 0
