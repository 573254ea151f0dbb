"""Every function of one tensor, on all 256 bytes and many scales, against ONNX Runtime; and what is refused."""

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from accord.nn.executor import Executor
from accord.nn.functions.reals import FUNCTIONS
from accord.nn.functions.transcendental import fma
from accord.nn.importers.onnx import ModelError, import_onnx
from accord.sim.seed import seed

from .. import exact_contracts as exact
from .onnx_witness import Witness

ROUNDS = 16
OPSET = 20
POSITIVE = ("Log", "Reciprocal", "Sqrt")
CONTRIB = {"QuickGelu"}
"""Operators of com.microsoft."""


def attributes(op, rng):
    """Return attributes away from their defaults."""
    alpha = float(rng.uniform(0.05, 1.5))
    found = {
        "HardSigmoid": {"alpha": alpha / 4, "beta": 0.5},
        "Selu": {"alpha": alpha, "gamma": 1.1},
        "Shrink": {"lambd": alpha, "bias": alpha / 3},
        "Gelu": {"approximate": "tanh"},
    }
    takes_alpha = "alpha" in FUNCTIONS[op][1]
    return found.get(op, {"alpha": alpha} if takes_alpha else {})


KINDS = {np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8}
IMPORTS = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]


def model(nodes, constants, kind, output, shape=(1, 256)):
    infos = [helper.make_tensor_value_info("x", kind, shape)]
    outputs = [helper.make_empty_tensor_value_info(output)]
    tensors = [numpy_helper.from_array(np.asarray(data), name) for name, data in constants.items()]
    graph = helper.make_graph(nodes, "function", infos, outputs, tensors)
    return helper.make_model(graph, opset_imports=IMPORTS, ir_version=9)


def quantizers(rng, dtype, lowest):
    info = np.iinfo(dtype)
    scale = lambda low, high: np.float32(math.exp(rng.uniform(math.log(low), math.log(high))))  # noqa: E731
    zero = info.min if lowest else int(rng.integers(info.min, info.max, endpoint=True))
    out_zero = int(rng.integers(info.min, info.max, endpoint=True))
    return {"s": scale(0.002, 0.2), "z": dtype(zero), "t": scale(0.002, 0.1), "u": dtype(out_zero)}


def function(op, constants, kind, options):
    domain = "com.microsoft" if op in CONTRIB else ""
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "s", "z"], ["a"]),
        helper.make_node(op, ["a"], ["b"], name="the function", domain=domain, **options),
        helper.make_node("QuantizeLinear", ["b", "t", "u"], ["y"]),
    ]
    return model(nodes, constants, kind, "y")


def branches(with_bytes):
    """Return a network of all functions, each in many branches, and what a branch's output is called."""
    nodes, constants, kinds, outputs = [], {}, {}, {}
    for op in sorted(FUNCTIONS):
        rng = np.random.default_rng(seed())
        for number in range(ROUNDS):
            dtype, branch = (np.uint8, np.int8)[number % 2], f"{op}, round {number}"
            options = attributes(op, rng) if number % 3 else {}
            mine = {f"{branch}, {name}": one for name, one in quantizers(rng, dtype, op in POSITIVE).items()}
            s, z, t, u = mine
            x, a, b, y = (f"{branch}, {name}" for name in "xaby")
            nodes.append(helper.make_node("DequantizeLinear", [x, s, z], [a]))
            domain = "com.microsoft" if op in CONTRIB else ""
            nodes.append(helper.make_node(op, [a], [b], name=branch, domain=domain, **options))
            if with_bytes:
                nodes.append(helper.make_node("QuantizeLinear", [b, t, u], [y]))
            constants |= mine if with_bytes else {s: mine[s], z: mine[z]}
            kinds[x], outputs[branch] = dtype, y if with_bytes else b
    infos = [helper.make_tensor_value_info(name, KINDS[dtype], (1, 256)) for name, dtype in kinds.items()]
    tensors = [numpy_helper.from_array(np.asarray(data), name) for name, data in constants.items()]
    shown = [helper.make_empty_tensor_value_info(name) for name in outputs.values()]
    graph = helper.make_graph(nodes, "functions", infos, shown, tensors)
    feeds = {name: np.arange(256, dtype=np.uint8).view(dtype).reshape(1, 256) for name, dtype in kinds.items()}
    return helper.make_model(graph, opset_imports=IMPORTS, ir_version=9), feeds, outputs


@pytest.mark.parametrize("with_bytes", [True, False], ids=["bytes", "every bit of the reals"])
def test_functions_of_every_byte(with_bytes, record_property):
    tested, feeds, outputs = branches(with_bytes)
    got, names = Executor(import_onnx(tested)).run(feeds), list(outputs.values())
    wanted = dict(zip(names, Witness(tested).run(names, feeds), strict=True))
    assert {array.dtype.kind for array in wanted.values()} == ({"u", "i"} if with_bytes else {"f"})
    wrong = {}
    for branch, name in outputs.items():
        a, b = got[name], wanted[name]
        assert (a.shape, a.dtype) == (b.shape, b.dtype), branch
        wrong[branch] = int((~((a == b) | ((a != a) & (b != b)))).sum())
    assert {branch: count for branch, count in wrong.items() if count} == {}
    assert len(wrong) == len(FUNCTIONS) * ROUNDS
    record_property("compared", f"{len(FUNCTIONS)} functions: {len(wrong)} tables of 256 compared, none differs")


def test_fused_multiply_add_rounds_once():
    rng = np.random.default_rng(seed())
    a, b = (rng.normal(0, 1, 3000).astype(np.float32) for _ in range(2))
    # sums that cancel, or nearly, and sums where the product is a tie's last hair
    c = np.concatenate([-(a[:1000] * b[:1000]), rng.normal(0, 1e-7, 1000), rng.normal(0, 1e7, 1000)]).astype(np.float32)
    got = fma(a, b, c)
    want = np.array([float(exact.fma(*map(float, three))) for three in zip(a, b, c, strict=True)], np.float32)
    np.testing.assert_array_equal(got, want)


def test_unknown_operators_are_named():
    nodes = [helper.make_node("DequantizeLinear", ["x", "s", "z"], ["a"])]
    nodes += [helper.make_node("Einsum", ["a"], ["b"], name="somewhere", equation="ij->ji")]
    constants = {"s": np.float32(1), "z": np.uint8(0)}
    with pytest.raises(ModelError, match=r"^Einsum 'somewhere': the operator Einsum is not supported"):
        import_onnx(model(nodes, constants, TensorProto.UINT8, "b"))


def test_functions_become_tables_of_reals_where_the_network_ends():
    constants = quantizers(np.random.default_rng(seed()), np.uint8, False)
    tested = function("Sigmoid", constants, TensorProto.UINT8, {})
    tested.graph.node.pop()
    tested.graph.output[0].name = "b"
    x = np.arange(256, dtype=np.uint8).reshape(1, 256)
    (want,) = Witness(tested).run(None, {"x": x})
    np.testing.assert_array_equal(Executor(import_onnx(tested)).run({"x": x})["b"], want, strict=True)


REFUSED = {
    "Conv": (["x", "w"], {"w": np.ones((2, 3, 1, 1), np.float32)}, "would be computed in floating point: x is not"),
    "MatMul": (["d", "w"], {"w": np.ones((4, 2), np.float32)}, r"its weights \(w\) have to be a quantized constant"),
    "Resize": (["d", "", "w"], {"w": np.ones(4, np.float32)}, "the operator Resize is not supported"),
    "BatchNormalization": (["d"] + ["w"] * 4, {"w": np.ones(2, np.float32)}, r"its scale has shape \(2,\), expected"),
    "Add": (["d", "w"], {"w": np.ones((1, 3, 1, 1), np.float32)}, "w is a constant that no DequantizeLinear gives"),
    "GlobalAveragePool": (["x"], {}, None),
    "Softmax": (["f"], {}, r"the result of Relu 'Relu', has no QuantizeLinear behind it"),
}


@pytest.mark.parametrize("op", REFUSED)
def test_what_stays_in_floating_point_is_refused_by_name(op):
    inputs, constants, reason = REFUSED[op]
    parameters = {"s": np.float32(0.1), "z": np.uint8(3)}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        helper.make_node("Relu", ["d"], ["f"], "Relu"),
        helper.make_node(op, inputs, ["y"], "here"),
        helper.make_node("QuantizeLinear", ["y", "s", "z"], ["out"]),
    ]
    tested = model(nodes, {**constants, **parameters}, TensorProto.FLOAT, "out", (1, 3, 4, 4))
    if reason is None:
        x = np.random.default_rng(seed()).normal(0, 9, (1, 3, 4, 4)).astype(np.float32)
        (want,) = Witness(tested).run(None, {"x": x})
        np.testing.assert_array_equal(Executor(import_onnx(tested)).run({"x": x})["out"], want, strict=True)
        return
    with pytest.raises(ModelError, match=reason) as error:
        import_onnx(tested)
    assert f"{op} 'here'" in str(error.value)


def test_opsets_out_of_range_are_refused():
    tested = function("Relu", quantizers(np.random.default_rng(0), np.uint8, False), TensorProto.UINT8, {})
    tested.opset_import[0].version = 12
    with pytest.raises(ModelError, match=r"opset 12: expected 13 to 21"):
        import_onnx(tested)


def test_other_files_are_refused(tmp_path):
    for content in (b"", b"no model at all"):
        (tmp_path / "model.onnx").write_bytes(content)
        with pytest.raises(ModelError, match=r"model\.onnx: is no ONNX model"):
            import_onnx(tmp_path / "model.onnx")
    with pytest.raises(FileNotFoundError):
        import_onnx(tmp_path / "nowhere.onnx")


def test_files_are_read(tmp_path):
    tested = function("Relu", quantizers(np.random.default_rng(0), np.uint8, False), TensorProto.UINT8, {})
    onnx.save(tested, tmp_path / "model.onnx")
    assert import_onnx(tmp_path / "model.onnx").outputs == ["y"]
    assert import_onnx(str(tmp_path / "model.onnx")).outputs == ["y"]
