"""Layers of float32: on small integers, where every sum is exact, equal to sums of integers."""

import itertools

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.functions import evaluate
from accord.nn.graph import (
    Apply,
    AxisAttributes,
    BatchNormAttributes,
    ClampAttributes,
    ConvAttributes,
    FunctionAttributes,
    Graph,
    GraphError,
    Node,
    Op,
    PoolAttributes,
    Value,
    Window,
    X,
)
from accord.sim.seed import seed

ROUNDS = 60


def one_node(op, shapes, constants, out_shape, attributes=None):
    """Return a graph of one operation on float32."""
    graph = Graph("one", "onnx")
    graph.inputs = [f"x{number}" for number in range(len(shapes))]
    for name, shape in [*zip(graph.inputs, shapes, strict=True), ("y", out_shape)]:
        graph.values[name] = Value(name, shape, np.dtype(np.float32))
    for number, data in enumerate(constants):
        graph.constants[f"c{number}"] = data
        graph.values[f"c{number}"] = Value(f"c{number}", data.shape, data.dtype)
    graph.nodes = [Node("here", op, (*graph.inputs, *graph.constants), "y", attributes)]
    graph.outputs = ["y"]
    return graph


def run(op, operands, constants, out_shape, attributes=None):
    graph = one_node(op, [x.shape for x in operands], constants, out_shape, attributes)
    return Executor(graph).run({f"x{number}": x for number, x in enumerate(operands)})["y"]


def integers(rng, *shape, size=8):
    return rng.integers(-size, size, shape, endpoint=True).astype(np.float32)


def window(rng):
    pair = lambda low, high: tuple(int(one) for one in rng.integers(low, high, 2))  # noqa: E731
    return Window(pair(1, 6), pair(1, 4), pair(1, 3), (*pair(0, 3), *pair(0, 3)))


def patches(x, shape, value=0.0):
    """Return the padded image's elements under each window by index: (N, OH, OW, KH, KW, C), and which are inside."""
    top, left, bottom, right = shape.padding
    _, height, width, _ = x.shape
    wide = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=value)
    inside = np.pad(np.ones((height, width)), ((top, bottom), (left, right)))
    rows, columns = shape.out_size(height, width)
    ys = np.arange(rows)[:, None] * shape.stride[0] + np.arange(shape.kernel[0]) * shape.dilation[0]
    xs = np.arange(columns)[:, None] * shape.stride[1] + np.arange(shape.kernel[1]) * shape.dilation[1]
    places = ys[:, None, :, None], xs[None, :, None, :]
    return wide[:, places[0], places[1]], inside[places]


def test_convolutions():
    rng = np.random.default_rng(seed())
    kinds = itertools.cycle([(1, 3, 5), (4, 2, 3), (6, 1, 1), (3, 1, 2), (1, 4, 1)])
    for (groups, depth, multiple), _ in zip(kinds, range(ROUNDS), strict=False):
        shape = window(rng)
        x = integers(rng, 2, 13, 14, groups * depth)
        weight = integers(rng, groups * multiple, *shape.kernel, depth)
        bias = integers(rng, groups * multiple) if rng.integers(2) else None
        taken, _ = patches(x, shape)
        grouped = taken.reshape(*taken.shape[:5], groups, depth).astype(np.int64)
        by_group = weight.reshape(groups, multiple, *shape.kernel, depth).astype(np.int64)
        want = np.einsum("nyxklgd,gmkld->nyxgm", grouped, by_group).reshape(*taken.shape[:3], -1)
        want = np.clip(want + (0 if bias is None else bias), -40, 60).astype(np.float32)
        attributes = ConvAttributes(shape, groups, (-40.0, 60.0))
        got = run(Op.CONV, [x], [weight] if bias is None else [weight, bias], want.shape, attributes)
        np.testing.assert_array_equal(got, want, strict=True, err_msg=str(attributes))


@pytest.mark.parametrize("shape", [(3, 7), (2, 5, 7)])
def test_linear(shape):
    rng = np.random.default_rng(seed())
    x, weight, bias = integers(rng, *shape), integers(rng, 4, 7), integers(rng, 4)
    want = np.clip(x.astype(np.int64) @ weight.T.astype(np.int64) + bias, 0, np.inf).astype(np.float32)
    got = run(Op.LINEAR, [x], [weight, bias], want.shape, ClampAttributes((0.0, float("inf"))))
    np.testing.assert_array_equal(got, want, strict=True)


def test_pools():
    rng = np.random.default_rng(seed())
    for number in range(ROUNDS):
        shape = window(rng)
        shape = Window(
            shape.kernel, shape.stride, (1, 1), tuple(min(one, min(shape.kernel) - 1) for one in shape.padding)
        )
        x = integers(rng, 2, 9, 8, 3)
        taken, _ = patches(x, shape, -np.inf)
        want = taken.max(axis=(3, 4))
        clamp = None if number % 3 else (-2.0, 3.0)
        got = run(Op.MAX_POOL, [x], [], want.shape, PoolAttributes(shape, clamp=clamp))
        np.testing.assert_array_equal(got, want if clamp is None else want.clip(*clamp), strict=True)
        taken, inside = patches(x, shape)
        count = np.prod(shape.kernel) if number % 2 else inside.sum(axis=(2, 3))[..., None]
        want = taken.sum(axis=(3, 4)) / np.asarray(count, np.float32)
        got = run(Op.AVERAGE_POOL, [x], [], want.shape, PoolAttributes(shape, bool(number % 2), clamp))
        np.testing.assert_array_equal(got, want if clamp is None else want.clip(*clamp), strict=True)


def test_elementwise():
    rng = np.random.default_rng(seed())
    a, b = integers(rng, 2, 3, 4, 5), integers(rng, 2, 1, 1, 5)
    clamp = ClampAttributes((-5.0, 9.0))
    np.testing.assert_array_equal(run(Op.ADD, [a, b], [], a.shape, clamp), np.clip(a + b, -5, 9), strict=True)
    np.testing.assert_array_equal(run(Op.MULTIPLY, [a], [b[:1]], a.shape), a * b[:1], strict=True)
    joined = run(Op.CONCAT, [a, b[:, :, :, :2].repeat(3, 1).repeat(4, 2)], [], (2, 3, 4, 7), AxisAttributes(3))
    np.testing.assert_array_equal(joined[..., :5], a, strict=True)
    half = rng.normal(0, 3, (3, 20_000)).astype(np.float32)
    expression = Apply("Mul", (X, Apply("Sigmoid", (X,))))
    got = run(Op.FUNCTION, [half], [], half.shape, FunctionAttributes(expression))
    np.testing.assert_array_equal(got, evaluate(expression, half), strict=True)


def test_batch_normalization():
    """Powers of two: every step is exact."""
    rng = np.random.default_rng(seed())
    x, mean, bias = integers(rng, 2, 3, 3, 4), integers(rng, 4), integers(rng, 4)
    scale, deviation = (2.0 ** rng.integers(-3, 3, 4).astype(np.float32) for _ in range(2))
    variance = deviation**2 - np.float32(2**-10)
    want = (x - mean) / deviation * scale + bias
    got = run(Op.BATCH_NORM, [x], [scale, bias, mean, variance], x.shape, BatchNormAttributes(2**-10))
    np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.parametrize("axis", [1, 3])
def test_softmax(axis):
    """Within the error of one exponential, a sum of n terms and a division: 16 + n steps of float32."""
    rng = np.random.default_rng(seed())
    x = rng.normal(0, 10, (2, 5, 1, 7)).astype(np.float32)
    powers = np.exp(x.astype(np.float64) - x.max(axis=axis, keepdims=True))
    want = powers / powers.sum(axis=axis, keepdims=True)
    got = run(Op.SOFTMAX, [x], [], x.shape, AxisAttributes(axis))
    # of the exponent: rounding the difference by half a step of 128
    bound = (16 + x.shape[axis]) * 2.0**-24 + 2.0**-17
    assert (np.abs(got - want) <= bound * want).all()


def test_images_do_not_depend_on_their_neighbours():
    rng = np.random.default_rng(seed())
    x, weight = (rng.normal(0, 1, shape).astype(np.float32) for shape in ((5, 9, 9, 16), (24, 3, 3, 16)))
    attributes = ConvAttributes(Window((3, 3)))
    together = run(Op.CONV, [x], [weight], (5, 7, 7, 24), attributes)
    for number in range(5):
        alone = run(Op.CONV, [x[number : number + 1]], [weight], (1, 7, 7, 24), attributes)
        np.testing.assert_array_equal(alone[0], together[number])


def test_what_bytes_cannot_do_is_named():
    graph = one_node(Op.FUNCTION, [(1, 4)], [], (1, 4), FunctionAttributes(X))
    for name in ("x0", "y"):
        graph.values[name] = Value(name, (1, 4), np.dtype(np.uint8))
    with pytest.raises(GraphError, match=r"^node here: function takes float32, got uint8"):
        Executor(graph)


def test_weights_are_constants():
    graph = one_node(Op.LINEAR, [(1, 4), (2, 4)], [], (1, 2), ClampAttributes())
    with pytest.raises(GraphError, match=r"^node here: x1 has to be a float32 constant"):
        Executor(graph)
