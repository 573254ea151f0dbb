"""Dumps before and after passes: every node, value and parameter is told; the picture is well-formed."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from accord.nn.graph import Apply, Graph, Number, Op, X
from accord.nn.graph.dump import formula, to_svg, to_text, write_dumps
from accord.nn.quantization import calibrate, quantize_graph, quantizing, simplified

from .sketch import Sketch


def network() -> Graph:
    net = Sketch(4, 4, 2)
    y = net.unary(net.norm(net.conv("x", np.ones((2, 1, 1, 2)), np.zeros(2)), *np.ones((4, 2))), "HardSwish")
    y = net.joined(Op.ADD, net.conv(y, np.ones((2, 1, 1, 2))), y)
    return net.done(net.linear(net.flat(net.mean(y)), np.ones((3, 2))))


def stages() -> list[Graph]:
    graph = network()
    x = np.linspace(-1, 2, 32, dtype=np.float32).reshape(1, 4, 4, 2)
    return [graph, simplified(graph), quantize_graph(graph, calibrate(graph, [{"x": x}]))]


def test_text_before_and_after_each_stage():
    before, simple, quantized = map(to_text, stages())
    assert "  batch_norm t0:float32(Nx4x4x2), c2:float32(2)" in before
    assert "1 add, 1 batch_norm, 2 conv, 1 function, 1 global_average_pool, 1 linear, 1 reshape" in before
    assert "batch_norm" not in simple
    assert "[expression=HardSwish(x)]  ; function t2" in simple
    assert "  quantize   x:float32(Nx4x4x2) -> x/quantized:uint8(Nx4x4x2){s=0.0117647 z=85}" in quantized
    assert "1 add, 2 conv, 1 global_average_pool, 1 linear, 1 lookup, 1 quantize, 1 reshape" in quantized


@pytest.mark.parametrize("stage", range(3))
def test_a_line_a_node_and_a_box_a_node(stage):
    graph = stages()[stage]
    assert len(to_text(graph).splitlines()) == len(graph.nodes) + 4
    root = ElementTree.fromstring(to_svg(graph))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [(float(box.get("x")), float(box.get("y"))) for box in root.iter(f"{space}rect")]
    assert len(set(boxes)) == len(graph.nodes)
    made = {node.output for node in graph.nodes}
    reads = sum(name in made for node in graph.nodes for name in node.inputs)
    assert len(list(root.iter(f"{space}path"))) == reads
    width, height = map(float, root.get("viewBox").split()[2:])
    assert all(0 <= x < width and 0 <= y < height for x, y in boxes)


def test_names_that_markup_would_misread():
    net = Sketch(4)
    graph = net.done(net.node(Op.RESHAPE, ["x"], (4,), name="<y & z>"))
    assert "&lt;y &amp; z&gt;" in to_svg(graph)


def test_formulas():
    found = Apply("Mul", (X, Apply("HardSigmoid", (Apply("Add", (X, Number(3.0))),), (("alpha", 0.25),))))
    assert formula(found) == "Mul(x, HardSigmoid(Add(x, 3), alpha=0.25))"


def test_dumps_of_all_passes(tmp_path):
    graph = network()
    x = np.linspace(-1, 2, 32, dtype=np.float32).reshape(1, 4, 4, 2)
    stages = [("imported", graph), *quantizing(graph, calibrate(graph, [{"x": x}]))]
    written = write_dumps(stages, tmp_path / "dumps")
    names = ["imported", "fold_batch_norm", "fuse_functions", "fuse_clamps", "compose_functions"]
    names += ["insert_boundaries", "quantize_weights", "tabulate"]
    assert [path.name for path in written[::2]] == [f"{number:02}-{name}.txt" for number, name in enumerate(names)]
    texts = [path.read_text() for path in written[::2]]
    assert texts[0] == to_text(graph)
    assert len(set(texts)) == 5  # nothing to fuse here: three passes leave what they get
