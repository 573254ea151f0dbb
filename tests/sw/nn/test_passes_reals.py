"""From bytes back to reals: every constant is what its integers mean, every clamp what its steps do."""

import numpy as np
import pytest

from accord.nn.graph import Apply, GraphError, Op, PadAttributes, X
from accord.nn.params import QuantizationParams
from accord.nn.passes import fuse_clamps, insert_boundaries, quantize_weights, tabulate, to_reals
from accord.sim.seed import seed

from .sketch import Sketch, ops, run, small_integers

UNIT = QuantizationParams(1.0, 128, np.uint8)


def test_there_and_back_where_all_numbers_are_steps():
    """Small integers times a weight scale of one: nothing is rounded, so that both networks are the same function."""
    rng = np.random.default_rng(seed())
    net = Sketch(6, 6, 2)
    weight = small_integers(rng, 3, 3, 3, 2)
    weight[:, 0, 0, 0] = 127
    y = net.unary(net.conv("x", weight, small_integers(rng, 3)), "Relu")
    y = net.node(Op.PAD, [y], (6, 6, 3), PadAttributes((0, 1, 1, 0), (0, 1, 1, 0), 5.0))
    graph = fuse_clamps(net.done(net.function(net.joined(Op.MULTIPLY, y, y), Apply("Abs", (X,)))))
    names = [name for name in graph.values if name not in graph.constants]
    there = tabulate(quantize_weights(insert_boundaries(graph, dict.fromkeys(names, UNIT))))
    assert {"quantize", "lookup", "dequantize"} < set(ops(there))
    back = to_reals(there)
    assert {value.dtype for value in back.values.values()} == {np.dtype(np.float32)}
    x = small_integers(rng, 2, 6, 6, 2)
    assert np.array_equal(run(back, x)[0], run(graph, x)[0])


def test_a_clamp_keeps_its_upper_end_only_where_the_type_does_not_give_it():
    net = Sketch(3)
    y = net.unary(net.linear("x", np.eye(3)), "Relu")
    graph = fuse_clamps(net.done(y))
    there = insert_boundaries(graph, {"x": UNIT, y: QuantizationParams(0.5, 8, np.uint8)})
    assert there.nodes[1].attributes.clamp == (8, 255)
    assert to_reals(quantize_weights(there)).nodes[1].attributes.clamp == (0.0, np.inf)


def test_a_table_of_unknown_origin_is_named():
    net = Sketch(3)
    net.graph.constants["t"] = np.zeros(256, np.uint8)
    net.graph.values["t"] = net.graph.values["x"]
    y = net.node(Op.LOOKUP, ["x", "t"], (3,))
    net.graph.outputs = [y]
    with pytest.raises(GraphError, match="node lookup t0: no function is known of its table"):
        to_reals(net.graph)
