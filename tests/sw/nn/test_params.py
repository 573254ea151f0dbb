"""Quantization parameters: ranges against exact fractions, schemes, modes, what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.nn.params import QuantizationMode, QuantizationParams, QuantizationScheme

from .. import exact_contracts as exact

BYTES = {"int8": (-128, 127), "uint8": (0, 255)}
bounds = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=200, deadline=None)
@given(bounds, bounds, st.sampled_from(list(BYTES)))
def test_asymmetric_range(one, other, dtype):
    low, high = min(one, other, 0.0), max(one, other, 0.0)
    if high - low < 1e-30:
        return
    params = QuantizationParams.of_range(min(one, other), max(one, other), dtype)
    assert params.scale == np.float32((high - low) / 255)
    assert params.zero_point == BYTES[dtype][0] + exact.round_half_away(Fraction(-low / float(params.scale)))
    assert (params.dtype, params.axis, params.mode) == (np.dtype(dtype), None, QuantizationMode.PER_TENSOR)


@settings(max_examples=200, deadline=None)
@given(bounds, bounds, st.sampled_from(list(BYTES)))
def test_symmetric_range(one, other, dtype):
    largest = max(abs(one), abs(other))
    if largest < 1e-30:
        return
    params = QuantizationParams.of_range(min(one, other), max(one, other), dtype, QuantizationScheme.SYMMETRIC)
    assert params.scale == np.float32(largest / 127)
    assert params.zero_point == {"int8": 0, "uint8": 128}[dtype]
    assert params.scheme is QuantizationScheme.SYMMETRIC


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (1.0, 0.0), (0.0, np.inf), (-np.inf, 0.0), (np.nan, 1.0), (0.0, 1e-45)]
)
@pytest.mark.parametrize("scheme", QuantizationScheme)
def test_ranges_that_cannot_be(low, high, scheme):
    with pytest.raises(ValueError, match="range"):
        QuantizationParams.of_range(low, high, np.int8, scheme)


def test_the_widest_and_the_narrowest_range():
    widest = np.finfo(np.float32).max
    assert QuantizationParams.of_range(-widest, widest).scale == np.float32(2 * float(widest) / 255)
    # 357 units of the last place are one step of 1.4 units, which float32 rounds to one: the range does not fit
    narrow = QuantizationParams.of_range(-357 * 2.0**-149, 0.0, np.uint8)
    assert (narrow.scale, narrow.zero_point) == (np.float32(2.0**-149), 255)
    with pytest.raises(TypeError, match="dtype: a range wants int8 or uint8"):
        QuantizationParams.of_range(0, 1, np.int32)


def test_per_channel():
    params = QuantizationParams([0.5, 0.25], [1, -2], np.int8, axis=1)
    assert (params.mode, params.scheme) == (QuantizationMode.PER_CHANNEL, QuantizationScheme.ASYMMETRIC)
    assert params.aligned(params.scale, 4).shape == (1, 2, 1, 1)
    assert QuantizationParams([0.5, 0.25], 3, axis=0).zero_point.tolist() == [3, 3]
    assert QuantizationParams([0.5, 0.25], [128, 128], np.uint8, axis=0).scheme is QuantizationScheme.SYMMETRIC


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scale": 0.0}, ValueError, "scale 0.0: must be finite and positive"),
        ({"scale": -1.0}, ValueError, "scale"),
        ({"scale": np.nan}, ValueError, "scale"),
        ({"scale": 1e39}, ValueError, "scale inf"),
        ({"scale": [1.0, np.inf], "axis": 0}, ValueError, "scale inf"),
        ({"scale": [1.0, 2.0]}, ValueError, "name the channels' axis"),
        ({"scale": 1.0, "axis": 0}, ValueError, "scale: expected one a channel of axis 0"),
        ({"scale": [], "axis": 0}, ValueError, "scale: expected one a channel of axis 0"),
        ({"scale": [1.0], "axis": -1}, ValueError, "axis=-1"),
        ({"scale": [1.0], "axis": True}, TypeError, "axis: expected an integer"),
        ({"scale": 1.0, "zero_point": 128}, ValueError, "zero_point=128: must be -128 to 127 for int8"),
        ({"scale": 1.0, "zero_point": -1, "dtype": np.uint8}, ValueError, "zero_point=-1: must be 0 to 255 for uint8"),
        ({"scale": 1.0, "zero_point": 1, "dtype": np.int32}, ValueError, "zero_point=1: must be 0 to 0 for int32"),
        ({"scale": 1.0, "zero_point": 0.5}, TypeError, "zero_point: expected integers"),
        ({"scale": [1.0, 2.0], "zero_point": [1, 2, 3], "axis": 0}, ValueError, "zero_point: expected one number or"),
        ({"scale": 1.0, "dtype": np.int16}, TypeError, "dtype: expected int8, uint8 or int32, got int16"),
        ({"scale": 1.0, "dtype": "nonsense"}, TypeError, "dtype: expected int8, uint8 or int32"),
    ],
)
def test_parameters_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=message):
        QuantizationParams(**arguments)


def test_equality_needs_all_four_and_arrays_cannot_be_changed():
    scales = np.array([0.5, 0.25], np.float32)
    params = QuantizationParams(scales, 1, np.int8, 0)
    scales[0] = 7
    assert params == QuantizationParams([0.5, 0.25], [1, 1], np.int8, 0)
    assert hash(params) == hash(QuantizationParams([0.5, 0.25], [1, 1], np.int8, 0))
    for other in (
        QuantizationParams([0.5, 0.26], 1, np.int8, 0),
        QuantizationParams([0.5, 0.25], 2, np.int8, 0),
        QuantizationParams([0.5, 0.25], 1, np.uint8, 0),
        QuantizationParams([0.5, 0.25], 1, np.int8, 1),
        "params",
    ):
        assert params != other
    with pytest.raises(ValueError, match="read-only"):
        params.scale[0] = 1


@pytest.mark.parametrize(("settings", "limit"), [({}, 127), ({"weight_bits": 8}, 127), ({"weight_bits": 7}, 63)])
@pytest.mark.parametrize("axis", [0, 1, 2, None])
def test_weights(axis, settings, limit):
    rng = np.random.default_rng(5)
    weight = rng.normal(0, 3, (4, 5, 6)).astype(np.float32)
    params = QuantizationParams.of_weight(weight, axis, **settings)
    groups = [weight] if axis is None else list(np.moveaxis(weight, axis, 0))
    want = [np.float32(float(np.abs(group).max()) / limit) for group in groups]
    np.testing.assert_array_equal(params.scale.ravel(), want, strict=True)
    assert not params.zero_point.any()
    assert (params.axis, params.dtype) == (axis, np.int8)


@pytest.mark.parametrize("bits", [8, 7])
def test_dead_channels_of_weights(bits):
    weight = np.array([[0, 0], [0, 0], [1e-9, 0]])
    params = QuantizationParams.of_weight(weight, bias=[0.0, 3.0, -3.0], input_scale=0.5, weight_bits=bits)
    assert params.scale[0] == 1.0
    assert params.scale[1] == params.scale[2] == np.float32(3.0 / (0.5 * 2**30))
    assert QuantizationParams.of_weight(weight, None, bias=[0.0, 3.0], input_scale=0.5).scale == params.scale[1]


@pytest.mark.parametrize(
    ("weight", "settings", "message"),
    [
        ([[np.nan]], {}, "weight scale nan"),
        ([[np.inf]], {}, "weight scale inf"),
        ([[1e-45]], {}, "weight scale 0.0"),
        ([[1.0]], {"bias": [np.nan]}, "weight scale nan"),
        ([[1.0]], {"axis": 2}, "axis=2"),
        ([[1.0], [2.0]], {"bias": [1.0, 2.0, 3.0]}, "bias"),
        ([[1.0]], {"weight_bits": 5}, "weight_bits=5: expected 8, or 7 for ONNX Runtime on x86"),
    ],
)
def test_weights_that_cannot_be(weight, settings, message):
    with pytest.raises(ValueError, match=message):
        QuantizationParams.of_weight(weight, **settings)
