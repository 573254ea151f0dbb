"""Calls written down and made later: the same bytes as calls made at once."""

import threading

import numpy as np
import pytest

from accord.kernels import (
    Add,
    AveragePool,
    Calls,
    Conv2d,
    DepthwiseConv2d,
    Matmul,
    Output,
    dequantize,
    dot,
    lookup,
    max_pool,
    multiply,
    quantize,
    requantize,
)
from accord.sim.seed import seed

FMA = Output("fma", 0.01, 3, np.uint8)
SCALES = {"a_scale": 0.1, "b_scale": 0.2, "scale": 0.15}


def steps(rng):
    """Every layer and function, of an image."""
    weight = rng.integers(-128, 128, (8, 3, 3, 8), np.int8)
    table = rng.permutation(256).astype(np.uint8)
    return {
        "conv": Conv2d(weight, output=FMA, padding=1),
        "depthwise": DepthwiseConv2d(weight[0], output=FMA, padding=1),
        "matmul": lambda x: MATMUL(x.reshape(-1, 8)),
        "requantize": lambda x: requantize(x.view(np.int32), FMA),
        "lookup": lambda x: lookup(x, table),
        "max_pool": lambda x: max_pool(x, 2),
        "average_pool": AveragePool(2, x_scale=0.1, scale=0.2, dtype=np.uint8),
        "add": lambda x: ADD(x, PIXEL),
        "multiply": lambda x: multiply(x, x, **SCALES),
        "dequantize": lambda x: dequantize(x, 0.1, 3),
        "quantize": lambda x: quantize(x.view(np.float32), 0.1, 3, dtype=np.uint8),
    }


MATMUL = Matmul(np.eye(8, 5, dtype=np.int8), output=FMA)
PIXEL = np.arange(8, dtype=np.uint8).reshape(1, 1, 1, 8)
ADD = Add(**SCALES, dtype=np.uint8)
NAMES = tuple(steps(np.random.default_rng(0)))


@pytest.mark.parametrize("name", NAMES)
def test_written_down_is_made_when_called(name):
    rng = np.random.default_rng(seed())
    step = steps(rng)[name]
    images = [np.zeros((1, 6, 6, 8), np.uint8), rng.integers(0, 120, (1, 6, 6, 8), np.uint8)]
    x, calls = images[0].copy(), Calls()
    with calls:
        y = step(x)
    assert len(calls) == 1
    for image in reversed(images):
        x[...] = image
        calls()
        np.testing.assert_array_equal(y, step(x), strict=True)


def test_nothing_is_computed_while_calls_are_written_down():
    x, y, calls = np.arange(256, dtype=np.uint8), np.full(256, 77, np.uint8), Calls()
    with calls:
        assert lookup(x, x[::-1].copy(), out=y) is y
    assert (y == 77).all()
    calls()
    assert (y == x[::-1]).all()


def test_several_in_order():
    rng = np.random.default_rng(seed())
    found = steps(rng)
    x, calls = np.zeros((2, 6, 6, 8), np.uint8), Calls()
    with calls:
        y = found["lookup"](found["depthwise"](found["conv"](x)))
    with calls:
        z = found["max_pool"](y)
    assert len(calls) == 4
    x[...] = rng.integers(0, 256, x.shape, np.uint8)
    calls()
    np.testing.assert_array_equal(z, found["max_pool"](found["lookup"](found["depthwise"](found["conv"](x)))))


def test_arrays_and_layers_are_kept():
    calls = Calls()
    with calls:
        y = Conv2d(np.ones((1, 1, 1, 1), np.int8), output=FMA)(np.full((1, 4, 4, 1), 100, np.uint8))
    calls()
    assert (y == 4).all()
    memory = bytearray(16)
    with calls:
        lookup(np.frombuffer(memory, np.uint8), np.arange(256, dtype=np.uint8))
    with pytest.raises(BufferError):
        memory.extend(b"more")


def test_a_wrong_call_is_refused_when_it_is_written_down():
    calls = Calls()
    with calls, pytest.raises(ValueError, match="x: expected 4 axes"):
        max_pool(np.zeros((4, 4), np.uint8), 2)
    assert len(calls) == 0


def test_what_cannot_be_written_down():
    calls, other = Calls(), Calls()
    with calls:
        with pytest.raises(ValueError, match="dot: gives a number"):
            dot(np.zeros(3, np.uint8), np.zeros(3, np.int8))
        with pytest.raises(RuntimeError, match="written down"):
            other.__enter__()
        with pytest.raises(RuntimeError, match="while others are written down"):
            calls()
    assert len(calls) == 0


def test_another_thread_makes_its_calls():
    x = np.arange(256, dtype=np.uint8)
    found = []
    calls = Calls()
    with calls:
        thread = threading.Thread(target=lambda: found.append(lookup(x, x[::-1].copy())))
        thread.start()
        thread.join()
    assert len(calls) == 0
    np.testing.assert_array_equal(found[0], x[::-1])
