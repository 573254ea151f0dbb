"""Quantized tensors: every element against exact fractions; NumPy's path and the kernels' give the same."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.nn.params import QuantizationParams
from accord.nn.tensor import QuantizedTensor

from .. import exact_contracts as exact

LIMITS = {"int8": (-128, 127), "uint8": (0, 255), "int32": (-(2**31), 2**31 - 1)}
CONTRACTS = ["fma", "onnx", "tflite"]
EDGES = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 3e38, -3e38, 1e-45, 0.49999997], np.float32)


def rounding(contract):
    return round if contract == "onnx" else exact.round_half_away


def fraction(value):
    return Fraction(float(value))


@st.composite
def parameters(draw, dtype, channels=None):
    low, high = (0, 0) if dtype == "int32" else LIMITS[dtype]
    count = channels or 1
    # around one, so that quotients stay inside float32 and most of them inside the range
    scale = draw(st.lists(st.floats(0.0078125, 4.0, width=32), min_size=count, max_size=count))
    zero = draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
    if channels is None:
        return QuantizationParams(scale[0], zero[0], dtype)
    return QuantizationParams(scale, zero, dtype, axis=draw(st.sampled_from([0, 1, 2])))


def shape_of(params):
    return tuple(params.scale.size if axis == params.axis else 3 for axis in range(3))


def reals(rng, shape, scale):
    """Normal values, and many ties: multiples of half a step."""
    ties = rng.integers(-300, 300, shape) * np.float32(0.5) * scale
    return np.where(rng.random(shape) < 0.5, rng.normal(0, 20, shape), ties).astype(np.float32)


def each(params, shape):
    """Scale and zero point of each element."""
    return zip(
        np.broadcast_to(params.aligned(params.scale, len(shape)), shape).ravel(),
        np.broadcast_to(params.aligned(params.zero_point, len(shape)), shape).ravel().tolist(),
        strict=True,
    )


@pytest.mark.parametrize("channels", [None, 4])
@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("contract", CONTRACTS)
def test_quantize_and_dequantize_against_exact_arithmetic(contract, dtype, channels):
    low, high = LIMITS[dtype]

    @settings(max_examples=40, deadline=None)
    @given(parameters(dtype, channels), st.integers(0, 2**32 - 1))
    def check(params, seed):
        shape = shape_of(params)
        x = reals(np.random.default_rng(seed), shape, params.aligned(params.scale, 3))
        tensor = QuantizedTensor.quantize(x, params, contract)
        want = []
        for value, (scale, zero) in zip(x.ravel(), each(params, shape), strict=True):
            quotient = Fraction(float(value) / float(scale)) if dtype == "int32" else fraction(value / scale)
            want.append(min(high, max(low, rounding(contract)(quotient) + zero)))
        assert tensor.data.ravel().tolist() == want
        assert (tensor.data.dtype, tensor.data.shape) == (np.dtype(dtype), shape)
        real = [
            exact.f32((exact.f32(q) - zero) * fraction(scale))
            for q, (scale, zero) in zip(want, each(params, shape), strict=True)
        ]
        assert [fraction(value) for value in tensor.dequantize().ravel()] == real

    check()


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_round_trips(dtype, data):
    """Integers survive; a real value inside the range comes back within half a step and float32's rounding."""
    params = data.draw(parameters(dtype, data.draw(st.sampled_from([None, 3]))))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    low, high = LIMITS[dtype]
    integers = rng.integers(low, high, shape_of(params), endpoint=True).astype(dtype)
    tensor = QuantizedTensor(integers, params)
    real = tensor.dequantize()
    assert QuantizedTensor.quantize(real, params) == tensor
    scale = np.broadcast_to(params.aligned(params.scale, 3), real.shape)
    beside = np.clip(real + rng.uniform(-0.5, 0.5, real.shape) * scale, real.min(), real.max()).astype(np.float32)
    zero = params.aligned(params.zero_point, 3)
    inside = (beside >= (low - zero) * scale) & (beside <= (high - zero) * scale)
    error = np.abs(QuantizedTensor.quantize(beside, params).dequantize().astype(np.float64) - beside)
    assert (error <= scale * (0.5 + 2.0**-14))[inside].all()


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("contract", CONTRACTS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_numpy_and_kernels_agree(contract, dtype, data):
    """One tensor of C equal channels goes through NumPy, without channels through the kernels."""
    params = data.draw(parameters(dtype))
    x = reals(np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))), (7, 3), params.scale)
    x = np.concatenate([x, np.resize(EDGES, (6, 3))])
    channels = QuantizationParams(np.full(3, params.scale), np.full(3, params.zero_point), dtype, axis=1)
    alone, by_channel = (QuantizedTensor.quantize(x, p, contract) for p in (params, channels))
    np.testing.assert_array_equal(alone.data, by_channel.data, strict=True)
    np.testing.assert_array_equal(alone.dequantize(), by_channel.dequantize(), strict=True)
    other = data.draw(parameters(dtype))
    requantized = (tensor.requantize(other, contract).data for tensor in (alone, by_channel))
    np.testing.assert_array_equal(*requantized, strict=True)


def exactly(steps, s_x, s_y, zero, dtype, contract):
    """One requantized element."""
    shift = 128 if dtype == "uint8" else 0
    if contract == "tflite":
        real = float(s_x) / float(s_y)
        return exact.requantize_tflite(steps, *exact.quantize_multiplier(real), zero - shift) + shift
    multiplier = float(np.float32(float(s_x) / float(s_y)) if contract == "fma" else s_x / s_y)
    function = exact.requantize_fma if contract == "fma" else exact.requantize_onnx
    return function(steps, multiplier, zero - shift) + shift


@pytest.mark.parametrize("channels", ["none", "from", "to", "both"])
@pytest.mark.parametrize("dtypes", [("int32", "int8"), ("int32", "uint8"), ("int8", "uint8"), ("uint8", "int8")])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_requantize_against_exact_arithmetic(contract, dtypes, channels):
    @settings(max_examples=15, deadline=None)
    @given(st.data(), st.integers(0, 2**32 - 1))
    def check(data, seed):
        have = data.draw(parameters(dtypes[0], 4 if channels in ("from", "both") else None))
        want = data.draw(parameters(dtypes[1], 4 if channels in ("to", "both") else None))
        if channels == "both":
            want = QuantizationParams(want.scale, want.zero_point, dtypes[1], have.axis)
        shape = shape_of(have if have.axis is not None else want)
        low, high = LIMITS[dtypes[0]]
        if dtypes[0] == "int32":  # sums that float32 holds, and sums that it rounds
            small = data.draw(st.sampled_from([1, 2**20]))
            low, high = -1000 * small, 1000 * small
            have = QuantizationParams(have.scale / small, 0, np.int32, have.axis)
        rng = np.random.default_rng(seed)
        tensor = QuantizedTensor(rng.integers(low, high, shape, endpoint=True).astype(dtypes[0]), have)
        got = tensor.requantize(want, contract)
        elements = zip(tensor.data.ravel().tolist(), each(have, shape), each(want, shape), strict=True)
        exact_bytes = [exactly(q - z_x, s_x, s_y, z_y, dtypes[1], contract) for q, (s_x, z_x), (s_y, z_y) in elements]
        assert got.data.ravel().tolist() == exact_bytes
        assert (got.data.shape, got.params) == (shape, want)

    check()


def test_shapes_without_axes_or_elements():
    params, channels = QuantizationParams(0.5, 3), QuantizationParams([0.5, 1.0], 3, axis=1)
    for x, chosen in ((np.float32(2.0), params), (np.zeros((0, 2)), params), (np.zeros((0, 2)), channels)):
        tensor = QuantizedTensor.quantize(x, chosen)
        assert tensor.data.shape == tensor.dequantize().shape == np.shape(x)
        assert tensor.requantize(params).data.shape == np.shape(x)
    strided = np.arange(24, dtype=np.float32).reshape(4, 6)[::2, ::-2]
    assert QuantizedTensor.quantize(strided, params).dequantize().tolist() == strided.tolist()
    bias = QuantizedTensor.quantize([1e30, -1e30, 2.5], QuantizationParams(1.0, dtype=np.int32))
    assert bias.data.tolist() == [2**31 - 1, -(2**31), 3]


def test_what_is_refused():
    params = QuantizationParams([0.5, 1.0], axis=1)
    with pytest.raises(TypeError, match="data: expected a NumPy array of int8, as params has it, got uint8"):
        QuantizedTensor(np.zeros((1, 2), np.uint8), params)
    for shape in [(2,), (2, 3)]:
        with pytest.raises(ValueError, match="data: expected 2 channels along axis 1"):
            QuantizedTensor(np.zeros(shape, np.int8), params)
        with pytest.raises(ValueError, match="x: expected 2 channels along axis 1"):
            QuantizedTensor.quantize(np.zeros(shape), params)
    tensor = QuantizedTensor(np.zeros((2, 2), np.int8), params)
    with pytest.raises(ValueError, match="params: requantization gives int8 or uint8"):
        tensor.requantize(QuantizationParams(1.0, dtype=np.int32))
    with pytest.raises(ValueError, match="params: channels along axis 0, those of data along 1"):
        tensor.requantize(QuantizationParams([1.0, 2.0], axis=0))
    for chosen in (params, QuantizationParams(0.5)):
        with pytest.raises(ValueError, match="contract: expected one of fma, onnx, tflite, got 'tosa'"):
            QuantizedTensor.quantize(np.zeros((2, 2)), chosen, "tosa")


def test_errors_are_those_of_the_dequantized_data():
    x = np.linspace(-1, 3, 100, dtype=np.float32)
    figures = QuantizedTensor.quantize(x, QuantizationParams.of_range(-1, 2)).errors(x)
    assert figures.max_abs == pytest.approx(1, abs=1e-6)
    assert figures.saturation_rate == 0.25
    assert 0.9 < figures.cosine < 1
    assert 0 < figures.sqnr_db < 20
    assert QuantizedTensor.quantize(x, QuantizationParams.of_range(-1, 3)).cosine(x) > 0.9999


@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("channels", [None, 3])
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_file_gives_back_what_went_in(dtype, channels, tmp_path_factory, data):
    params = data.draw(parameters(dtype, channels))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    shape = shape_of(params)
    tensor = QuantizedTensor(rng.integers(*LIMITS[dtype], shape, endpoint=True).astype(dtype), params)
    path = tmp_path_factory.mktemp("tensors") / "no extension"
    tensor.save(path)
    loaded = QuantizedTensor.load(path)
    assert loaded == tensor
    assert loaded.data.dtype == tensor.data.dtype
    assert loaded != QuantizedTensor(tensor.data.copy() ^ np.ones((), dtype), params)


def test_files_that_are_none(tmp_path):
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", data=np.zeros(3))
    (tmp_path / "text").write_text("no archive")
    for name in ("array.npy", "other.npz", "text"):
        with pytest.raises(ValueError, match=f"{name}: not a quantized tensor"):
            QuantizedTensor.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        QuantizedTensor.load(tmp_path / "nothing")
