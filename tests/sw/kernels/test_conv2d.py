"""Convolutions, dense and depthwise: scalar against NumPy and fractions, every other instruction set against scalar."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, Output, requantize

from . import reference
from .drawing import BYTES, CONTRACTS, KINDS, biases, outputs, seeds, values
from .isas import isas, vectors

LAYERS = {"gemm": Conv2d, "depthwise": DepthwiseConv2d}


@st.composite
def windows(draw):
    return {
        "stride": (draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        "dilation": (draw(st.integers(1, 2)), draw(st.integers(1, 3))),
        "padding": tuple(draw(st.integers(0, 3)) for _ in range(4)),
    }


@st.composite
def convolutions(draw, operation, contract, small):
    """An image, its layer's arguments, and whether it lies before a guard page."""
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    shape = draw(windows())
    groups = 1 if operation == "depthwise" else draw(st.sampled_from([1, 1, 2, 3]))
    depth = draw(st.integers(0, 4 if small else 20))
    columns = groups * draw(st.integers(0, 3 if small else 40))
    if operation == "depthwise":
        depth = columns = draw(st.integers(0, 5 if small else 140))
    size = [draw(st.integers(0, 4 if small else most)) for most in (9, 16)]
    for axis in (0, 1):
        padded = shape["padding"][axis] + size[axis] + shape["padding"][axis + 2]
        assume(padded >= shape["dilation"][axis] * (kernel[axis] - 1) + 1)
    dtype = draw(st.sampled_from(list(BYTES)))
    rng = np.random.default_rng(draw(seeds))
    x = values(rng, draw(st.sampled_from(KINDS)), (draw(st.integers(0, 2)), *size, depth * groups), dtype)
    weight = (*kernel, columns) if operation == "depthwise" else (columns, *kernel, depth)
    arguments = {
        "weight": values(rng, draw(st.sampled_from(KINDS)), weight, "int8"),
        "bias": draw(biases(columns)),
        **shape,
        "input_dtype": dtype,
        "input_zero_point": draw(st.integers(*BYTES[dtype])),
        "output": draw(outputs(contract, columns)),
        "threads": draw(st.sampled_from([1, 1, 2])),
    }
    if operation == "gemm":
        arguments["groups"] = groups
    return x, arguments, draw(st.booleans())


def expected(operation, x, arguments):
    weight, zero, channels = arguments["weight"], arguments["input_zero_point"], arguments["weight"].shape[0]
    channels = weight.shape[2] if operation == "depthwise" else weight.shape[0]
    bias = np.zeros(channels, np.int32) if arguments["bias"] is None else arguments["bias"]
    if operation == "depthwise":
        sums = reference.depthwise(x, weight, bias, zero, arguments)
    else:
        sums = reference.conv2d(x, weight, bias, zero, arguments, arguments["groups"])
    return reference.finish(sums, arguments["output"])


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("operation", LAYERS)
def test_scalar_is_exact(operation, contract, arenas):
    @settings(max_examples=60, deadline=None)
    @given(convolutions(operation, contract, small=True))
    def check(case):
        x, arguments, at_end = case
        want = expected(operation, x, arguments)
        layer = LAYERS[operation](**arguments, isa="scalar")
        out = arenas[1].empty(want.shape, want.dtype, at_end=at_end)
        assert layer(arenas[0].place(x, at_end=at_end), out=out) is out
        np.testing.assert_array_equal(out, want, strict=True)

    check()


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize(("operation", "isa"), [(operation, isa) for operation in LAYERS for isa in vectors(operation)])
def test_every_instruction_set_gives_the_bytes_of_scalar(operation, isa, contract, arenas):
    @settings(max_examples=120, deadline=None)
    @given(convolutions(operation, contract, small=False))
    def check(case):
        x, arguments, at_end = case
        want = LAYERS[operation](**arguments, isa="scalar")(x)
        layer = LAYERS[operation](**arguments, isa=isa)
        assert layer.isa == isa
        out = arenas[1].empty(want.shape, want.dtype, at_end=at_end)
        assert layer(arenas[0].place(x, at_end=at_end), out=out) is out
        np.testing.assert_array_equal(out, want, strict=True)

    check()


@pytest.mark.parametrize(("operation", "isa"), [(operation, isa) for operation in LAYERS for isa in isas(operation)])
def test_views_of_images_need_no_copy(operation, isa):
    rng = np.random.default_rng(3)
    big = rng.integers(0, 256, (2, 9, 11, 24), dtype=np.uint8)
    view = big[:, ::-1, 1::2, 4:20]
    weight = (3, 3, 16) if operation == "depthwise" else (16, 3, 3, 16)
    layer = LAYERS[operation](rng.integers(-128, 128, weight, dtype=np.int8), isa=isa)
    want = layer(np.ascontiguousarray(view))
    wide = np.zeros((*want.shape[:3], 40), np.int32)
    layer(view, out=wide[..., 7:23])
    np.testing.assert_array_equal(wide[..., 7:23], want)
    assert not wide[..., :7].any()
    assert not wide[..., 23:].any()


@pytest.mark.parametrize(("operation", "isa"), [(operation, isa) for operation in LAYERS for isa in isas(operation)])
def test_sums_wrap(operation, isa):
    side, channels = 280, 3  # 280^2 * 255 * 127 is past 2^31
    x = np.full((1, side, side, channels), 255, np.uint8)
    for weight in (127, -128):
        shape = (side, side, channels) if operation == "depthwise" else (2, side, side, channels)
        got = LAYERS[operation](np.full(shape, weight, np.int8), isa=isa)(x)
        terms = side**2 * (1 if operation == "depthwise" else channels)
        assert set(got.flat) == {int(reference.wrap(terms * 255 * weight))}


@pytest.mark.parametrize("isa", isas("gemm"))
def test_a_convolution_of_one_tap_is_a_product(isa):
    rng = np.random.default_rng(4)
    x = rng.integers(0, 256, (2, 5, 7, 13), dtype=np.uint8)
    weight = rng.integers(-128, 128, (13, 37), dtype=np.int8)
    conv = Conv2d(np.ascontiguousarray(weight.T)[:, None, None], input_zero_point=9, isa=isa)
    product = Matmul(weight, input_zero_point=9, isa=isa)
    np.testing.assert_array_equal(conv(x).reshape(-1, 37), product(x.reshape(-1, 13)))


def test_depthwise_is_a_convolution_of_as_many_groups():
    rng = np.random.default_rng(5)
    x = rng.integers(-128, 128, (1, 6, 6, 10), dtype=np.int8)
    weight = rng.integers(-128, 128, (3, 2, 10), dtype=np.int8)
    shape = {"stride": (2, 1), "padding": 1, "input_dtype": np.int8, "input_zero_point": -7}
    dense = Conv2d(np.ascontiguousarray(weight.transpose(2, 0, 1)[..., None]), groups=10, **shape)
    np.testing.assert_array_equal(DepthwiseConv2d(weight, **shape)(x), dense(x))


@pytest.mark.parametrize("isa", isas("depthwise"))
def test_depthwise_channels_take_turns_where_rows_are_longer_than_the_first_cache(isa):
    """202 pixels of 70 channels: some channels, and the others when the first ones are done."""
    rng = np.random.default_rng(6)
    x = rng.integers(-128, 128, (2, 3, 200, 70), dtype=np.int8)
    weight = rng.integers(-128, 128, (3, 3, 70), dtype=np.int8)
    bias = rng.integers(-5000, 5001, 70).astype(np.int32)
    shape = {"stride": (1, 1), "dilation": (1, 1), "padding": (1, 1, 1, 1)}
    sums = reference.depthwise(x, weight, bias, 11, shape)
    for contract in CONTRACTS:
        output = None if contract == "sums" else Output(contract, rng.uniform(0.0005, 0.005, 70))
        layer = DepthwiseConv2d(weight, bias, **shape, input_dtype="int8", input_zero_point=11, output=output, isa=isa)
        want = sums if output is None else requantize(sums.reshape(-1, 70), output, isa="scalar").reshape(sums.shape)
        np.testing.assert_array_equal(layer(x), want, strict=True)


@pytest.mark.parametrize("channels", [8, 16, 24, 32, 40, 48])
@pytest.mark.parametrize(("operation", "isa"), [(operation, isa) for operation in LAYERS for isa in vectors(operation)])
def test_pixels_as_narrow_as_a_part_of_a_vector(operation, isa, channels):
    """Outputs that lie side by side, and in every second pixel."""
    rng = np.random.default_rng(7)
    x = rng.integers(0, 256, (1, 5, 24, channels), dtype=np.uint8)
    shape = (3, 1, channels) if operation == "depthwise" else (channels, 3, 1, channels)
    arguments = {
        "weight": rng.integers(-128, 128, shape, dtype=np.int8),
        "output": Output("onnx", rng.uniform(0.001, 0.002, channels), 100, "uint8"),
        "padding": (1, 0),
    }
    want = LAYERS[operation](**arguments, isa="scalar")(x)
    layer = LAYERS[operation](**arguments, isa=isa)
    np.testing.assert_array_equal(layer(x), want, strict=True)
    apart = np.zeros((1, 5, 48, channels), np.uint8)
    layer(x, out=apart[:, :, ::2])
    np.testing.assert_array_equal(apart[:, :, ::2], want)
    assert not apart[:, :, 1::2].any()


@pytest.mark.parametrize("channels", [1, 2, 3, 5, 7, 13])
@pytest.mark.parametrize("is_dense", [True, False])
def test_kernel_rows_of_few_channels(channels, is_dense):
    """At each edge of the image, and where pixels do not lie side by side."""
    rng = np.random.default_rng(10)
    wide = rng.integers(0, 256, (2, 5, 7, channels if is_dense else channels + 3), dtype=np.uint8)
    x = wide[..., :channels]
    for width, stride, before, after in product((2, 3, 5), (1, 2, 3), (0, 1, 2), (0, 1, 2)):
        weight = rng.integers(-128, 128, (4, 3, width, channels), dtype=np.int8)
        shape = {"stride": (1, stride), "dilation": (1, 1), "padding": (1, before, 1, after)}
        want = reference.conv2d(x, weight, np.zeros(4, np.int32), 9, shape, 1)
        np.testing.assert_array_equal(Conv2d(weight, **shape, input_zero_point=9)(x), want, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_kernel_rows_outside_the_image_are_zero_points(isa):
    """Above and below it, with dilation and strides, and for output rows that see nothing of it."""
    rng = np.random.default_rng(11)
    x = rng.integers(-128, 128, (2, 4, 15, 6), dtype=np.int8)
    bias = rng.integers(-5000, 5001, 10).astype(np.int32)
    for groups, dilation, stride, before, after in product((1, 2), (1, 2), (1, 2), (0, 2, 9), (1, 8)):
        weight = rng.integers(-128, 128, (10, 3, 2, 6 // groups), dtype=np.int8)
        shape = {"stride": (stride, 1), "dilation": (dilation, 1), "padding": (before, 1, after, 0)}
        want = reference.conv2d(x, weight, bias, -77, shape, groups)
        layer = Conv2d(weight, bias, **shape, groups=groups, input_dtype="int8", input_zero_point=-77, isa=isa)
        np.testing.assert_array_equal(layer(x), want, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_kernel_columns_outside_the_image_are_zero_points(isa):
    """Left and right of it, also for outputs that see nothing of it, where rows are enough to multiply those apart."""
    rng = np.random.default_rng(12)
    for turn, (width, kernel, stride) in enumerate(product((1, 2, 3, 6, 9, 11, 14), (2, 3, 5), (1, 2))):
        channels, columns = (8, 16, 6)[turn % 3], (24, 32, 34, 72)[turn % 4]
        before, after = ((2, 2), (0, 3), (4, 0), (4, 2), (7, 6))[turn % 5]
        x = rng.integers(-128, 128, (2, 12, width, channels + turn % 2 * 8), dtype=np.int8)[..., :channels]
        weight = rng.integers(-128, 128, (columns, 3, kernel, channels), dtype=np.int8)
        bias = rng.integers(-5000, 5001, columns).astype(np.int32)
        shape = {"stride": (1, stride), "dilation": (1, 1), "padding": (1, before, 1, after)}
        given = {**shape, "input_dtype": "int8", "input_zero_point": -77, "isa": isa}
        want = reference.conv2d(x, weight, bias, -77, shape, 1)
        np.testing.assert_array_equal(Conv2d(weight, bias, **given)(x), want, strict=True)
        multiplier = rng.uniform(0.0005, 0.001, columns).astype(np.float32)
        for contract in CONTRACTS[1:]:
            output = Output(contract, multiplier, -9, "int8")
            got = Conv2d(weight, bias, **given, output=output)(x)
            np.testing.assert_array_equal(got, requantize(want, output), strict=True)
