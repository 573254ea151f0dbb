"""Random cases of every kernel, compared byte by byte: each instruction set with scalar, NumPy and ONNX Runtime.

A case is a layer or function with random shapes, operands and settings. Its bytes are compared with those of
``scalar``; products, dot products and largest elements with NumPy as well; what ``onnx`` requantizes, adds, multiplies
and averages with ONNX Runtime and the NumPy evaluator of networks too. ``scalar`` itself is compared with these
witnesses alone.
"""

import argparse
import functools
import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import (
    Conv2d,
    DepthwiseConv2d,
    Matmul,
    Output,
    add,
    available,
    average_pool,
    dot,
    implementation,
    max_pool,
    multiply,
    output_multiplier,
    requantize,
)
from accord.sim.seed import seed
from bench.witness.single import witnessed

Array = NDArray[Any]
Case = tuple[Callable[[str], Array], Array | None]
"""What gives the bytes of an instruction set, and what an outside witness says they are; None where none does."""

CASES = 1000
CONTRACTS = ("fma", "onnx", "tflite")
SHAPES = [((1, 1), (1, 1), (0, 0, 0, 0)), ((1, 1), (1, 1), (1, 1, 1, 1)), ((2, 2), (1, 1), (0, 1, 1, 0))]
SHAPES += [((2, 1), (1, 2), (2, 0, 1, 1)), ((1, 3), (2, 1), (1, 1, 1, 1)), ((3, 2), (1, 1), (0, 0, 2, 2))]
"""Strides, dilations and paddings."""


class Draw:
    """The random choices of one case."""

    def __init__(self, number: int) -> None:
        self.rng = np.random.default_rng([seed(), number])
        self.dtype = str(self.rng.choice(["int8", "uint8"]))
        self.contract: Any = str(self.rng.choice(CONTRACTS))
        self.has_sums = self.rng.random() < 0.25

    def size(self, most: int) -> int:
        """From 1 to ``most``."""
        return int(self.rng.integers(1, most, endpoint=True))

    def bytes(self, *shape: int) -> Array:
        """Any bytes, or only the two ends of the type."""
        ends = np.iinfo(self.dtype)
        if self.rng.random() < 0.2:
            return self.rng.choice([ends.min, ends.max], shape).astype(self.dtype)
        return self.rng.integers(ends.min, ends.max, shape, endpoint=True).astype(self.dtype)

    def weight(self, *shape: int) -> Array:
        """Weights, the least among them."""
        return self.rng.integers(-128, 127, shape, endpoint=True).astype(np.int8)

    def bias(self, channels: int) -> Array:
        """Biases of the size of sums."""
        return self.rng.integers(-9000, 9000, channels).astype(np.int32)

    def scale(self, *shape: int, around: float = 0.05) -> Any:
        """Scales within a factor of three."""
        return (around * (0.5 + self.rng.random(shape))).astype(np.float32)

    def scales(self, channels: int, depth: int) -> tuple[Any, Any, Any]:
        """Scales of operand, weights and output, under which few bytes saturate."""
        return self.scale(), self.scale(channels), self.scale(around=0.05 * depth**0.5)


def _matmul(d: Draw) -> Case:
    m, k, n = d.size(80), d.size(200), d.size(80)
    x, w, zero, out_zero = d.bytes(m, k), d.weight(k, n), d.bytes()[()], d.bytes()[()]
    settings: dict[str, Any] = {"input_dtype": d.dtype, "input_zero_point": zero}
    if d.has_sums:
        want = ((x.astype(np.int64) - int(zero)) @ w.astype(np.int64)).astype(np.int32)
        return lambda isa: Matmul(w, **settings, isa=isa)(x), want
    s_x, s_w, s_y = d.scales(n, k)
    settings["output"] = Output(d.contract, output_multiplier(d.contract, s_x, s_w, s_y), out_zero, d.dtype)
    inputs = [x, s_x, zero, w, s_w, np.zeros(n, np.int8), s_y, out_zero]
    witness = witnessed("QLinearMatMul", inputs) if d.contract == "onnx" else None
    return lambda isa: Matmul(w, **settings, isa=isa)(x), witness


def _convolution(d: Draw, layer: Any, groups: int, depth: int, columns: int) -> Case:
    """Convolve with OHWI weights; a depthwise layer has one channel a group."""
    kernel = d.size(3), d.size(3)
    stride, dilation, padding = SHAPES[d.rng.integers(len(SHAPES))]
    x = d.bytes(d.size(2), 6 + d.size(5), 6 + d.size(5), groups * depth)
    w, bias = d.weight(groups * columns, *kernel, depth), d.bias(groups * columns)
    zero, out_zero = d.bytes()[()], d.bytes()[()]
    s_x, s_w, s_y = d.scales(len(w), w[0].size)
    settings = {"stride": stride, "dilation": dilation, "padding": padding, "input_zero_point": zero}
    settings |= {"bias": bias, "input_dtype": d.dtype}
    settings["output"] = Output(d.contract, output_multiplier(d.contract, s_x, s_w, s_y), out_zero, d.dtype)
    weight = np.ascontiguousarray(w[..., 0].transpose(1, 2, 0)) if layer is DepthwiseConv2d else w
    witness = None
    if d.contract == "onnx":
        inputs = [_nchw(x), s_x, zero, _nchw(w), s_w, np.zeros(len(w), np.int8), s_y, out_zero, bias]
        attributes = {"strides": stride, "dilations": dilation, "pads": padding, "group": groups}
        witness = witnessed("QLinearConv", inputs, **attributes).transpose(0, 2, 3, 1)
    return lambda isa: layer(weight, **settings, isa=isa)(x), witness


def _conv2d(d: Draw) -> Case:
    groups = int(d.rng.choice([1, 1, 2]))
    layer = functools.partial(Conv2d, groups=groups)
    return _convolution(d, layer, groups, d.size(20), d.size(40))


def _depthwise(d: Draw) -> Case:
    return _convolution(d, DepthwiseConv2d, d.size(100), 1, 1)


def _dot(d: Draw) -> Case:
    x, w, zero = (array := d.bytes(d.size(400))), d.weight(array.size), int(d.bytes())
    want = (x.astype(np.int64) - zero) @ w.astype(np.int64)
    return lambda isa: np.asarray(dot(x, w, input_zero_point=zero, isa=isa)), np.asarray(want)


def _requantize(d: Draw) -> Case:
    sums = (d.rng.normal(0, 1, (d.size(9), d.size(100))) * 10.0 ** d.size(8)).astype(np.int32)
    multiplier = d.scale(sums.shape[1], around=60 / max(1, int(np.abs(sums).mean())))
    zero, ends = d.bytes()[()], np.iinfo(d.dtype)
    witness = None
    if d.contract == "onnx":
        rounded = np.rint(sums.astype(np.float32) * multiplier).astype(np.int64)
        witness = np.clip(rounded + int(zero), ends.min, ends.max).astype(d.dtype)
    return lambda isa: requantize(sums, Output(d.contract, multiplier, zero, d.dtype), isa=isa), witness


def _two_operands(d: Draw, function: Any, op: str, around: float) -> Case:
    a, b = d.bytes(2, d.size(300))
    (s_a, s_b), s_y = d.scale(2), d.scale(around=around)
    z_a, z_b, z_y = d.bytes(3)
    scales = {"a_scale": s_a, "b_scale": s_b, "scale": s_y}
    zeros = {"a_zero_point": z_a, "b_zero_point": z_b, "zero_point": z_y}
    witness = witnessed(op, [a, s_a, z_a, b, s_b, z_b, s_y, z_y]) if d.contract == "onnx" else None
    return lambda isa: function(a, b, **scales, **zeros, contract=d.contract, isa=isa), witness


def _max_pool(d: Draw) -> Case:
    x, kernel = d.bytes(d.size(2), 3 + d.size(5), 3 + d.size(5), d.size(150)), (d.size(3), d.size(3))
    want = np.lib.stride_tricks.sliding_window_view(x, kernel, (1, 2)).max((4, 5))
    return lambda isa: max_pool(x, kernel, stride=1, isa=isa), want


def _average_pool(d: Draw) -> Case:
    x, zero, out_zero = d.bytes(d.size(2), d.size(12), d.size(12), d.size(150)), d.bytes()[()], d.bytes()[()]
    s_x, s_y, ends = d.scale(), d.scale(around=0.02), x.shape[1:3]
    if d.contract == "tflite":
        return lambda isa: average_pool(x, ends, contract="tflite", isa=isa), None
    witness = None
    if d.contract == "onnx":
        inputs = [_nchw(x), s_x, zero, s_y, out_zero]
        witness = witnessed("QLinearGlobalAveragePool", inputs).transpose(0, 2, 3, 1)
    scales = {"x_scale": s_x, "x_zero_point": zero, "scale": s_y, "zero_point": out_zero}
    return lambda isa: average_pool(x, ends, **scales, contract=d.contract, isa=isa), witness


def _nchw(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


KINDS: list[tuple[str, Callable[[Draw], Case]]] = [
    ("gemm", _matmul),
    ("gemm", _conv2d),
    ("depthwise", _depthwise),
    ("dot", _dot),
    ("requantize", _requantize),
    ("pointwise", lambda d: _two_operands(d, add, "QLinearAdd", 0.1)),
    ("pointwise", lambda d: _two_operands(d, multiply, "QLinearMul", 0.3)),
    ("pool", _max_pool),
    ("pool", _average_pool),
]
"""The operation that a case tests, and what draws it."""


def _compare(isa: str, number: int, kinds: list[Callable[[Draw], Case]]) -> bool | None:
    """Return whether a case differs; None where there is nothing to compare it with."""
    kernel, witness = kinds[number % len(kinds)](Draw(number))
    wanted = [] if witness is None else [witness]
    if isa != "scalar":
        wanted.append(kernel("scalar"))
    if not wanted:
        return None
    got = kernel(isa)
    return any(got.dtype != want.dtype or not np.array_equal(got, want) for want in wanted)


def measure(isa: str, cases: int) -> tuple[int, int]:
    """Return how many cases were compared, ``cases``, and how many differed.

    Only operations that have an implementation of their own for ``isa`` are tried. ValueError where it is not available
    here. The seed is that of ACCORD_SEED.
    """
    kinds = [kind for operation, kind in KINDS if implementation(operation, isa) == isa]
    results = (_compare(isa, number, kinds) for number in itertools.count())
    compared = list(itertools.islice((differs for differs in results if differs is not None), cases))
    return len(compared), sum(compared)


def main() -> int:
    """Measure every instruction set there is; return 1 where a byte differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--cases", type=int, default=CASES, help=f"how many of each instruction set, {CASES} by default"
    )
    cases = parser.parse_args().cases
    total = 0
    for isa in available():
        compared, differing = measure(isa, cases)
        total += differing
        print(f"exact.kernels.{isa:12} {compared:>9,} cases, {differing} differ, seed {seed()}", flush=True)
    return int(total != 0)


if __name__ == "__main__":
    sys.exit(main())
