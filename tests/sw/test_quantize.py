"""Quantization parameters and folded layers, against hand-made values and exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from accord.nn import QuantParams, activation_params, quantize_activation, quantize_linear
from accord.nn.params import QuantizationParams
from accord.nn.rounding import round_rmm


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.5, 1), (-0.5, -1), (1.5, 2), (2.5, 3), (-2.5, -3), (0.49999997, 0), (-0.49999997, 0), (8388609.0, 8388609)],
)
def test_ties_go_away_from_zero(value, rounded):
    assert round_rmm(np.float32(value)) == rounded
    assert round_rmm(np.float32(value)).dtype == np.float32


def test_activation_range_always_includes_zero():
    assert activation_params(2.0, 5.1) == QuantParams(np.float32(5.1 / 255), -128)
    assert activation_params(-5.1, -2.0) == QuantParams(np.float32(5.1 / 255), 127)
    assert activation_params(-1.0, 1.55) == QuantParams(np.float32(0.01), -28)


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (1.0, 0.0), (0.0, float("inf")), (float("nan"), 1.0), (0.0, 1e-45), (-3e38, 3e38)]
)
def test_activation_ranges_that_cannot_be(low, high):
    if (low, high) == (-3e38, 3e38):
        assert activation_params(low, high).scale == np.float32(6e38 / 255)
        return
    with pytest.raises(ValueError, match="range"):
        activation_params(low, high)


@pytest.mark.parametrize(("scale", "zero"), [(0.0, 0), (-1.0, 0), (float("nan"), 0), (1.0, 128), (1.0, -129)])
def test_parameters_that_cannot_be(scale, zero):
    with pytest.raises(ValueError, match="scale" if zero == 0 else "zero_point"):
        QuantParams(np.float32(scale), zero)


def test_activations_are_divided_in_float32_and_clamped():
    params = QuantParams(np.float32(0.1), 3)
    values = np.array([0.0, 0.05, -0.05, 0.15, 100.0, -100.0, np.inf, -np.inf], np.float32)
    expected = []
    for value in values[:4]:
        quotient = Fraction(float(np.float32(value) / np.float32(0.1)))
        steps = int(abs(quotient) + Fraction(1, 2)) * (1 if quotient >= 0 else -1)
        expected.append(steps + 3)
    assert quantize_activation(values, params).tolist() == [*expected, 127, -128, 127, -128]
    with pytest.raises(ValueError, match="NaN"):
        quantize_activation([np.nan], params)


@pytest.mark.parametrize("zero", [-128, -127, -1, 0, 1, 126, 127])
def test_every_step_of_the_range_is_reached_and_no_more(zero):
    params = QuantParams(np.float32(0.25), zero)
    steps = np.arange(-300, 301)
    expected = np.clip(steps + zero, -128, 127)
    assert expected.min() == -128
    assert expected.max() == 127
    assert quantize_activation(steps * np.float32(0.25), params).tolist() == expected.tolist()
    assert quantize_activation([-3e38, 3e38], params).tolist() == [-128, 127]


@pytest.mark.parametrize(("low", "high"), [(0.0, 16.0), (-16.0, 0.0), (-3.0, 1.0), (-20.0, 25.0)])
def test_the_ends_of_a_calibrated_range_are_the_ends_of_int8(low, high):
    assert quantize_activation([low, high], activation_params(low, high)).tolist() == [-128, 127]


def test_weights_are_symmetric_and_never_minus_128():
    rng = np.random.default_rng(1)
    weight = rng.standard_normal((12, 30)).astype(np.float32)
    weight[0, 0], weight[1] = -100.0, 0.0
    params = activation_params(0.0, 16.0)
    layer = quantize_linear(weight, np.zeros(12, np.float32), params, activation_params(-20.0, 20.0))
    assert layer.weight.min() == -127
    assert layer.weight[0, 0] == -127
    assert not layer.weight[1].any()
    scales = QuantizationParams.of_weight(weight, input_scale=params.scale).scale
    assert scales[1] == 1.0
    for c in (0, 2, 5):
        assert scales[c] == np.float32(float(np.abs(weight[c]).max()) / 127)


def test_bias_folds_the_zero_point_and_multiplier_is_rounded_once():
    rng = np.random.default_rng(2)
    weight = rng.standard_normal((5, 9)).astype(np.float32)
    bias = rng.standard_normal(5).astype(np.float32)
    inputs, outputs = activation_params(-1.0, 3.0), activation_params(-4.0, 4.0)
    layer = quantize_linear(weight, bias, inputs, outputs)
    scales = QuantizationParams.of_weight(weight, bias=bias, input_scale=inputs.scale).scale
    for c in range(5):
        exact = float(bias[c]) / (float(inputs.scale) * float(scales[c]))
        steps = int(abs(Fraction(exact)) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
        assert layer.bias[c] == steps - inputs.zero_point * int(layer.weight[c].astype(int).sum())
        assert layer.multiplier[c] == np.float32(float(inputs.scale) * float(scales[c]) / float(outputs.scale))


def test_a_nearly_dead_channel_keeps_its_bias():
    params = activation_params(0.0, 1.0)
    weight = np.full((1, 4), 1e-12, np.float32)
    layer = quantize_linear(weight, [1000.0], params, activation_params(0.0, 2000.0))
    assert abs(int(layer.bias[0]) - 2**30) < 200
    assert not layer.weight.any()


@pytest.mark.parametrize(
    ("weight", "bias", "message"),
    [
        (np.zeros(3), np.zeros(3), "weight: expected shape"),
        (np.zeros((3, 2)), np.zeros(2), "bias: expected shape"),
        (np.full((1, 2), np.inf), np.zeros(1), "weight: every value"),
        (np.ones((1, 2)), np.array([np.nan]), "bias: every value"),
    ],
)
def test_bad_layers_are_named(weight, bias, message):
    params = activation_params(0.0, 1.0)
    with pytest.raises(ValueError, match=message):
        quantize_linear(weight, bias, params, params)
