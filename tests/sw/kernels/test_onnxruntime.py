"""ONNX Runtime and the NumPy evaluator as witnesses of the sums and of the onnx contract: no byte differs."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from accord.kernels import (
    Conv2d,
    Matmul,
    Output,
    add,
    average_pool,
    dequantize,
    multiply,
    output_multiplier,
    quantize,
)
from accord.sim.seed import seed
from bench.witness.single import witnessed

from .isas import isas

ROUNDS = 12


class Draw:
    """Operands of one round."""

    def __init__(self, dtype: str, number: int) -> None:
        self.rng = np.random.default_rng([seed(), number])
        self.low, self.high = (-128, 127) if dtype == "int8" else (0, 255)
        self.dtype = dtype

    def bytes(self, *shape: int) -> NDArray[Any]:
        return self.rng.integers(self.low, self.high, shape, endpoint=True).astype(self.dtype)

    def zero(self) -> Any:
        return self.bytes()[()]

    def pairs(self) -> NDArray[Any]:
        """Every pair of bytes."""
        return np.indices((256, 256), np.uint8).reshape(2, -1).view(self.dtype)

    def weight(self, *shape: int) -> NDArray[np.int8]:
        return self.rng.integers(-128, 127, shape, endpoint=True).astype(np.int8)

    def scale(self, *shape: int, around: float = 0.05) -> Any:
        return (around * (0.5 + self.rng.random(shape))).astype(np.float32)


def nchw(x: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


@pytest.fixture(params=["int8", "uint8"])
def dtype(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_matmul_integer(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        m, k, n = d.rng.integers(1, 200, 3)
        x, w, zero = d.bytes(m, k), d.weight(k, n), d.zero()
        want = witnessed("MatMulInteger", [x, w, zero])
        got = Matmul(w, input_dtype=dtype, input_zero_point=zero, isa=isa)(x)
        np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_qlinear_matmul(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        m, k, n = d.rng.integers(1, 200, 3)
        x, w, zero, out_zero = d.bytes(m, k), d.weight(k, n), d.zero(), d.zero()
        s_x, s_w, s_y = d.scale(), d.scale(n), d.scale(around=0.05 * k**0.5)
        inputs = [x, s_x, zero, w, s_w, np.zeros(n, np.int8), s_y, out_zero]
        want = witnessed("QLinearMatMul", inputs)
        output = Output("onnx", output_multiplier("onnx", s_x, s_w, s_y), out_zero, dtype)
        got = Matmul(w, input_dtype=dtype, input_zero_point=zero, output=output, isa=isa)(x)
        np.testing.assert_array_equal(got, want, strict=True)


def convolution(d: Draw) -> tuple[Any, ...]:
    """An image, OHWI weights, and the window as accord and as ONNX say it."""
    groups = int(d.rng.choice([1, 1, 2]))
    depth, columns = (int(size) for size in d.rng.integers(1, 20, 2))
    kernel, stride, dilation = (tuple(int(n) for n in d.rng.integers(1, 4, 2)) for _ in range(3))
    padding = tuple(int(n) for n in d.rng.integers(0, 3, 4))
    x = d.bytes(int(d.rng.integers(1, 3)), *(int(n) for n in d.rng.integers(7, 12, 2)), depth * groups)
    shape = {"stride": stride, "dilation": dilation, "padding": padding, "groups": groups}
    attributes = {"strides": stride, "dilations": dilation, "pads": padding, "group": groups}
    return x, d.weight(columns * groups, *kernel, depth), shape, attributes


@pytest.mark.parametrize("isa", isas("gemm"))
def test_conv_integer(isa):
    for number in range(ROUNDS):
        d = Draw("uint8", number)
        x, w, shape, attributes = convolution(d)
        zero = d.zero()
        want = witnessed("ConvInteger", [nchw(x), nchw(w), zero], **attributes)
        got = Conv2d(w, input_zero_point=zero, isa=isa, **shape)(x)
        np.testing.assert_array_equal(nchw(got), want, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_qlinear_conv(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        x, w, shape, attributes = convolution(d)
        bias = d.rng.integers(-9000, 9000, w.shape[0]).astype(np.int32)
        zero, out_zero = d.zero(), d.zero()
        s_x, s_w, s_y = d.scale(), d.scale(w.shape[0]), d.scale(around=0.05 * w[0].size ** 0.5)
        inputs = [nchw(x), s_x, zero, nchw(w), s_w, np.zeros(w.shape[0], np.int8), s_y, out_zero, bias]
        want = witnessed("QLinearConv", inputs, **attributes)
        output = Output("onnx", output_multiplier("onnx", s_x, s_w, s_y), out_zero, dtype)
        got = Conv2d(w, bias, input_dtype=dtype, input_zero_point=zero, output=output, isa=isa, **shape)(x)
        np.testing.assert_array_equal(nchw(got), want, strict=True)


@pytest.mark.parametrize("isa", isas("pointwise"))
def test_qlinear_add(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        pairs, s_a, s_b, s_y = d.pairs(), d.scale(), d.scale(), d.scale(around=0.1)
        z_a, z_b, z_y = d.zero(), d.zero(), d.zero()
        want = witnessed("QLinearAdd", [pairs[0], s_a, z_a, pairs[1], s_b, z_b, s_y, z_y])
        zeros = {"a_zero_point": z_a, "b_zero_point": z_b, "zero_point": z_y}
        got = add(*pairs, a_scale=s_a, b_scale=s_b, scale=s_y, **zeros, contract="onnx", isa=isa)
        np.testing.assert_array_equal(got, want, strict=True)


TIES = [(1.0, 1.0, 2.0), (0.5, 0.5, 4.0), (0.25, 3.0, 96.0), (1.0, 1.0, 1024.0)]
"""Scales whose M is short in binary: many products land on a tie."""


@pytest.mark.parametrize("isa", isas("pointwise"))
def test_qlinear_mul(isa, dtype):
    """Every pair of bytes; odd zero points are where adding them before and after rounding differ."""
    for number in range(ROUNDS + 2 * len(TIES)):
        d = Draw(dtype, number)
        s_a, s_b, s_y = d.scale(), d.scale(), d.scale(around=0.3)
        if number >= ROUNDS:
            s_a, s_b, s_y = (np.float32(scale) for scale in TIES[number % len(TIES)])
        pairs, z_a, z_b = d.pairs(), d.zero(), d.zero()
        z_y = d.zero() | d.zero().dtype.type(number % 3 != 0)
        want = witnessed("QLinearMul", [pairs[0], s_a, z_a, pairs[1], s_b, z_b, s_y, z_y])
        zeros = {"a_zero_point": z_a, "b_zero_point": z_b, "zero_point": z_y}
        got = multiply(*pairs, a_scale=s_a, b_scale=s_b, scale=s_y, **zeros, contract="onnx", isa=isa)
        np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.parametrize("isa", isas("pool"))
def test_qlinear_global_average_pool(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        x = d.bytes(2, *(int(n) for n in d.rng.integers(1, 12, 2)), 40)
        s_x, s_y, zero, out_zero = d.scale(), d.scale(around=0.02), d.zero(), d.zero()
        want = witnessed("QLinearGlobalAveragePool", [nchw(x), s_x, zero, s_y, out_zero])
        got = average_pool(
            x,
            x.shape[1:3],
            x_scale=s_x,
            x_zero_point=zero,
            scale=s_y,
            zero_point=out_zero,
            contract="onnx",
            isa=isa,
        )
        np.testing.assert_array_equal(nchw(got), want, strict=True)


@pytest.mark.parametrize("isa", isas("pointwise"))
def test_quantize_and_dequantize_linear(isa, dtype):
    for number in range(ROUNDS):
        d = Draw(dtype, number)
        x = (d.rng.normal(0, 6, 5000) * d.rng.choice([1, 1e-3, 100])).astype(np.float32)
        scale, zero = d.scale(), d.zero()
        want = witnessed("QuantizeLinear", [x, scale, zero])
        np.testing.assert_array_equal(
            quantize(x, scale, zero, dtype=dtype, contract="onnx", isa=isa), want, strict=True
        )
        back = witnessed("DequantizeLinear", [want, scale, zero])
        np.testing.assert_array_equal(dequantize(want, scale, zero, isa=isa), back, strict=True)
