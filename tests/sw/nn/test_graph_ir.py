"""A graph's own checks: each contradiction is named."""

import numpy as np
import pytest

from accord.nn.graph import Graph, GraphError, Node, Op, Value, Window
from accord.nn.params import QuantizationParams

PARAMS = QuantizationParams(0.5, 3, np.uint8)


def graph() -> Graph:
    """x -> table -> y, reshaped to z."""
    made = Graph("small", "onnx", ["x"], ["z"])
    made.values = {
        "x": Value("x", (None, 4), np.dtype(np.uint8), PARAMS),
        "t": Value("t", (256,), np.dtype(np.uint8)),
        "y": Value("y", (None, 4), np.dtype(np.uint8), PARAMS),
        "z": Value("z", (None, 2, 2), np.dtype(np.uint8), PARAMS),
    }
    made.constants = {"t": np.arange(256, dtype=np.uint8)}
    made.nodes = [Node("first", Op.LOOKUP, ("x", "t"), "y"), Node("second", Op.RESHAPE, ("y",), "z")]
    return made


def test_a_sound_graph_passes():
    graph().check()


def break_order(made):
    made.nodes.reverse()


def break_names(made):
    made.nodes.append(Node("third", Op.RESHAPE, ("x",), "y"))


def break_output(made):
    made.outputs.append("w")


def break_constant(made):
    made.constants["t"] = np.arange(255, dtype=np.uint8)


def break_shape(made):
    made.values["z"] = Value("z", (None, 5), np.dtype(np.uint8), PARAMS)


def break_params(made):
    made.values["z"] = Value("z", (None, 2, 2), np.dtype(np.uint8), QuantizationParams(0.25, 3, np.uint8))


def break_description(made):
    del made.values["y"]


def break_input(made):
    made.inputs.append("t")


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (break_order, "node second: input y is not defined before it"),
        (break_names, "node third: output y is defined already"),
        (break_output, "graph small: output w is not defined"),
        (break_constant, r"constant t: described as uint8\(256,\), data are uint8\(255,\)"),
        (break_shape, r"node second: \(None, 4\) does not reshape to \(None, 5\)"),
        (break_params, "node second: reshape changes the type or the parameters of y"),
        (break_description, "value y: not described"),
        (break_input, "an input is named twice, or is a constant as well"),
    ],
)
def test_contradictions_are_named(break_it, message):
    made = graph()
    break_it(made)
    with pytest.raises(GraphError, match=message):
        made.check()


def test_windows():
    assert Window((3, 3), (2, 2), (1, 1), (1, 1, 1, 1)).out_size(5, 6) == (3, 3)
    assert Window((2, 3), (1, 1), (2, 1)).out_size(5, 6) == (3, 4)
    with pytest.raises(ValueError, match="a window that reaches over 5 does not fit into 4"):
        Window((3, 1), (1, 1), (2, 1)).out_size(4, 4)
