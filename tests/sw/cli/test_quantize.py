"""``accord quantize``: files that ONNX Runtime runs with our bytes, errors by layer, bad input named."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from accord.cli import quantize_report
from accord.cli.quantize import METHODS
from accord.nn import quantization
from accord.nn.error import ErrorFigures
from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.graph import Node, Op
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import LayerError, quantize_graph
from accord.nn.quantization.calibrate import METHODS as ALL_METHODS
from accord.sim.seed import seed

from ..nn.onnx_networks import NETWORKS, Net, images
from ..nn.onnx_witness import Witness, exposed
from .command import accord, loaded, refused


def write(folder, name="residual"):
    """Write an FP32 network to ``m.onnx`` and 20 images to ``x.npz``."""
    net = Net(seed())
    onnx.save(net.model(NETWORKS[name](net)), folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.concatenate(images(seed(), 20, net.shape)))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path)
    return tmp_path


def run(folder, *more, model="m.onnx", source="x.npz", output="q.onnx"):
    return accord("quantize", folder / model, "--calibrate", folder / source, "-o", folder / output, *more)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *((name, "minmax") for name in NETWORKS),
        *(("squeeze_and_excite", method) for method in METHODS if method != "minmax"),
    ],
)
def test_the_file_has_the_same_bytes_in_onnx_runtime_and_accord_run(name, method, tmp_path, record_property):
    write(tmp_path, name)
    result = run(tmp_path, "--method", method)
    assert result.exit_code == 0, result.output
    model = onnx.load(tmp_path / "q.onnx")
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    witness, x = Witness(exposed(model)), images(seed() + 1, 1, tuple(shape))[0]
    wanted = dict(zip(witness.outputs, witness.run(None, {"x": x}), strict=True))
    np.savez(tmp_path / "test.npz", x=x)
    files = ["--input", tmp_path / "test.npz", "--output", tmp_path / "y.npz"]
    assert accord("run", tmp_path / "q.onnx", *files, "--all-tensors").exit_code == 0
    got = loaded(tmp_path / "y.npz")
    assert len(wanted) > 3
    for tensor, want in wanted.items():
        np.testing.assert_array_equal(got[tensor], want, strict=True)
    compared = sum(want.size for want in wanted.values())
    record_property("compared", f"accord quantize, {name}, {method}: {compared} elements compared, 0 differ")


def test_every_method_is_offered():
    assert set(METHODS) == set(ALL_METHODS)


@pytest.mark.parametrize("option", ["--equalize", "--no-equalize"])
def test_the_file_is_what_the_library_makes(option, folder):
    assert run(folder, option).exit_code == 0
    graph, x = import_onnx(folder / "m.onnx"), loaded(folder / "x.npz")["x"]
    batches = [{"x": x[at : at + 1]} for at in range(len(x))]
    if option == "--equalize":
        graph = quantization.equalize(graph, batches)
    model = export_onnx(quantize_graph(graph, quantization.calibrate(graph, batches, "relative")))
    assert (folder / "q.onnx").read_bytes() == model.SerializeToString()


def test_fp32_networks_run_too(folder):
    x = images(seed() + 1, 1)[0]
    np.savez(folder / "test.npz", x=x)
    result = accord("run", folder / "m.onnx", "--input", folder / "test.npz", "--output", folder / "y.npz")
    assert result.exit_code == 0, result.output
    (got,) = loaded(folder / "y.npz").values()
    (want,) = Executor(import_onnx(folder / "m.onnx")).run({"x": x}).values()
    np.testing.assert_array_equal(got, want, strict=True)


def test_the_table_and_the_report_name_layers(folder):
    result = run(folder, "--report", folder / "r.json")
    assert result.exit_code == 0, result.output
    report = json.loads((folder / "r.json").read_text())
    assert report["format"] == "accord.Quantization 1"
    assert (report["model"], report["calibration"]) == ("m.onnx", "x.npz")
    layers = report["layers"]
    assert len(layers) > 10
    worst = sorted((layer for layer in layers if not layer["is_inner"]), key=lambda layer: layer["sqnr_db"])[:5]
    assert report["worst"] == [layer["name"] for layer in worst]
    shown = " ".join(result.output.split())
    for layer in layers:
        assert f"{layer['cosine']:.6f}" in shown
        assert layer["cosine"] > 0.9
        assert 0 <= layer["saturation_rate"] <= 1
    for layer in worst:
        assert f"{layer['name']} ({layer['sqnr_db']:.1f} dB)" in shown
    ranges = report["ranges"]
    assert ranges["x"]["method"] == "relative"
    assert ranges["x"]["samples"] == 20


def test_layers_that_tables_read_are_shown_and_not_ranked(tmp_path, monkeypatch):
    write(tmp_path, "squeeze_and_excite")
    monkeypatch.setattr(quantize_report, "NAMED", 1000)
    result = run(tmp_path, "--report", tmp_path / "r.json")
    assert result.exit_code == 0, result.output
    report, graph = json.loads((tmp_path / "r.json").read_text()), import_onnx(tmp_path / "q.onnx")
    tables = {node.inputs[0] for node in graph.nodes if node.op is Op.LOOKUP}
    inner = tables - {name for node in graph.nodes if node.op is not Op.LOOKUP for name in node.inputs}
    assert len(inner) > 1
    assert {layer["tensor"] for layer in report["layers"] if layer["is_inner"]} == inner
    assert set(report["worst"]) == {layer["name"] for layer in report["layers"] if not layer["is_inner"]}


def test_no_error_is_null_in_the_report():
    node = Node("n", Op.RESHAPE, ("x",), "y")
    text = quantize_report.json_text(
        [LayerError(node, None, False, ErrorFigures(1.0, np.inf, 0.0, 0.0))], {}, Path("m"), Path("d")
    )
    (layer,) = json.loads(text, parse_constant=pytest.fail)["layers"]
    assert layer["sqnr_db"] is None
    assert (layer["cosine"], layer["dtype"], layer["scale"]) == (1.0, "float32", None)


def test_a_damaged_layer_is_the_worst(folder, monkeypatch):
    def damaged(graph, records, **settings):
        made = quantize_graph(graph, records, **settings)
        node = next(node for node in made.nodes[5:] if node.op.value == "conv")
        data = made.constants[node.inputs[1]]
        made.constants[node.inputs[1]] = np.ascontiguousarray(data[::-1])
        names.append(node.name)
        return made

    names = []
    monkeypatch.setattr(quantization, "quantize_graph", damaged)
    monkeypatch.setattr(quantize_report, "NAMED", 50)
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert f"worst layers: {names[0]} (" in " ".join(result.output.split())


@pytest.mark.parametrize("example", range(2))
def test_examples_of_the_help_work(example, folder):
    text = " ".join(accord("quantize", "--help").output.split())
    arguments = text.partition("Examples: accord ")[2].split(" | accord ")[example].split()
    (folder / "m.onnx").rename(folder / "model.onnx")
    (folder / "x.npz").rename(folder / "data.npz")
    command = [sys.executable, "-m", "accord.cli", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (folder / "model.int8.onnx").stat().st_size > 1000
    assert "worst layers: " in result.stdout
    assert "calibrate" in result.stderr


X = np.zeros((2, 3, 16, 16), np.float32)
BAD = {
    "dtype": (X.astype(np.uint8), "array 'x': expected float32, got uint8; x.astype(numpy.float32)"),
    "shape": (X[:, :2], "array 'x': expected shape (1, 3, 16, 16), got (2, 2, 16, 16)"),
    "empty": (X[:0], "'x' 0; expected one number for all, at least 1"),
    "nan": (np.where(np.arange(16) == 5, np.nan, X), "array 'x': 96 values are not finite, the first at (0, 0, 0, 5)"),
    "infinite": (X + np.float32(np.inf), "values are not finite"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_data_are_named(kind, folder):
    data, message = BAD[kind]
    np.savez(folder / "x.npz", x=data.astype(np.float32) if kind != "dtype" else data)
    refused(run(folder, "--report", folder / "r.json"), f"{folder / 'x.npz'}: ", message)
    assert sorted(path.name for path in folder.iterdir()) == ["m.onnx", "x.npz"]


def test_models_that_cannot_be_quantized_are_named(folder):
    model = onnx.load(folder / "m.onnx")
    node = next(node for node in model.graph.node if node.op_type == "Conv")
    node.op_type, name = "ConvTranspose", node.name
    onnx.save(model, folder / "bad.onnx")
    refused(run(folder, model="bad.onnx"), f"bad.onnx: ConvTranspose '{name}'", "is not supported")
    assert run(folder).exit_code == 0
    refused(run(folder, model="q.onnx", output="again.onnx"), "q.onnx: is quantized already; give the FP32 network")
    assert not (folder / "again.onnx").exists()


def test_networks_whose_values_overflow_are_named(folder):
    np.savez(folder / "x.npz", x=np.full((1, 3, 16, 16), 3e38, np.float32))
    result = run(folder)
    refused(result, f"{folder / 'm.onnx'}: tensor '")
    assert not (folder / "q.onnx").exists()


def test_outputs_that_cannot_be_written(folder):
    refused(run(folder, output="none/q.onnx"), "none/q.onnx: cannot be written: there is no folder")
    refused(run(folder, output="m.onnx"), "m.onnx: is read as well; give the output another name")
    refused(run(folder, output="q.npz"), "give it a name that ends in .onnx")
    refused(run(folder, "--report", folder / "q.onnx"), "is the output as well; give the report another name")
    refused(run(folder, "--report", folder / "none" / "r.json"), "there is no folder")
    refused(run(folder, "--method", "best"), "--method")
    refused(run(folder, "--weight-bits", "5"), "Invalid value for '--weight-bits': '5' is not one of '7', '8'")
    assert sorted(path.name for path in folder.iterdir()) == ["m.onnx", "x.npz"]
