"""``accord quantize --weight-bits``: whose bytes plain ONNX Runtime gives, and what the summary says of it."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from accord.cli.pair_sums import largest_weight, warning
from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.sim.seed import seed
from bench.witness.both import exposed
from bench.witness.processor import probed, sums_are_exact
from bench.witness.runtime import PRECISION, plain

from ..nn.onnx_networks import IMAGE, NETWORKS, Net, images
from ..nn.sketch import Sketch
from .command import accord


def equal_weights(net: Net) -> str:
    """All of a channel's weights are the same, so that all are the largest: convolution, depthwise, Gemm, MatMul."""

    def weights(*shape: int) -> str:
        signs = np.where(np.arange(shape[0]) % 2, -1, 1).reshape(-1, *[1] * (len(shape) - 1))
        return net.constant(np.broadcast_to(signs / np.prod(shape[1:]), shape).astype(np.float32))

    x = net.add("Conv", "x", weights(8, 3, 3, 3), pads=[1, 1, 1, 1])
    x = net.add("Conv", x, weights(8, 1, 3, 3), pads=[1, 1, 1, 1], group=8)
    x = net.add("Flatten", net.add("Conv", x, weights(4, 8, 1, 1)))
    x = net.add("Gemm", x, weights(16, 1024), transB=1)
    return net.add("MatMul", x, net.constant(np.full((16, 10), 0.25, np.float32)))


BUILT = {**NETWORKS, "equal_weights": equal_weights}


def extremes() -> list[np.ndarray]:
    """Images far outside the range of calibration: bytes of 0 and of 255 alone."""
    sign = np.where(images(seed() + 1, 1)[0] > 0, 1, -1)
    return [np.broadcast_to(np.float32(1e4) * one, IMAGE).astype(np.float32) for one in (1, -1, sign)]


def quantized(folder, name, *more):
    """Return what the command printed, and the file's network."""
    net = Net(seed())
    onnx.save(net.model(BUILT[name](net)), folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.concatenate(images(seed(), 4)))
    result = accord("quantize", folder / "m.onnx", "--calibrate", folder / "x.npz", "-o", folder / "q.onnx", *more)
    assert result.exit_code == 0, result.output
    return result.output, onnx.load(folder / "q.onnx")


def differences(model: onnx.ModelProto, **settings: str) -> tuple[int, int]:
    """Return how many elements were compared, and how many ONNX Runtime gives otherwise: all there is, at extremes."""
    shown = exposed(model)
    names = [info.name for info in shown.graph.output]
    session, executor = plain(shown, **settings), Executor(import_onnx(shown))
    compared = wrong = 0
    for x in extremes():
        got = executor.run({"x": x}, names)
        for name, want in zip(names, session.run(names, {"x": x}), strict=True):
            compared, wrong = compared + want.size, wrong + int((got[name] != want).sum())
    return compared, wrong


@pytest.mark.parametrize("name", BUILT)
def test_weights_of_seven_bits_give_onnx_runtimes_bytes_everywhere(name, tmp_path, record_property):
    output, model = quantized(tmp_path, name, "--weight-bits", "7")
    weights = [numpy_helper.to_array(one) for one in model.graph.initializer if one.data_type == onnx.TensorProto.INT8]
    assert max(np.abs(one.astype(int)).max() for one in weights) == 63
    compared, wrong = differences(model)
    assert compared > 100
    assert wrong == 0
    assert "warning" not in output
    record_property("compared", f"accord quantize --weight-bits 7, {name}, extremes: {compared} elements, 0 differ")


@pytest.mark.parametrize("more", [(), ("--weight-bits", "8")])
def test_the_warning_tells_where_weights_of_eight_bits_differ(more, tmp_path):
    output, model = quantized(tmp_path, "equal_weights", *more)
    assert (differences(model)[1] > 0) == (not probed())
    assert ("warning: on this processor" in output) == (not sums_are_exact())


def test_the_session_option_that_the_warning_names_gives_the_bytes(tmp_path):
    _, model = quantized(tmp_path, "equal_weights")
    assert PRECISION in warning(layer(127), "x86_64", [])
    assert differences(model, **{PRECISION: "1"})[1] == 0


def layer(largest: int):
    """A graph of one linear layer, of weights -largest and 1."""
    net = Sketch(2)
    y = net.linear("x", np.ones((1, 2)))
    graph = net.done(y)
    (name,) = (node.inputs[1] for node in graph.nodes)
    graph.constants[name] = np.array([[-largest, 1]], np.int8)
    return graph


@pytest.mark.parametrize(
    ("largest", "machine", "found", "warned"),
    [
        (127, "x86_64", ["avx2", "fma"], True),
        (65, "x86_64", ["avx2", "fma", "avx512f", "avx512bw"], True),
        (65, "AMD64", [], True),
        (64, "x86_64", ["avx2", "fma"], False),
        (128, "x86_64", ["avx2", "fma", "avxvnni"], False),
        (127, "x86_64", ["avx2", "avx512f", "avx512vnni"], False),
        (127, "aarch64", ["neon"], False),
    ],
)
def test_who_is_warned(largest, machine, found, warned):
    told = warning(layer(largest), machine, found)
    assert (told is not None) == warned
    if told is not None:
        assert f"a weight is {largest}" in told
        assert "--weight-bits 7" in told
        assert "session.x64quantprecision" in told


def test_the_largest_weight_of_a_graph():
    assert largest_weight(layer(128)) == 128
    assert largest_weight(Sketch(2).done("x")) == 0
