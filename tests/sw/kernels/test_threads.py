"""Threads: those of a layer, and those of callers that share one."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, Output

from .isas import isas

ROUNDS = 10


def layers(isa, threads):
    """Each layer with an input that keeps its threads busy at the same time."""
    rng = np.random.default_rng(21)
    output = Output("fma", 0.002, 3, np.uint8)
    settings = {"output": output, "isa": isa, "threads": threads}

    def some(*shape):
        return rng.integers(0, 256, shape, np.uint8)

    def weights(*shape):
        return rng.integers(-128, 128, shape, np.int8)

    return [
        (Matmul(weights(256, 64), **settings), some(6000, 256)),
        (Conv2d(weights(32, 3, 3, 32), padding=1, **settings), some(1, 48, 48, 32)),
        (DepthwiseConv2d(weights(3, 3, 40), padding=1, **settings), some(1, 64, 64, 40)),
    ]


@pytest.mark.parametrize("isa", isas("gemm"))
def test_a_layers_threads_give_the_bytes_of_one(isa):
    for (one, x), (four, _) in zip(layers(isa, 1), layers(isa, 4), strict=True):
        want = one(x)
        for _ in range(ROUNDS):
            np.testing.assert_array_equal(four(x), want, strict=True)


@pytest.mark.parametrize("isa", isas("gemm"))
def test_a_layer_may_be_called_by_several_threads(isa):
    with ThreadPoolExecutor(4) as pool:
        for layer, x in layers(isa, 1):
            want = layer(x)
            for got in pool.map(layer, [x] * ROUNDS):
                np.testing.assert_array_equal(got, want, strict=True)
