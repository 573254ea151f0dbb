"""GR-1: batch normalization folded into weights: exact where float32 is, bounded in exact arithmetic elsewhere."""

from fractions import Fraction

import numpy as np
import pytest

from accord.nn.graph import Graph, GraphError, Op
from accord.nn.passes import fold_batch_norm
from accord.sim.seed import seed

from .sketch import Sketch, ops, run, small_integers

U = Fraction(1, 2**24)
"""Unit roundoff of float32."""


def numbers(rng: np.random.Generator, channels: int) -> list[np.ndarray]:
    """Scale, shift, mean and variance whose factor scale / sqrt(variance) is a power of two."""
    scale = 2.0 ** rng.integers(-3, 4, channels)
    return [scale, small_integers(rng, channels), small_integers(rng, channels), 4.0 ** rng.integers(-2, 3, channels)]


def layers(rng: np.random.Generator, kind: str) -> Graph:
    net = Sketch(6, 6, 4) if kind != "linear" else Sketch(12)
    if kind == "conv":
        y = net.conv("x", small_integers(rng, 5, 3, 3, 4), small_integers(rng, 5), padding=(1, 0, 2, 1))
    elif kind == "depthwise, no bias":
        y = net.conv("x", small_integers(rng, 4, 3, 3, 1), groups=4, stride=(2, 1))
    elif kind == "linear":
        y = net.linear("x", small_integers(rng, 7, 12), small_integers(rng, 7))
    else:
        y = net.pool("x")
    return net.done(net.norm(y, *numbers(rng, net.shape(y)[-1])))


@pytest.mark.parametrize(
    ("kind", "left"),
    [("conv", ["conv"]), ("depthwise, no bias", ["conv"]), ("linear", ["linear"]), ("pool", ["max_pool", "conv"])],
)
def test_results_are_equal_to_the_bit_where_float32_is_exact(kind, left):
    rng = np.random.default_rng(seed())
    for _ in range(20):
        graph = layers(rng, kind)
        x = small_integers(rng, 2, *(size for size in graph.value("x").shape[1:] if size))
        folded = fold_batch_norm(graph)
        assert ops(folded) == left
        assert np.array_equal(run(folded, x)[0], run(graph, x)[0])
        assert folded.outputs == graph.outputs


def test_error_is_within_the_bound_of_its_roundings():
    """Weights and the bias are rounded once, and n sums: |error| <= (n + 3) u (sum |f w x| + |f b| + |f m| + |s|)."""
    rng = np.random.default_rng(seed())
    net = Sketch(9)
    given = [rng.normal(0, 1, (6, 9)), rng.normal(0, 1, 6), *rng.normal(0, 1, (3, 6)), rng.uniform(0.1, 2, 6)]
    weight, bias, *others = (part.astype(np.float32) for part in given)
    y = net.norm(net.linear("x", weight, bias), *others, epsilon=1e-5)
    graph = net.done(y)
    x = rng.normal(0, 1, (4, 9)).astype(np.float32)
    found = run(fold_batch_norm(graph), x)[0]
    scale, shift, mean, variance = (part.astype(np.float64) for part in others)
    factor = scale / np.sqrt(variance + 1e-5)  # in double, whose own rounding the last term of the bound covers
    for row in range(4):
        for channel in range(6):
            f = Fraction(factor[channel])
            terms = [f * Fraction(float(w)) * Fraction(float(v)) for w, v in zip(weight[channel], x[row], strict=True)]
            offset = f * (Fraction(float(bias[channel])) - Fraction(mean[channel])) + Fraction(shift[channel])
            size = sum(map(abs, terms)) + abs(f) * (abs(Fraction(float(bias[channel]))) + abs(Fraction(mean[channel])))
            size += abs(Fraction(shift[channel]))
            error = abs(Fraction(float(found[row, channel])) - sum(terms) - offset)
            assert error <= (len(terms) + 3) * U * size * (1 + U)


def test_a_layer_that_others_read_or_that_has_a_clamp_keeps_its_weights():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    y = net.conv("x", small_integers(rng, 3, 1, 1, 2))
    graph = net.done(net.norm(y, *numbers(rng, 3)), y)
    folded = fold_batch_norm(graph)
    assert ops(folded) == ["conv", "conv"]
    assert folded.nodes[1].attributes.groups == 3
    x = small_integers(rng, 1, 4, 4, 2)
    assert all(np.array_equal(a, b) for a, b in zip(run(folded, x), run(graph, x), strict=True))


def test_products_and_sums_of_a_constant_a_channel_go_along():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    y = net.conv("x", small_integers(rng, 3, 1, 1, 2))
    y = net.norm(net.joined(Op.MULTIPLY, net.constant(2.0 ** rng.integers(-2, 3, (1, 1, 1, 3))), y), *numbers(rng, 3))
    y = net.joined(Op.ADD, y, net.constant(small_integers(rng, 1, 1, 1, 3)))
    graph = net.done(net.joined(Op.MULTIPLY, y, net.constant([[[[0.5]]]])))
    folded = fold_batch_norm(graph)
    assert ops(folded) == ["conv"]
    x = small_integers(rng, 2, 4, 4, 2)
    assert np.array_equal(run(folded, x)[0], run(graph, x)[0])


def test_constants_of_an_image_and_of_what_no_layer_makes_stay():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    y = net.joined(
        Op.ADD, net.conv("x", small_integers(rng, 2, 1, 1, 2)), net.constant(small_integers(rng, 1, 4, 4, 2))
    )
    graph = net.done(y, net.joined(Op.MULTIPLY, "x", net.constant([[[[2.0, 3.0]]]])))
    assert ops(fold_batch_norm(graph)) == ["conv", "add", "multiply"]


def test_two_in_a_row_and_weights_that_two_layers_share():
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    first = net.norm(net.norm(net.conv("x", small_integers(rng, 2, 1, 1, 2)), *numbers(rng, 2)), *numbers(rng, 2))
    shared = net.graph.nodes[0]
    second = net.node(Op.CONV, ["x", shared.inputs[1]], (4, 4, 2), shared.attributes)
    graph = net.done(first, second)
    x = small_integers(rng, 1, 4, 4, 2)
    folded = fold_batch_norm(graph)
    assert ops(folded) == ["conv", "conv"]
    assert all(np.array_equal(a, b) for a, b in zip(run(folded, x), run(graph, x), strict=True))


def test_what_nothing_can_take_is_refused_by_name():
    net = Sketch(4)
    graph = net.done(net.norm("x", *np.ones((4, 4))))
    with pytest.raises(GraphError, match="node batch_norm t0: no convolution or linear layer before it"):
        fold_batch_norm(graph)


@pytest.mark.parametrize("variance", [-1.0, np.nan, np.inf])
def test_a_variance_that_is_none_is_refused(variance):
    net = Sketch(4, 4, 2)
    graph = net.done(net.norm("x", *np.ones((3, 2)), [1.0, variance]))
    with pytest.raises(GraphError, match="variance and epsilon have to be finite"):
        fold_batch_norm(graph)


def test_the_argument_is_left_alone():
    graph = layers(np.random.default_rng(seed()), "conv")
    before = list(graph.nodes), dict(graph.constants), dict(graph.values)
    fold_batch_norm(graph)
    assert (graph.nodes, graph.constants, graph.values) == before
