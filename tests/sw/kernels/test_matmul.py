"""Matrix products: scalar against NumPy and fractions, every other instruction set against scalar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.kernels import Matmul, Output, requantize

from . import reference
from .drawing import BYTES, CONTRACTS, KINDS, biases, outputs, seeds, values
from .isas import isas, vectors

CANARY = 0x5A


@st.composite
def products(draw, contract, small):
    """Operands of a product, its layer's arguments, and how they lie in memory."""
    most = 12 if small else 140
    m, k, n = (draw(st.integers(0, most)) for _ in range(3))
    dtype = draw(st.sampled_from(list(BYTES)))
    rng = np.random.default_rng(draw(seeds))
    x = values(rng, draw(st.sampled_from(KINDS)), (m, k), dtype)
    arguments = {
        "weight": values(rng, draw(st.sampled_from(KINDS)), (k, n), "int8"),
        "bias": draw(biases(n)),
        "input_dtype": dtype,
        "input_zero_point": draw(st.integers(*BYTES[dtype])),
        "output": draw(outputs(contract, n)),
        "threads": draw(st.sampled_from([1, 1, 3])),
    }
    return x, arguments, draw(st.integers(0, 3)), draw(st.booleans())


def expected(x, arguments):
    bias = arguments["bias"] if arguments["bias"] is not None else np.zeros(arguments["weight"].shape[1], np.int32)
    sums = reference.matmul(x, arguments["weight"], bias, arguments["input_zero_point"])
    return reference.finish(sums, arguments["output"])


def assert_exact(case, want, isa, arenas):
    """Operands and outputs lie before a guard page or have a gap behind each row, which stays as it was."""
    x, arguments, gap, at_end = case
    layer = Matmul(**arguments, isa=isa)
    assert layer.isa == isa
    wide = arenas[0].empty((x.shape[0], x.shape[1] + gap), x.dtype, at_end=at_end)
    placed = wide[:, gap:] if at_end else wide[:, : x.shape[1]]
    placed[...] = x
    out = arenas[1].empty((want.shape[0], want.shape[1] + gap), want.dtype, at_end=at_end)
    out.view(np.uint8)[...] = CANARY
    columns = slice(gap, None) if at_end else slice(0, want.shape[1])
    layer(placed, out=out[:, columns])
    np.testing.assert_array_equal(out[:, columns], want, strict=True)
    untouched = out[:, :gap] if at_end else out[:, want.shape[1] :]
    assert (np.ascontiguousarray(untouched).view(np.uint8) == CANARY).all()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_scalar_is_exact(contract, arenas):
    @settings(max_examples=60, deadline=None)
    @given(products(contract, small=True))
    def check(case):
        assert_exact(case, expected(case[0], case[1]), "scalar", arenas)

    check()


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("isa", vectors("gemm"))
def test_every_instruction_set_gives_the_bytes_of_scalar(isa, contract, arenas):
    @settings(max_examples=120, deadline=None)
    @given(products(contract, small=False))
    def check(case):
        assert_exact(case, Matmul(**case[1], isa="scalar")(case[0]), isa, arenas)

    check()


@pytest.mark.parametrize("isa", isas("gemm"))
@pytest.mark.parametrize(("x", "w"), [(255, 127), (255, -128), (-128, -128), (-128, 127), (127, -128)])
def test_extreme_pairs_of_any_depth(isa, x, w):
    dtype = np.uint8 if x > 127 else np.int8
    for depth in [*range(1, 70), 4099]:
        layer = Matmul(np.full((depth, 3), w, np.int8), input_dtype=dtype, isa=isa)
        assert layer(np.full((2, depth), x, dtype)).tolist() == [[x * w * depth] * 3] * 2


@pytest.mark.parametrize("isa", isas("gemm"))
def test_sums_wrap(isa):
    bias = np.array([2**31 - 1, -(2**31)], np.int32)
    layer = Matmul(np.array([[1, -1]], np.int8), bias, isa=isa)
    assert layer(np.array([[1]], np.uint8)).tolist() == [[-(2**31), 2**31 - 1]]
    deep = 300_000  # a quarter, times 255 * 127, is past 2^31: few rows are summed in up to four chains
    for weight, columns in ((127, 1), (-128, 1), (127, 9), (-128, 17), (127, 25), (-128, 40)):
        layer = Matmul(np.full((deep, columns), weight, np.int8), isa=isa)
        want = int(reference.wrap(deep * 255 * weight))
        for rows in (1, 2, 3, 7):
            wants = np.full((rows, columns), want, np.int32)
            np.testing.assert_array_equal(layer(np.full((rows, deep), 255, np.uint8)), wants, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_every_size_of_a_tile(isa):
    """One to thirteen rows, whole panels and parts of them, bytes finished aside and at once."""
    rng = np.random.default_rng(9)
    for columns in (1, 7, 8, 9, 16, 17, 24, 25, 31, 32, 33, 40, 120):
        for depth in (3, 8, 65):
            weight = rng.integers(-128, 128, (depth, columns), np.int8)
            x = rng.integers(0, 256, (27, depth), np.uint8)
            bias = rng.integers(-5000, 5001, columns).astype(np.int32)
            sums = reference.matmul(x, weight, bias, 0)
            output = Output("onnx", rng.uniform(0.001, 0.01, columns), 100, "uint8")
            of_sums, of_bytes = Matmul(weight, bias, isa=isa), Matmul(weight, bias, output=output, isa=isa)
            for rows in (*range(1, 14), 27):
                np.testing.assert_array_equal(of_sums(x[:rows]), sums[:rows], strict=True)
                want = requantize(sums[:rows], output, isa="scalar")
                np.testing.assert_array_equal(of_bytes(x[:rows]), want, strict=True)


@pytest.mark.parametrize("depth", [1, 16, 63])
@pytest.mark.parametrize("isa", vectors("gemm"))
def test_many_short_rows(isa, depth):
    """More than one call of the kernel, each of more rows than it would have of long ones."""
    rng = np.random.default_rng(8)
    x = rng.integers(-128, 128, (1801, depth), np.int8)
    weight = rng.integers(-128, 128, (depth, 41), np.int8)
    for output in (None, Output("onnx", rng.uniform(0.001, 0.01, 41), -3)):
        arguments = {"weight": weight, "input_dtype": "int8", "input_zero_point": 7, "output": output}
        want = Matmul(**arguments, isa="scalar")(x)
        np.testing.assert_array_equal(Matmul(**arguments, isa=isa)(x), want, strict=True)
    sums = reference.matmul(x, weight, np.zeros(41, np.int32), 7)
    np.testing.assert_array_equal(Matmul(weight, input_dtype="int8", input_zero_point=7, isa="scalar")(x), sums)
