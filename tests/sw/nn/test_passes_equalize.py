"""Equalization: the function stays, to the bit where factors are powers of two, and channels get one range."""

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.graph import ClampAttributes, Graph, Op
from accord.nn.importers.onnx import import_onnx
from accord.nn.passes import fuse_clamps
from accord.nn.passes.equalize import LEAST_RATIO, equalized, free_groups
from accord.nn.quantization import equalize, simplified
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images
from .sketch import Sketch, run, small_integers


def network(rng: np.random.Generator) -> Graph:
    """Convolutions, grouped and depthwise, a sum, a product, pools, a linear layer: one group spans most of it."""
    net = Sketch(8, 8, 4)
    a = net.unary(net.conv("x", small_integers(rng, 6, 1, 1, 4), small_integers(rng, 6)), "Relu")
    b = net.conv(a, small_integers(rng, 6, 3, 3, 1), groups=6, padding=(1, 1, 1, 1))
    c = net.joined(Op.ADD, b, net.conv(a, small_integers(rng, 6, 1, 1, 3), groups=2))
    gate = net.unary(net.conv(net.mean(c), small_integers(rng, 6, 1, 1, 6)), "HardSigmoid")
    d = net.pool(net.joined(Op.MULTIPLY, gate, c), Op.AVERAGE_POOL)
    return fuse_clamps(net.done(net.linear(net.flat(net.mean(d)), small_integers(rng, 3, 6), small_integers(rng, 3))))


def test_groups_end_at_functions_and_at_the_ends_of_the_network():
    groups = free_groups(network(np.random.default_rng(seed())))
    assert groups == [["t1"], ["t2", "t3", "t4", "t5", "t8", "t9", "t10", "t11"]]


def test_powers_of_two_change_no_bit():
    rng = np.random.default_rng(seed())
    for _ in range(10):
        graph = network(rng)
        powers = {name: 2.0 ** -rng.integers(0, 4, 6) for group in free_groups(graph) for name in group[:1]}
        for one in powers.values():
            one[rng.integers(6)] = 1
        largest = {name: powers[group[0]] for group in free_groups(graph) for name in group}
        x = small_integers(rng, 2, 8, 8, 4)
        made = equalized(graph, largest)
        assert any(not np.array_equal(made.constants[name], graph.constants.get(name)) for name in made.constants)
        assert np.array_equal(run(made, x)[0], run(graph, x)[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_any_network_keeps_its_function(name):
    """The factors are rounded, weights once more: a few roundings a layer, of at most 40 layers, of float32."""
    net = Net(seed())
    graph = import_onnx(net.model(NETWORKS[name](net)))
    inputs = images(seed(), 3)
    made = equalize(graph, [{"x": x} for x in inputs])
    for x in inputs:
        want, got = (next(iter(Executor(one).run({"x": x}).values())) for one in (simplified(graph), made))
        assert np.abs(want - got).max() <= 2**-16 * np.abs(want).max()


def test_ranges_of_channels_become_those_of_the_largest():
    rng = np.random.default_rng(seed())
    net = Sketch(8, 8, 3)
    spread = 2.0 ** -np.arange(6.0)
    y = net.conv("x", small_integers(rng, 6, 1, 1, 3) * spread.reshape(6, 1, 1, 1))
    graph = net.done(net.conv(y, small_integers(rng, 2, 1, 1, 6)))
    x = small_integers(rng, 4, 8, 8, 3)

    def ranges(one: Graph) -> np.ndarray:
        return np.abs(Executor(one, keep_all=True).run({"x": x}, [y])[y]).max(axis=(0, 1, 2))

    after = ranges(equalized(graph, {y: spread}))
    np.testing.assert_array_equal(after, ranges(graph) / np.maximum(spread, LEAST_RATIO).astype(np.float32))


@pytest.mark.parametrize("op", [Op.ADD, Op.MULTIPLY])
def test_a_channel_spread_over_others_has_no_factor(op):
    rng = np.random.default_rng(seed())
    net = Sketch(4, 4, 2)
    one, many = (net.conv("x", small_integers(rng, size, 1, 1, 2)) for size in (1, 5))
    y = net.node(op, [one, many], (4, 4, 5), ClampAttributes())
    graph = net.done(net.conv(y, small_integers(rng, 2, 1, 1, 5)))
    assert free_groups(graph) == ([[many, y]] if op is Op.MULTIPLY else [])
    largest = dict.fromkeys((many, y), 2.0 ** -np.arange(5))
    x = small_integers(rng, 1, 4, 4, 2)
    assert np.array_equal(run(equalized(graph, largest), x)[0], run(graph, x)[0])


def test_dead_channels_and_dead_tensors_stay():
    net = Sketch(4, 4, 2)
    y = net.conv("x", [[[[1, 2]]], [[[0, 0]]]])
    graph = net.done(net.conv(y, np.ones((2, 1, 1, 2))))
    for largest in ([3.0, 0.0], [0.0, 0.0]):
        made = equalized(graph, {y: np.array(largest)})
        x = small_integers(np.random.default_rng(1), 1, 4, 4, 2)
        assert np.array_equal(run(made, x)[0], run(graph, x)[0])


def test_without_batches():
    with pytest.raises(ValueError, match="batches: none came"):
        equalize(network(np.random.default_rng(1)), [])
