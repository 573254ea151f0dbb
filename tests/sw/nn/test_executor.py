"""The memory plan and the executor: nothing alive overlaps, nothing is allocated, bad inputs are named."""

import itertools
import tracemalloc

import numpy as np
import pytest

from accord.nn.executor import Executor, make_plan
from accord.nn.graph import Graph, Node, Op
from accord.nn.importers.onnx import import_onnx
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images
from .onnx_witness import quantized

BATCH = 16
"""So many images that any activation is larger than what Python's own objects take."""


@pytest.fixture(scope="module")
def network() -> Graph:
    net = Net(seed())
    model = net.model(NETWORKS["squeeze_and_excite"](net))
    found = quantized(model, images(seed(), 2))
    found.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "N"
    return import_onnx(found)


def lifetimes(graph: Graph) -> dict[str, tuple[int, int]]:
    """Return the first and the last step at which a value is needed, by walking through all of them."""
    found = {name: [-1, -1] for name in graph.inputs}
    for step, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in found:
                found[name][1] = step
        found[node.output] = [step, step]
    for name in graph.outputs:
        found[name][1] = len(graph.nodes)
    return {name: (first, last) for name, (first, last) in found.items()}


def root(graph: Graph, name: str) -> str:
    """Return the value whose memory a reshape shares."""
    made = {node.output: node for node in graph.nodes}
    while name in made and made[name].op is Op.RESHAPE:
        (name,) = made[name].inputs
    return name


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("keep", [False, True])
def test_what_is_alive_at_once_does_not_overlap(network, batch, keep):
    plan = make_plan(network, batch, keep)
    alive = lifetimes(network)
    places = {
        name: (
            plan.offsets[name],
            plan.offsets[name] + int(np.prod(plan.shapes[name])) * network.values[name].dtype.itemsize,
        )
        for name in alive
    }
    pairs = 0
    for a, b in itertools.combinations(alive, 2):
        overlap_in_time = keep or (alive[a][0] <= alive[b][1] and alive[b][0] <= alive[a][1])
        if overlap_in_time and root(network, a) != root(network, b):
            pairs += 1
            assert places[a][1] <= places[b][0] or places[b][1] <= places[a][0], (a, b)
    assert pairs > 20
    assert max(stop for _, stop in places.values()) <= plan.size
    assert all(start % 64 == 0 for start, _ in places.values())


def test_memory_is_used_again(network):
    plan = make_plan(network, 1)
    assert plan.size < plan.total / 2
    assert make_plan(network, 1, keep=True).size == plan.total


def test_results_do_not_depend_on_what_ran_before(network):
    executor = Executor(network)
    first, second = images(seed(), 2)
    want = executor.run({"x": first})
    executor.run({"x": second})
    got = executor.run({"x": first})
    assert {name: got[name].tobytes() for name in got} == {name: want[name].tobytes() for name in want}


def test_every_activation_on_request(network):
    executor = Executor(network, keep_all=True)
    (x,) = images(seed(), 1)
    names = [node.output for node in network.nodes]
    found = executor.run({"x": x}, names)
    assert found[names[-1]].tobytes() == Executor(network).run({"x": x})[network.outputs[0]].tobytes()
    assert all(found[name].shape[1:2] != (0,) for name in names)
    with pytest.raises(ValueError, match=f"{names[0]} is no output; keep_all=True"):
        Executor(network).run({"x": x}, [names[0]])
    with pytest.raises(ValueError, match="nowhere is no activation"):
        executor.run({"x": x}, ["nowhere"])


def test_a_run_allocates_no_activation(network):
    executor = Executor(network)
    (x,) = images(seed(), 1, (BATCH, 3, 16, 16))
    executor.run({"x": x})
    tracemalloc.start()
    executor.run({"x": x})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    largest = max(int(np.prod(shape)) for shape in executor.plan(BATCH).shapes.values())
    assert peak < largest, f"{peak} bytes"


def test_profile_names_every_step(network):
    (x,) = images(seed(), 1)
    times = Executor(network, keep_all=True).profile({"x": x})
    steps = [node.output for node in network.nodes if node.op is not Op.RESHAPE]
    assert [entry.output for entry in times] == ["x", *steps]
    assert all(entry.seconds > 0 for entry in times)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_fused_changes_no_byte(name):
    """Tables in the layer before them and inputs quantized as they come in, against every node by itself."""
    net = Net(seed())
    graph = import_onnx(quantized(net.model(NETWORKS[name](net)), images(seed(), 2)))
    fused, plain = Executor(graph), Executor(graph, keep_all=True)
    for x in images(seed() + 1, 3):
        for output in (fused.profile, fused.run):
            output({"x": x})
        got, want = fused.run({"x": x}), plain.run({"x": x})
        assert got.keys() == want.keys()
        for key, array in want.items():
            np.testing.assert_array_equal(got[key], array, strict=True)


def test_tables_and_the_input_are_fused(network):
    def count(executor: Executor, op: str) -> int:
        return sum(entry.op == op for entry in executor.profile({"x": images(seed(), 1)[0]}))

    fused, plain = Executor(network), Executor(network, keep_all=True)
    assert (count(plain, "quantize"), count(fused, "quantize")) == (1, 0)
    assert count(plain, "lookup") > count(fused, "lookup") == 0
    assert fused.plan().size < plain.plan().size


def test_a_table_is_not_fused_where_what_it_reads_is_read_elsewhere_too(network):
    """An output, here; ONNX Runtime's networks have other readers."""
    lookup = next(node for node in network.nodes if node.op is Op.LOOKUP)
    shown = Graph(**{**vars(network), "outputs": [*network.outputs, lookup.inputs[0]]})
    (x,) = images(seed(), 1)
    got, want = Executor(shown).run({"x": x}), Executor(shown, keep_all=True).run({"x": x})
    np.testing.assert_array_equal(got[lookup.inputs[0]], want[lookup.inputs[0]], strict=True)


@pytest.mark.parametrize(
    ("feeds", "error", "message"),
    [
        ({}, ValueError, "feeds: expected x, got nothing"),
        ({"x": np.zeros((1, 3, 16, 16), np.float32), "z": np.zeros(1)}, ValueError, "feeds: expected x, got x, z"),
        ({"x": np.zeros((1, 3, 16, 16))}, TypeError, "x: expected a NumPy array of float32, got float64"),
        ({"x": [1.0]}, TypeError, "x: expected a NumPy array of float32"),
        ({"x": np.zeros((1, 3, 16, 8), np.float32)}, ValueError, r"x: expected shape \(None, 3, 16, 16\), got"),
    ],
)
def test_inputs_that_do_not_fit_are_named(network, feeds, error, message):
    with pytest.raises(error, match=message):
        Executor(network).run(feeds)


def test_a_node_that_cannot_be_prepared_is_named(network):
    broken = Graph(network.name, "onnx", list(network.inputs), list(network.outputs), [], dict(network.values))
    broken.constants = dict(network.constants)
    lone = Node("lonely", Op.DEQUANTIZE, ("x",), network.outputs[0])
    broken.nodes = [lone]
    with pytest.raises(ValueError, match="node lonely: x has no scale"):
        Executor(broken)
