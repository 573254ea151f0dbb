"""Max and average pooling against NumPy and fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.kernels import Output, average_pool, max_pool

from .. import exact_contracts as exact
from . import reference
from .drawing import BYTES, KINDS, seeds, values
from .isas import isas

OUTSIDE = 1000
"""Marks padding among the taps."""


@st.composite
def pools(draw, dtype):
    """An image, a kernel, a stride and a padding smaller than the kernel."""
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    padding = tuple(draw(st.integers(0, kernel[side % 2] - 1)) for side in range(4))
    size = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    assume(all(padding[a] + size[a] + padding[a + 2] >= kernel[a] for a in (0, 1)))
    rng = np.random.default_rng(draw(seeds))
    shape = (draw(st.integers(0, 2)), *size, draw(st.sampled_from([0, 1, 3, 16, 33, 64, 300])))
    x = values(rng, draw(st.sampled_from(KINDS)), shape, dtype)
    return x, kernel, {"stride": (draw(st.integers(1, 3)), draw(st.integers(1, 3))), "padding": padding}


def taps_of(x, kernel, shape):
    """(N, OH, OW, taps, C), OUTSIDE where there is padding."""
    taps = reference.windows(x, kernel, {**shape, "dilation": (1, 1)}, OUTSIDE)
    return taps.reshape(*taps.shape[:3], kernel[0] * kernel[1], taps.shape[5])


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("pool"))
def test_max_pool(isa, dtype, arenas):
    @settings(max_examples=80, deadline=None)
    @given(pools(dtype), st.booleans())
    def check(case, at_end):
        x, kernel, shape = case
        taps = taps_of(x, kernel, shape)
        want = np.where(taps == OUTSIDE, -OUTSIDE, taps).max(axis=3).astype(dtype)
        out = arenas[1].empty(want.shape, dtype, at_end=at_end)
        max_pool(arenas[0].place(x, at_end=at_end), kernel, **shape, out=out, isa=isa)
        np.testing.assert_array_equal(out, want, strict=True)

    check()


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", ["fma", "onnx"])
@pytest.mark.parametrize("isa", isas("pool"))
def test_average_pool(isa, contract, dtype, arenas):
    low, high = BYTES[dtype]

    @settings(max_examples=40, deadline=None)
    @given(
        pools(dtype), st.sampled_from([1.0, 0.1]), st.sampled_from([1.0, 0.3]), st.data(), st.booleans(), st.booleans()
    )
    def check(case, x_scale, scale, data, count_padding, at_end):
        x, kernel, shape = case
        zero, x_zero = data.draw(st.integers(low, high)), data.draw(st.integers(low, high))
        taps = taps_of(x, kernel, shape)
        sums = np.where(taps == OUTSIDE, 0, taps - x_zero).sum(axis=3).astype(np.int32)
        counts = np.full_like(sums, taps.shape[3]) if count_padding else (taps != OUTSIDE).sum(axis=3)
        s_x, s_y = np.float32(x_scale), np.float32(scale)
        want = np.zeros(sums.shape, dtype)
        for count in np.unique(counts):
            exact = np.float32(float(s_x) / (float(s_y) * int(count)))
            output = Output(contract, s_x / (s_y * np.float32(count)) if contract == "onnx" else exact, zero, dtype)
            want[counts == count] = reference.finish(sums[counts == count], output)
        got = average_pool(
            arenas[0].place(x, at_end=at_end),
            kernel,
            x_scale=x_scale,
            x_zero_point=x_zero,
            scale=scale,
            zero_point=zero,
            contract=contract,
            **shape,
            count_include_pad=count_padding,
            out=arenas[1].empty(want.shape, dtype, at_end=at_end),
            isa=isa,
        )
        np.testing.assert_array_equal(got, want, strict=True)

    check()


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("pool"))
def test_average_pool_of_tflite(isa, dtype):
    shift = 0 if dtype == "int8" else 128

    @settings(max_examples=40, deadline=None)
    @given(pools(dtype))
    def check(case):
        x, kernel, shape = case
        taps = taps_of(x, kernel, shape)
        sums = np.where(taps == OUTSIDE, 0, taps - shift).sum(axis=3)
        counts = (taps != OUTSIDE).sum(axis=3)
        want = [
            exact.round_half_away(Fraction(int(s), int(n))) + shift for s, n in zip(sums.flat, counts.flat, strict=True)
        ]
        got = average_pool(x, kernel, contract="tflite", **shape, isa=isa)
        np.testing.assert_array_equal(got, np.array(want, np.int64).astype(dtype).reshape(sums.shape), strict=True)

    check()


IMAGES = [
    (7, 7, 576),
    (28, 28, 16),
    (13, 13, 24),
    (17, 16, 1),
    (1, 1, 5),
    (9, 29, 3),
    (257, 2, 2),
    (300, 1, 64),
    (16, 17, 130),
]
"""Whole images: windows of more taps than 16 bits can add, of few channels, of a few pixels left over."""


@pytest.mark.parametrize("size", IMAGES, ids=str)
@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("contract", ["fma", "onnx", "tflite"])
@pytest.mark.parametrize("isa", isas("pool"))
def test_average_of_a_whole_image(isa, contract, dtype, size, arenas):
    low, high = BYTES[dtype]
    count = size[0] * size[1]
    rng = np.random.default_rng(count)
    scales = {} if contract == "tflite" else {"x_scale": 0.25, "scale": 0.3}
    multiplier = np.float32(0.25) / (np.float32(0.3) * np.float32(count))
    if contract == "fma":
        multiplier = np.float32(0.25 / (float(np.float32(0.3)) * count))
    for kind, zero, at_end in [
        ("random", 3, False),
        ("largest", low, True),
        ("extreme", high, True),
        ("small", 0, False),
    ]:
        x = values(rng, kind, (2, *size), dtype)
        sums = (x.astype(np.int64) - zero).sum(axis=(1, 2))
        if contract == "tflite":
            shift = low + 128
            means = [exact.round_half_away(Fraction(int(s) + (zero - shift) * count, count)) + shift for s in sums.flat]
            want = np.array(means, np.int64).astype(dtype).reshape(sums.shape)
        else:
            want = reference.finish(sums.astype(np.int32), Output(contract, multiplier, zero, dtype))
        placed = arenas[0].place(x, at_end=at_end)
        out = arenas[1].empty((2, 1, 1, size[2]), dtype, at_end=at_end)
        zeros = {"x_zero_point": zero, "zero_point": zero}
        average_pool(placed, size[:2], **scales, **zeros, contract=contract, out=out, isa=isa)
        np.testing.assert_array_equal(out[:, 0, 0], want, strict=True)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("pool"))
def test_pools_of_a_view_are_those_of_its_copy(isa, dtype, stride):
    rng = np.random.default_rng(stride)
    whole = values(rng, "random", (3, 20, 18, 40), dtype)
    for view in (whole[:, ::2, 1:-1, 3:24], whole[::-1, :, ::-1, :16], whole[1:, 2:, ::3], whole.transpose(0, 2, 1, 3)):
        for pool in (max_pool, average_pool):
            want = pool(view.copy(), 3, stride=stride, padding=1, isa="scalar")
            np.testing.assert_array_equal(pool(view, 3, stride=stride, padding=1, isa=isa), want, strict=True)
