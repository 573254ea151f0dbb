"""GR-4 before quantization: functions of one tensor fused, clamps in their operations, no bit changed."""

import numpy as np
import pytest

from accord.nn.graph import Apply, Number, Op, X
from accord.nn.passes import compose_functions, fuse_clamps, fuse_functions
from accord.nn.passes.activations import bounds_of
from accord.sim.seed import seed

from .sketch import Sketch, ops, run, small_integers


def clip(low: float, high: float) -> Apply:
    return Apply("Clip", (X, Number(low), Number(high)))


def hard_swish(net: Sketch, x: str) -> str:
    return net.joined(Op.MULTIPLY, x, net.unary(x, "HardSigmoid", alpha=1 / 6))


def relu6_swish(net: Sketch, x: str) -> str:
    y = net.function(net.function(x, Apply("Add", (X, Number(3.0)))), clip(0, 6))
    return net.function(net.joined(Op.MULTIPLY, y, x), Apply("Div", (X, Number(6.0))))


def swish(net: Sketch, x: str) -> str:
    return net.joined(Op.MULTIPLY, net.unary(x, "Sigmoid"), x)


def shrink(net: Sketch, x: str) -> str:
    y = net.unary(x, "Tanh")
    return net.joined(Op.ADD, net.unary(y, "Abs"), net.joined(Op.MULTIPLY, y, y))


@pytest.mark.parametrize("build", [hard_swish, relu6_swish, swish, shrink])
def test_what_is_a_function_of_one_tensor_becomes_one(build):
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    graph = net.done(build(net, net.conv("x", rng.normal(0, 1, (3, 1, 1, 2)))))
    fused = compose_functions(fuse_functions(graph))
    assert ops(fused) == ["conv", "function"]
    x = rng.normal(0, 2, (2, 4, 4, 2)).astype(np.float32)
    assert np.array_equal(run(fused, x)[0], run(graph, x)[0])


def test_the_nearest_tensor_is_taken_and_others_keep_what_they_read():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    a = net.conv("x", rng.normal(0, 1, (3, 1, 1, 2)))
    b = net.unary(a, "Relu")
    graph = net.done(swish(net, b), net.conv(b, rng.normal(0, 1, (2, 1, 1, 3))))
    fused = fuse_clamps(fuse_functions(graph))
    assert ops(fused) == ["conv", "function", "conv"]
    x = rng.normal(0, 2, (1, 4, 4, 2)).astype(np.float32)
    assert all(np.array_equal(one, other) for one, other in zip(run(fused, x), run(graph, x), strict=True))


def test_what_joins_two_tensors_stays():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    a, b = (net.conv("x", rng.normal(0, 1, (2, 1, 1, 2))) for _ in range(2))
    graph = net.done(
        net.joined(Op.ADD, a, net.unary(b, "Sigmoid")), net.joined(Op.MULTIPLY, a, net.constant([[[[3]]]]))
    )
    assert ops(fuse_functions(graph)) == ops(graph)


@pytest.mark.parametrize("kind", ["conv", "linear", "add", "multiply", "average_pool"])
@pytest.mark.parametrize(
    ("found", "clamp"),
    [
        (Apply("Relu", (X,)), (0.0, np.inf)),
        (clip(-1, 2), (-1.0, 2.0)),
        (Apply("Min", (X, Number(1.0))), (-np.inf, 1.0)),
        (Apply("Max", (X, Number(-2.0))), (-2.0, np.inf)),
    ],
)
def test_clamps_become_part_of_their_operation(kind, found, clamp):
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2) if kind != "linear" else Sketch(6)
    if kind == "conv":
        y = net.conv("x", small_integers(rng, 3, 2, 2, 2), small_integers(rng, 3))
    elif kind == "linear":
        y = net.linear("x", small_integers(rng, 3, 6))
    elif kind == "average_pool":
        y = net.pool("x", Op.AVERAGE_POOL)
    else:
        y = net.joined(Op.ADD if kind == "add" else Op.MULTIPLY, "x", "x")
    graph = net.done(net.function(y, found))
    fused = fuse_clamps(graph)
    assert ops(fused) == [kind]
    assert fused.nodes[0].attributes.clamp == clamp
    x = small_integers(rng, 2, *net.shape("x"))
    assert np.array_equal(run(fused, x)[0], run(graph, x)[0])


def test_a_clamp_passes_largest_elements_and_reshapes():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    y = net.unary(net.flat(net.pool(net.conv("x", small_integers(rng, 3, 1, 1, 2)))), "Relu")
    graph = net.done(y)
    fused = fuse_clamps(graph)
    assert ops(fused) == ["conv", "max_pool", "reshape"]
    assert (fused.nodes[0].attributes.clamp, fused.outputs) == ((0.0, np.inf), [y])
    x = small_integers(rng, 2, 4, 4, 2)
    assert np.array_equal(run(fused, x)[0], run(graph, x)[0])


def test_a_clamp_stays_behind_elements_that_something_else_reads():
    net = Sketch(4, 4, 2)
    y = net.pool(net.conv("x", np.ones((3, 1, 1, 2))))
    graph = net.done(net.unary(y, "Relu"), net.mean(y))
    assert ops(fuse_clamps(graph)) == ["conv", "max_pool", "function", "global_average_pool"]


def test_two_clamps_become_one():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    graph = net.done(net.function(net.unary(net.conv("x", small_integers(rng, 3, 1, 1, 2)), "Relu"), clip(-3, 5)))
    assert fuse_clamps(graph).nodes[0].attributes.clamp == (0.0, 5.0)
    x = small_integers(rng, 2, 4, 4, 2)
    assert np.array_equal(run(fuse_clamps(graph), x)[0], run(graph, x)[0])


def test_a_value_that_others_read_keeps_its_function():
    net = Sketch(4, 4, 2)
    y = net.conv("x", np.ones((3, 1, 1, 2)))
    graph = net.done(net.unary(y, "Relu"), y)
    assert ops(fuse_clamps(graph)) == ["conv", "function"]


@pytest.mark.parametrize(
    "found",
    [
        X,
        Apply("Sigmoid", (X,)),
        Apply("Relu", (Apply("Abs", (X,)),)),
        Apply("Min", (X, X)),
        Apply("Clip", (X, Number(np.nan), Number(1.0))),
        Apply("Sub", (X, Number(1.0))),
    ],
)
def test_what_is_no_clamp(found):
    assert bounds_of(found) is None
