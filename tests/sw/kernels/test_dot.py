"""Dot products against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.kernels import Output, dot

from . import reference
from .drawing import BYTES, KINDS, seeds, values
from .isas import isas


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("isa", isas("dot"))
def test_any_length(isa, dtype, arenas):
    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 400), seeds, *[st.sampled_from(KINDS)] * 2, st.integers(*BYTES[dtype]), st.booleans())
    def check(count, seed, kind_x, kind_w, zero, at_end):
        rng = np.random.default_rng(seed)
        x, w = values(rng, kind_x, (count,), dtype), values(rng, kind_w, (count,), "int8")
        bias = int(rng.choice([0, -5, 2**31 - 1, -(2**31)]))
        want = int(reference.wrap((x.astype(np.int64) - zero) @ w.astype(np.int64) + bias))
        placed = arenas[0].place(x, at_end=at_end), arenas[1].place(w, at_end=at_end)
        assert dot(*placed, bias=bias, input_zero_point=zero, isa=isa) == want

    check()


@pytest.mark.parametrize("isa", isas("dot"))
def test_sums_wrap(isa):
    count = 4_800_000  # a 64th, times 255 * 127, is past 2^31: the sum in each lane of four vectors wraps
    x, w = np.full(count, 255, np.uint8), np.full(count, 127, np.int8)
    assert dot(x, w, isa=isa) == int(reference.wrap(count * 255 * 127))
    assert dot(x, -w - np.int8(1), isa=isa) == int(reference.wrap(-count * 255 * 128))


@pytest.mark.parametrize("contract", ["fma", "onnx", "tflite"])
def test_requantized(contract):
    x, w = np.arange(10, dtype=np.uint8), np.arange(-5, 5, dtype=np.int8)
    output = Output(contract, 0.1, zero_point=3)
    want = reference.finish(np.array([dot(x, w)], np.int32), output)
    assert dot(x, w, output=output) == want[0]
