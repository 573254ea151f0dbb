"""``accord run``: the witnesses' bytes under the tensors' names, and bad input named with nothing half-written."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from accord.cli import networks as cli_networks
from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.sim.seed import seed

from ..nn.onnx_networks import NETWORKS, Net, images
from ..nn.onnx_witness import Witness, exposed, quantized
from .command import accord, loaded, refused


def build(name: str, folder: Path, batch: int | str = 1, **kind: str) -> onnx.ModelProto:
    """Write a quantized network to ``m.onnx`` and return it."""
    net = Net(seed())
    model = quantized(net.model(NETWORKS[name](net)), images(seed(), 2), **kind)
    if isinstance(batch, str):
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = batch
        model.graph.output[0].type.tensor_type.ClearField("shape")
        del model.graph.value_info[:]
    onnx.save(model, folder / "m.onnx")
    return model


@pytest.fixture
def folder(tmp_path):
    """Return a folder with ``m.onnx``, a batch of any size, and ``x.npz``, three images of it."""
    build("residual", tmp_path, "n")
    np.savez(tmp_path / "x.npz", x=images(seed(), 1, (3, 3, 16, 16))[0])
    return tmp_path


def run(folder, *more, model="m.onnx", source="x.npz", output="y.npz"):
    return accord("run", folder / model, "--input", folder / source, "--output", folder / output, *more)


def written(folder):
    return loaded(folder / "y.npz")


@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
@pytest.mark.parametrize("name", ["mobilenet_v2", "squeeze_and_excite", "channel_shuffle"])
def test_all_tensors_are_onnx_runtimes(name, form, tmp_path, record_property):
    witness = Witness(exposed(build(name, tmp_path, form=form)))
    (x,) = images(seed() + 1, 1)
    np.savez(tmp_path / "x.npz", x=x)
    result = run(tmp_path, "--all-tensors")
    assert result.exit_code == 0, result.output
    got, wanted = written(tmp_path), dict(zip(witness.outputs, witness.run(None, {"x": x}), strict=True))
    assert len(wanted) >= 2
    for tensor, want in wanted.items():
        np.testing.assert_array_equal(got[tensor], want, strict=True)
    compared = sum(want.size for want in wanted.values())
    record_property("compared", f"accord run, {name}, {form}: {compared} elements compared, 0 differ")


def test_outputs_have_their_names(folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    model = onnx.load(folder / "m.onnx")
    (name,) = (info.name for info in model.graph.output)
    (want,) = Witness(model).run(None, {"x": loaded(folder / "x.npz")["x"]})
    assert list(written(folder)) == [name]
    np.testing.assert_array_equal(written(folder)[name], want, strict=True)
    assert name in result.output
    assert "y.npz: 1 array" in result.output


@pytest.mark.networks
@pytest.mark.parametrize("name", ["ad_autoencoder", "ic_resnet8", "kws_dscnn", "vww_mobilenetv1"])
def test_tflite_bytes(name, networks, tmp_path):
    golden = loaded(networks / f"{name}.golden.npz")
    x, want = (golden[key].reshape(-1, *golden[key].shape[2:]) for key in ("x", "y_tflite"))
    np.savez(tmp_path / "x.npz", any_name=x)
    result = accord("run", networks / f"{name}.tflite", "--input", tmp_path / "x.npz", "--output", tmp_path / "y.npz")
    assert result.exit_code == 0, result.output
    (got,) = written(tmp_path).values()
    np.testing.assert_array_equal(got, want, strict=True)


@pytest.mark.parametrize("batch", [1, "n"])
@pytest.mark.parametrize("name", ["residual", "channel_shuffle"])
def test_long_inputs_are_run_in_parts(name, batch, tmp_path, monkeypatch):
    model = build(name, tmp_path, batch)
    xs = images(seed() + 2, 7)
    np.savez(tmp_path / "x.npz", x=np.concatenate(xs))
    monkeypatch.setattr(cli_networks, "BATCH", 3)
    result = run(tmp_path, "--all-tensors")
    assert result.exit_code == 0, result.output
    executor = Executor(import_onnx(model), keep_all=True)
    alone = [executor.run({"x": x}, list(written(tmp_path))) for x in xs]
    for tensor, got in written(tmp_path).items():
        np.testing.assert_array_equal(got, np.concatenate([one[tensor] for one in alone]), strict=True)


def test_samples_that_are_mixed_stay_together(tmp_path, monkeypatch):
    net = Net(seed(), shape=("n", 4))
    net.shape = (2, 4)
    output = net.add("Softmax", net.gemm("x", 4, 4), axis=0)
    samples = [np.random.default_rng(seed()).normal(0, 1, (2, 4)).astype(np.float32)]
    model = quantized(net.model(output), samples)
    onnx.save(model, tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", x=samples[0])
    assert run(tmp_path).exit_code == 0
    (want,) = Witness(model).run(None, {"x": samples[0]})
    np.testing.assert_array_equal(written(tmp_path)[output], want, strict=True)
    np.savez(tmp_path / "x.npz", x=np.concatenate(samples * 2))
    refused(run(tmp_path), "x.npz: 4 samples, the network takes 2 at once and mixes them; give 2")


def two_inputs(folder) -> onnx.ModelProto:
    """Write a sum of bytes and of real numbers."""
    scales = [numpy_helper.from_array(np.float32(0.1 * one), f"s{one}") for one in (1, 2, 3)]
    zeros = [numpy_helper.from_array(np.uint8(100 + one), f"z{one}") for one in (1, 2, 3)]
    nodes = [
        helper.make_node("DequantizeLinear", ["a", "s1", "z1"], ["ra"]),
        helper.make_node("QuantizeLinear", ["b", "s2", "z2"], ["qb"]),
        helper.make_node("DequantizeLinear", ["qb", "s2", "z2"], ["rb"]),
        helper.make_node("Add", ["ra", "rb"], ["sum"]),
        helper.make_node("QuantizeLinear", ["sum", "s3", "z3"], ["file"]),
        helper.make_node("DequantizeLinear", ["file", "s3", "z3"], ["allow_pickle"]),
    ]
    inputs = [helper.make_tensor_value_info("a", TensorProto.UINT8, ["n", 6])]
    inputs.append(helper.make_tensor_value_info("b", TensorProto.FLOAT, ["n", 6]))
    outputs = [helper.make_tensor_value_info("file", TensorProto.UINT8, None)]
    outputs.append(helper.make_tensor_value_info("allow_pickle", TensorProto.FLOAT, None))
    graph = helper.make_graph(nodes, "two", inputs, outputs, [*scales, *zeros])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "m.onnx")
    return model


def test_two_inputs_and_names_that_numpy_keeps_for_itself(tmp_path):
    model, rng = two_inputs(tmp_path), np.random.default_rng(seed())
    feeds = {"b": rng.normal(0, 9, (40, 6)).astype(np.float32), "a": rng.integers(0, 256, (40, 6), np.uint8)}
    np.savez(tmp_path / "x.npz", **feeds)
    assert run(tmp_path).exit_code == 0
    names = ["file", "allow_pickle"]
    for name, want in zip(names, Witness(model).run(names, feeds), strict=True):
        np.testing.assert_array_equal(written(tmp_path)[name], want, strict=True)
    np.savez(tmp_path / "x.npz", a=feeds["a"])
    refused(run(tmp_path), "expected arrays 'a', 'b', the inputs of the network, got 'a'; add 'b'")
    np.savez(tmp_path / "x.npz", a=feeds["a"], b=feeds["b"][:7])
    refused(run(tmp_path), "samples along the first axis: 'a' 40, 'b' 7; expected one number for all")
    np.savez(tmp_path / "x.npz", a=feeds["b"], b=feeds["b"])
    refused(run(tmp_path), "array 'a': expected uint8, got float32; quantize it as the network's input is")


def test_contract_and_instruction_set(folder):
    executor = Executor(import_onnx(folder / "m.onnx"), contract="fma", isa="scalar")
    assert run(folder, "--contract", "fma", "--isa", "scalar").exit_code == 0
    x = loaded(folder / "x.npz")["x"]
    for name, want in executor.run({"x": x}).items():
        np.testing.assert_array_equal(written(folder)[name], want, strict=True)


def test_profile_names_every_layer(folder):
    result = run(folder, "--profile")
    assert result.exit_code == 0, result.output
    executor = Executor(import_onnx(folder / "m.onnx"))
    steps = executor.profile(dict(np.load(folder / "x.npz")))
    assert len(steps) > 3
    for step in steps:
        assert f"{step.op} " in result.output
    assert "100.0  all" in result.output


@pytest.mark.parametrize("example", range(2))
def test_examples_of_the_help_work(example, folder):
    """As a process of its own, in the folder, word by word."""
    text = " ".join(accord("run", "--help").output.split())
    arguments = text.partition("Examples: accord ")[2].split(" | accord ")[example].split()
    for name in ("model.int8.onnx", "model.onnx"):
        (folder / name).write_bytes((folder / "m.onnx").read_bytes())
    command = [sys.executable, "-m", "accord.cli", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert len(written(folder)) >= 1
    assert "Traceback" not in result.stderr


def bad_arrays() -> dict[str, tuple[dict[str, np.ndarray], str]]:
    x = np.zeros((1, 3, 16, 16), np.float32)
    return {
        "unknown": ({"x": x, "z": x}, "expected arrays 'x', the inputs of the network, got 'x', 'z'; leave out 'z'"),
        "missing": ({"a": x, "b": x}, "got 'a', 'b'; add 'x'"),
        "dtype": ({"x": x.astype(float)}, "array 'x': expected float32, got float64; x.astype(numpy.float32)"),
        "shape": ({"x": x[0]}, "array 'x': expected shape (n, 3, 16, 16), got (3, 16, 16)"),
        "channels": ({"x": x[:, :1]}, "array 'x': expected shape (n, 3, 16, 16), got (1, 1, 16, 16)"),
        "empty": ({"x": x[:0]}, "'x' 0; expected one number for all, at least 1"),
        "objects": ({"x": np.array([{}])}, "array 'x' cannot be read"),
        "none": ({}, "holds no array"),
    }


@pytest.mark.parametrize("kind", bad_arrays())
def test_bad_arrays_are_named(kind, folder):
    arrays, message = bad_arrays()[kind]
    np.savez(folder / "x.npz", **arrays)
    refused(run(folder), f"{folder / 'x.npz'}: ", message)
    assert sorted(path.name for path in folder.iterdir()) == ["m.onnx", "x.npz"]


def test_bad_files_are_named(folder):
    (folder / "bad.npz").write_bytes(b"nothing")
    refused(run(folder, source="bad.npz"), f"{folder / 'bad.npz'}: is no .npz archive; numpy.savez(")
    whole = (folder / "x.npz").read_bytes()
    (folder / "bad.npz").write_bytes(whole[:100] + bytes(50) + whole[150:])
    refused(run(folder, source="bad.npz"), f"{folder / 'bad.npz'}: array 'x' cannot be read")
    (folder / "bad.onnx").write_bytes(b"nothing")
    refused(run(folder, model="bad.onnx"), f"{folder / 'bad.onnx'}: ", "is no ONNX model")
    refused(run(folder, model="x.npz"), f"{folder / 'x.npz'}: expected a network's file, .onnx or .tflite")
    refused(run(folder, model="none.onnx"), "none.onnx", "does not exist")
    assert not (folder / "y.npz").exists()


def test_unsupported_operators_are_named(folder):
    model = onnx.load(folder / "m.onnx")
    next(node for node in model.graph.node if node.op_type == "Conv").op_type = "ConvTranspose"
    onnx.save(model, folder / "m.onnx")
    refused(run(folder), f"{folder / 'm.onnx'}: ConvTranspose '", "is not supported")


def test_outputs_that_cannot_be_written(folder):
    refused(run(folder, output="none/y.npz"), "none/y.npz: cannot be written: there is no folder")
    refused(run(folder, output="."), "is no file that could be replaced; name another")
    os.mkfifo(folder / "pipe")
    refused(run(folder, output="pipe"), "pipe: is no file that could be replaced; name another")
    before = (folder / "x.npz").read_bytes()
    refused(run(folder, output="x.npz"), "x.npz: is read as well; give the output another name")
    refused(run(folder, output="m.onnx"), "m.onnx: is read as well")
    assert (folder / "x.npz").read_bytes() == before


def test_unknown_choices(folder):
    refused(run(folder, "--isa", "mmx"), "--isa mmx: expected one of ", "scalar")
    refused(run(folder, "--contract", "mine"), "--contract")


def test_a_contract_that_an_operation_does_not_have(tmp_path):
    build("squeeze_and_excite", tmp_path)
    np.savez(tmp_path / "x.npz", x=images(seed(), 1)[0])
    refused(run(tmp_path, "--contract", "tflite"), f"{tmp_path / 'm.onnx'}: ", "tflite averages need")
    assert not (tmp_path / "y.npz").exists()


def test_a_failure_on_the_way_leaves_the_old_file(folder, monkeypatch):
    (folder / "y.npz").write_bytes(b"old")

    def broken(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", broken)
    refused(run(folder), "y.npz: cannot be written: No space left on device")
    assert (folder / "y.npz").read_bytes() == b"old"
    assert not list(folder.glob(".y.npz*"))


def test_missing_packages_are_named(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "accord.nn.importers.onnx", None)
    refused(run(folder), f"install what this needs: {sys.executable} -m pip install '.[onnx]' in a clone of accord")
