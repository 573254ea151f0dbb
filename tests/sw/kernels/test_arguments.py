"""Every wrong argument is a ValueError or TypeError that names it, never a crash."""

import itertools

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from accord.kernels import (
    Conv2d,
    DepthwiseConv2d,
    Matmul,
    Output,
    add,
    average_pool,
    dequantize,
    dot,
    implementation,
    lookup,
    max_pool,
    multiply,
    output_multiplier,
    quantize,
    requantize,
)

from .isas import isas

W = np.ones((4, 3), np.int8)
CONV = np.ones((3, 2, 2, 4), np.int8)
DEPTHWISE = np.ones((2, 2, 4), np.int8)
X = np.zeros((2, 4), np.uint8)
IMAGE = np.zeros((1, 5, 5, 4), np.uint8)
SUMS = np.zeros((2, 3), np.int32)
FLOATS = np.zeros(5, np.float32)
SCALES = {"a_scale": 1.0, "b_scale": 1.0, "scale": 1.0}


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def overlapping():
    """Operands that meet: at the end of x, at its start, and where its rows run backwards."""
    block = np.zeros(64, np.uint8)
    out = block[4:28].view(np.int32).reshape(2, 3)
    return [(rows.reshape(2, 4)[::step], out) for rows, step in ((block[:8], 1), (block[24:32], 1), (block[24:32], -1))]


LAYERS = [
    (Matmul, {"weight": W}),
    (Conv2d, {"weight": CONV}),
    (DepthwiseConv2d, {"weight": DEPTHWISE}),
]
WRONG_LAYERS = [
    ({"weight": [[1]]}, TypeError, "weight: expected a NumPy array"),
    ({"weight": W.astype(np.int16)}, TypeError, "weight: expected dtype int8"),
    ({"weight": np.ones(4, np.int8)}, ValueError, "weight: expected . axes"),
    ({"bias": np.zeros(2, np.int32)}, ValueError, "bias: expected shape"),
    ({"bias": np.zeros(3)}, TypeError, "bias: expected dtype int32"),
    ({"bias": np.zeros((3, 1), np.int32)}, ValueError, "bias: expected 1 axes"),
    ({"input_dtype": np.int16}, TypeError, "input_dtype"),
    ({"input_zero_point": 256}, ValueError, "input_zero_point"),
    ({"input_zero_point": -1}, ValueError, "input_zero_point"),
    ({"input_zero_point": 1.0}, TypeError, "input_zero_point"),
    ({"input_zero_point": True}, TypeError, "input_zero_point"),
    ({"output": "fma"}, TypeError, "output"),
    ({"output": Output("fma", [1.0, 2.0])}, ValueError, "output: multiplier has 2 entries"),
    ({"output": Output("fma", [])}, ValueError, "output: multiplier has 0 entries"),
    ({"output": Output("tflite", [])}, ValueError, "output: multiplier has 0 entries"),
    ({"bias": np.zeros(3, ">i4")}, TypeError, "bias: expected dtype int32, got >i4"),
    ({"input_dtype": "int7"}, TypeError, "input_dtype: expected int8 or uint8, got 'int7'"),
    ({"input_dtype": {"names": 1}}, TypeError, "input_dtype"),
    ({"input_dtype": None}, TypeError, "input_dtype"),
    ({"isa": "sse2"}, ValueError, "isa: 'sse2' is not available here"),
    ({"isa": ""}, ValueError, "isa"),
    ({"isa": 7}, TypeError, "isa"),
    ({"isa": "avx2\0"}, ValueError, "isa: expected a name"),
    ({"isa": "\ud800"}, ValueError, "isa: expected a name"),
    ({"threads": 0}, ValueError, "threads"),
    ({"threads": 1000}, ValueError, "threads"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), WRONG_LAYERS)
@pytest.mark.parametrize(("layer", "right"), LAYERS)
def test_layers(layer, right, arguments, error, message):
    with pytest.raises(error, match=message):
        layer(**{**right, **arguments})


@pytest.mark.parametrize(("layer", "right"), LAYERS[1:])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"stride": 0}, ValueError, "stride"),
        ({"stride": (1, 2, 3)}, ValueError, "stride"),
        ({"stride": "ab"}, TypeError, "stride"),
        ({"stride": np.array(2)}, TypeError, "stride: expected an integer or two, got ndarray"),
        ({"stride": np.ones((2, 2), int)}, TypeError, "stride: expected an integer, got ndarray"),
        ({"stride": True}, TypeError, "stride"),
        ({"stride": 2**40}, ValueError, "stride"),
        ({"dilation": 2**40}, ValueError, "dilation"),
        ({"dilation": (1, -1)}, ValueError, "dilation"),
        ({"padding": -1}, ValueError, "padding"),
        ({"padding": (1, 2, 3)}, ValueError, "padding"),
        ({"padding": 2**40}, ValueError, "padding"),
        ({"padding": 1.5}, TypeError, "padding"),
        ({"padding": np.array(2)}, TypeError, "padding: expected an integer or two, got ndarray"),
    ],
)
def test_windows(layer, right, arguments, error, message):
    with pytest.raises(error, match=message):
        layer(**right, **arguments)


def test_kernels_and_groups():
    with pytest.raises(ValueError, match="weight: expected a kernel"):
        Conv2d(np.ones((3, 0, 2, 4), np.int8))
    with pytest.raises(ValueError, match="weight: expected a kernel"):
        DepthwiseConv2d(np.ones((2, 0, 4), np.int8))
    with pytest.raises(ValueError, match="weight: expected a kernel of 1 to 8388608 taps, got 1048576x1048576"):
        DepthwiseConv2d(np.ones((2**20, 2**20, 0), np.int8))
    with pytest.raises(ValueError, match="groups: 2 does not divide"):
        Conv2d(CONV, groups=2)
    with pytest.raises(ValueError, match="groups"):
        Conv2d(CONV, groups=0)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([[1, 2, 3, 4]], TypeError, "x: expected a NumPy array of uint8, got list"),
        (None, TypeError, "x: expected a NumPy array"),
        (X.astype(np.int8), TypeError, "x: expected dtype uint8"),
        (X.astype(bool), TypeError, "x: expected dtype uint8"),
        (X[0], ValueError, "x: expected 2 axes"),
        (np.zeros((2, 5), np.uint8), ValueError, r"x: expected shape \(2, 4\), got \(2, 5\)"),
        (np.zeros((2, 8), np.uint8)[:, ::2], ValueError, "x: axis 1 is not contiguous"),
        (np.zeros((4, 2), np.uint8).T, ValueError, "x: axis 1 is not contiguous"),
        (X[:, ::-1], ValueError, "x: axis 1 is not contiguous"),
    ],
)
def test_inputs_of_a_product(x, error, message):
    with pytest.raises(error, match=message):
        Matmul(W)(x)


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        ([1], TypeError, "out: expected a NumPy array of int32"),
        (SUMS.astype(np.int64), TypeError, "out: expected dtype int32"),
        (SUMS.astype(">i4"), TypeError, "out: expected dtype int32"),
        (SUMS[:1], ValueError, "out: expected shape"),
        (np.zeros((3, 2), np.int32).T, ValueError, "out: axis 1 is not contiguous"),
        (np.zeros((2, 3), np.int32)[::-1], ValueError, "out: rows overlap or run backwards"),
        (np.lib.stride_tricks.as_strided(np.zeros(6, np.int32), (2, 3), (4, 4)), ValueError, "out: rows overlap"),
        (read_only(SUMS), ValueError, "out: the array is read-only"),
        (np.frombuffer(bytearray(30), np.uint8)[1:25].view(np.int32).reshape(2, 3), TypeError, "aligned"),
    ],
)
def test_outputs_of_a_product(out, error, message):
    with pytest.raises(error, match=message):
        Matmul(W)(X, out=out)


def test_an_output_may_not_overlap_the_input():
    for x, out in overlapping():
        with pytest.raises(ValueError, match="out: overlaps x"):
            Matmul(W)(x, out=out)


@pytest.mark.parametrize(("layer_type", "right"), LAYERS[1:])
def test_images(layer_type, right):
    layer = layer_type(**right)
    for x, error, message in [
        (IMAGE[0], ValueError, "x: expected 4 axes"),
        (np.zeros((1, 5, 5, 3), np.uint8), ValueError, "x: expected shape"),
        (np.zeros((1, 5, 5, 8), np.uint8)[..., ::2], ValueError, "x: axis 3 is not contiguous"),
        (np.zeros((1, 1, 5, 4), np.uint8), ValueError, "x: height or width, padding included, is smaller"),
        (np.zeros((1, 0, 5, 4), np.uint8), ValueError, "x: height or width, padding included, is smaller"),
    ]:
        with pytest.raises(error, match=message):
            layer(x)
    want = layer(IMAGE)
    for out, error, message in [
        (np.zeros((1, 4, 4), np.int32), ValueError, "out: expected shape"),
        (np.zeros((*want.shape[:3], 2 * want.shape[3]), np.int32)[..., ::2], ValueError, "out: axis 3"),
        (np.zeros((1, 8, 4, want.shape[3]), np.int32)[:, ::2], ValueError, "out: pixels are not evenly spaced"),
        (np.zeros(want.shape, np.int32)[:, :, ::-1], ValueError, "out: pixels are not evenly spaced"),
        (np.broadcast_to(want, want.shape), ValueError, "out: the array is read-only"),
        (as_strided(np.zeros(want.shape, np.int32), strides=(0, 0, 0, 4)), ValueError, "out: pixels are not evenly"),
    ]:
        with pytest.raises(error, match=message):
            layer(IMAGE, out=out)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"contract": "exact"}, ValueError, "contract: expected one of fma, onnx, tflite"),
        ({"contract": 1}, ValueError, "contract"),
        *[({"multiplier": m}, ValueError, "multiplier") for m in (0.0, -1.0, np.nan, np.inf, [1.0, 0.0], 1e-60, 1e60)],
        ({"multiplier": [[1.0]]}, ValueError, "multiplier"),
        ({"multiplier": "one"}, TypeError, "multiplier"),
        ({"multiplier": "1.5"}, TypeError, "multiplier: expected numbers, got str"),
        ({"multiplier": True}, TypeError, "multiplier"),
        ({"multiplier": np.array([1 + 2j])}, TypeError, "multiplier"),
        ({"multiplier": 10**400}, ValueError, "multiplier"),
        ({"contract": "tflite", "multiplier": 2.0**31}, ValueError, "multiplier: .* too large"),
        ({"zero_point": 128}, ValueError, "zero_point"),
        ({"zero_point": -1, "dtype": np.uint8}, ValueError, "zero_point"),
        ({"zero_point": 0.5}, TypeError, "zero_point"),
        ({"dtype": np.int32}, TypeError, "dtype"),
        ({"clamp": (1, 0)}, ValueError, "clamp"),
        ({"clamp": (-129, 0)}, ValueError, "clamp"),
        ({"clamp": (0, 1.0)}, TypeError, "clamp"),
        ({"clamp": 5}, TypeError, "clamp: expected"),
        ({"clamp": (1, 2, 3)}, TypeError, "clamp: expected"),
        ({"clamp": "ab"}, TypeError, "clamp: expected"),
        ({"dtype": "int7"}, TypeError, "dtype"),
        ({"lookup": [0] * 256}, TypeError, "lookup"),
        ({"lookup": np.zeros(255, np.int8)}, ValueError, "lookup"),
        ({"lookup": np.zeros(256)}, TypeError, "lookup"),
    ],
)
def test_settings_of_an_output(arguments, error, message):
    with pytest.raises(error, match=message):
        Output(**{"contract": "fma", "multiplier": 1.0, **arguments})


@pytest.mark.parametrize(("input_scale", "weight_scale", "output_scale"), [(0, 1, 1), (1, [1, 0], 1), (1, 1, -1)])
@pytest.mark.parametrize("contract", ["fma", "onnx", "tflite"])
def test_scales(contract, input_scale, weight_scale, output_scale):
    with pytest.raises(ValueError, match="_scale: every value must be finite and positive"):
        output_multiplier(contract, input_scale, weight_scale, output_scale)
    with pytest.raises(ValueError, match="multiplier"):
        output_multiplier("onnx", 1e-30, 1e-30, 1.0)


FUNCTIONS = [
    (requantize, [SUMS, None], TypeError, "output"),
    (requantize, [SUMS.astype(np.int64), Output("fma", 1.0)], TypeError, "x: expected dtype int32"),
    (requantize, [SUMS[:, ::2], Output("fma", 1.0)], ValueError, "x: axis"),
    (requantize, [np.zeros((), np.int32), Output("fma", 1.0)], ValueError, "x: expected at least one axis"),
    (requantize, [SUMS, Output("fma", [1.0, 1.0])], ValueError, "output: multiplier has 2 entries for 3"),
    (quantize, [FLOATS.astype(float), 1.0], TypeError, "x: expected dtype float32"),
    (requantize, [SUMS.astype(">i4"), Output("fma", 1.0)], TypeError, "x: expected dtype int32, .* got format '>i'"),
    (requantize, [SUMS, Output("fma", [])], ValueError, "output: multiplier has 0 entries for 3"),
    (quantize, [FLOATS.astype(">f4"), 1.0], TypeError, "x: expected dtype float32"),
    (quantize, [FLOATS, 10**400], ValueError, "scale"),
    (quantize, [FLOATS, 0.0], ValueError, "scale"),
    (quantize, [FLOATS, [1.0]], ValueError, "scale: expected one number"),
    (quantize, [FLOATS, 1.0, 128], ValueError, "zero_point"),
    (quantize, [FLOATS[::2], 1.0], ValueError, "x: axis 0"),
    (dequantize, [FLOATS, 1.0], TypeError, "x: expected int8 or uint8"),
    (dequantize, [X, np.inf], ValueError, "scale"),
    (dequantize, [[1], 1.0], TypeError, "x: expected a NumPy array"),
    (lookup, [X, np.zeros(255, np.uint8)], ValueError, "table: expected shape"),
    (lookup, [FLOATS, np.zeros(256, np.uint8)], TypeError, "x: expected dtype"),
    (dot, [X[0], None], TypeError, "w: expected a NumPy array of int8, got NoneType"),
    (dot, [X[0], W], ValueError, "w: expected shape"),
    (dot, [X[0], X[0]], TypeError, "w: expected dtype int8"),
    (dot, [X, W[0]], ValueError, "x: expected 1 axes"),
    (max_pool, [IMAGE, 0], ValueError, "kernel"),
    (max_pool, [IMAGE, 6], ValueError, "x: height or width"),
    (max_pool, [IMAGE, 2**12], ValueError, "kernel: expected a kernel of 1 to"),
    (average_pool, [IMAGE, 2**20], ValueError, "kernel: expected a kernel of 1 to"),
    (max_pool, [IMAGE, np.array(2)], TypeError, "kernel"),
    (max_pool, [IMAGE[:, :0], 1], ValueError, "x: height and width must be positive"),
    (average_pool, [FLOATS, 2], TypeError, "x: expected int8 or uint8"),
    (average_pool, [IMAGE[0], 2], ValueError, "x: expected 4 axes"),
]


@pytest.mark.parametrize(("function", "arguments", "error", "message"), FUNCTIONS)
def test_functions(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)


@pytest.mark.parametrize(("function", "contract"), list(itertools.product([add, multiply], ["fma", "onnx", "tflite"])))
def test_two_operands(function, contract):
    for a, b, arguments, error, message in [
        (X, X[:, :2], {}, ValueError, "b: expected shape"),
        (X, X[0], {}, ValueError, "b: expected shape"),
        (IMAGE, IMAGE[:, :1, :, :1], {}, ValueError, "b: expected shape"),
        (X, X.astype(np.int8), {}, TypeError, "b: expected dtype uint8"),
        (FLOATS, FLOATS, {}, TypeError, "a: expected int8 or uint8"),
        (X, X, {"a_scale": 0.0}, ValueError, "a_scale"),
        (X, X, {"scale": np.nan}, ValueError, "scale"),
        (X, X, {"b_zero_point": 256}, ValueError, "b_zero_point"),
        (X, X, {"clamp": (3, 2)}, ValueError, "clamp"),
        (X, X, {"out": X[:, :2]}, ValueError, "out: expected shape"),
        (X, X, {"out": X.astype(np.int8)}, TypeError, "out: expected dtype uint8"),
    ]:
        with pytest.raises(error, match=message):
            function(a, b, **{**SCALES, "contract": contract, **arguments})
    block = np.zeros(9, np.uint8)
    with pytest.raises(ValueError, match="out: overlaps a"):
        function(block[:8], np.zeros(8, np.uint8), **SCALES, out=block[1:])
    with pytest.raises(ValueError, match=r"scale|multiplier"):
        function(X, X, a_scale=1e30, b_scale=1e30, scale=1e-30, contract=contract)


def test_pools():
    with pytest.raises(ValueError, match="padding"):
        max_pool(IMAGE, 2, padding=2)
    with pytest.raises(ValueError, match="contract: tflite averages"):
        average_pool(IMAGE, 2, scale=2.0, contract="tflite")
    with pytest.raises(ValueError, match="contract: tflite averages"):
        average_pool(IMAGE, 2, padding=1, count_include_pad=True, contract="tflite")


def test_operations():
    with pytest.raises(TypeError, match="operation: expected a string, got NoneType"):
        implementation(None)
    with pytest.raises(ValueError, match="operation: 'fft' is none of"):
        implementation("fft")


def test_inputs_may_be_read_only():
    """NumPy gives read-only arrays for bytes, broadcasts and mapped files."""
    bias = read_only(np.zeros(3, np.int32))
    assert not Matmul(read_only(W), bias)(read_only(X)).any()
    assert not Conv2d(read_only(CONV), bias)(read_only(IMAGE)).any()
    assert not DepthwiseConv2d(read_only(DEPTHWISE))(read_only(IMAGE)).any()
    assert not requantize(read_only(SUMS), Output("fma", read_only(np.ones(3)))).any()
    assert not dequantize(quantize(read_only(FLOATS), 1.0), 1.0).any()
    assert not lookup(read_only(X), read_only(np.zeros(256, np.uint8))).any()
    assert not add(read_only(X), read_only(X), **SCALES).any()
    assert not multiply(read_only(X), read_only(X), **SCALES).any()
    assert not max_pool(read_only(IMAGE), 2).any()
    assert not average_pool(read_only(IMAGE), 2).any()
    assert dot(read_only(X[0]), read_only(W[:, 0])) == 0


@pytest.mark.parametrize(("layer", "right"), LAYERS)
def test_a_layer_that_was_never_made_or_is_made_twice(layer, right):
    never, twice = layer.__new__(layer), layer(**right)
    with pytest.warns(RuntimeWarning, match="uninitialized"), pytest.raises(TypeError):
        never(X)
    with pytest.warns(RuntimeWarning, match="already-initialized"), pytest.raises(TypeError):
        twice.__init__(**right)


def test_views_as_long_as_no_memory_is():
    """A view of one byte: whole rows of it cannot be held, and their length does not fit in 64 bits."""
    x = np.broadcast_to(np.uint8(0), (1, 1, 2**43, 1))
    shape = {"dilation": (2**20 - 1, 1), "stride": (1, 2**20), "padding": (2**20 - 1, 0)}
    with pytest.raises(ValueError, match="x: the rows of a window are longer than memory"):
        DepthwiseConv2d(np.ones((3, 1, 1), np.int8), **shape)(x)


@pytest.mark.parametrize("isa", [isa for isa in isas("depthwise") if isa != "scalar"])
def test_rows_whose_length_is_zero_modulo_2_to_the_64(isa):
    """2^19 rows of 2^42 pixels: a channel of a pixel takes 8 or 16 bytes where it is a vector."""
    x = np.broadcast_to(np.uint8(0), (1, 2**19, 2**42, 1))
    layer = DepthwiseConv2d(np.ones((2**19, 1, 1), np.int8), stride=(1, 2**20), isa=isa)
    with pytest.raises(ValueError, match="x: the rows of a window are longer than memory"):
        layer(x)


def test_nothing_of_huge_extent_takes_no_time():
    x = np.broadcast_to(np.uint8(0), (2**20, 2**20, 2**20, 1))
    assert Conv2d(np.ones((0, 1, 1, 1), np.int8))(x).shape == (*x.shape[:3], 0)
    assert Matmul(np.zeros((0, 0), np.int8))(np.zeros((2**60, 0), np.uint8)).shape == (2**60, 0)
    assert Matmul(np.zeros((2**60, 0), np.int8))(np.zeros((0, 2**60), np.uint8)).shape == (0, 0)
