"""The module itself: what it asks for, what it offers, how large it is, and the digits network in it."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import wasmtime

from bench.digits.data import folds
from bench.gates.webassembly import compare, one_weight, one_zero_point
from bench.webassembly.engine import Module

from .targets import ROOT, build_module, node

TYPESCRIPT = ROOT / "build/typescript/node_modules/typescript/bin/tsc"

pytestmark = pytest.mark.emulated

LARGEST_KERNELS, LARGEST_MODULE = 50_000, 90_000
FACE = ROOT / "sw/js/accord.js"


@pytest.fixture(scope="module")
def module() -> Path:
    return build_module().parent / "accord.wasm"


def run_node(script: str, *arguments: str) -> str:
    command = [node(), "--input-type=module", "-e", script, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_module_asks_for_nothing_and_exports_what_its_source_does(module: Path) -> None:
    made = wasmtime.Module.from_file(wasmtime.Engine(), str(module))
    declared = set(re.findall(r"ACCORD_EXPORT\((\w+)\)", (ROOT / "sw/csrc/wasm/exports.cpp").read_text())) - {"name"}
    assert list(made.imports) == []
    assert {one.name for one in made.exports} == declared | {"memory", "_initialize"}


def code_bytes(path: Path) -> int:
    """Return the size of the code of a WebAssembly object or module."""
    data, at = path.read_bytes(), 8

    def number(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return value, at

    while at < len(data):
        kind = data[at]
        size, at = number(at + 1)
        if kind == 10:
            return size
        at += size
    raise AssertionError(f"{path} has no code")


def test_the_module_is_small(module: Path) -> None:
    units = list((module.parent / "CMakeFiles/accord_kernels.dir/kernels").glob("*/wasm.cpp.obj"))
    assert len(units) == 6
    assert sum(map(code_bytes, units)) < LARGEST_KERNELS
    assert module.stat().st_size < LARGEST_MODULE


def test_its_types_name_what_its_face_has(module: Path) -> None:
    script = f"""
    import {{ load }} from "{FACE}";
    import {{ readFileSync }} from "node:fs";
    const kernels = await load(readFileSync("{module}"));
    const own = Object.getOwnPropertyNames(Object.getPrototypeOf(kernels)).filter((name) => name !== "constructor");
    console.log(JSON.stringify([own, kernels.isa, kernels.isas]));
    """
    names, isa, isas = json.loads(run_node(script))
    types = FACE.with_name("accord.d.ts").read_text()
    body = types[types.index("export interface Kernels") :]
    declared = re.findall(r"^  (\w+)\(", body[: body.index("\n}")], re.MULTILINE)
    assert sorted(declared) == sorted(set(names) - {"text"})
    assert (isa, isas) == ("wasm", ["wasm", "scalar"])


@pytest.mark.parametrize("rows", [1, 6])
def test_relaxed_dot_products_of_activations_taken_apart_are_exact(module: Path, rows: int) -> None:
    """What docs/kernels.md measures the kernels beside: every byte, the largest products among them."""
    bench, rng, depth, columns = Module(module.with_name("accord_bench.wasm")), np.random.default_rng(0), 256, 16
    x = rng.integers(0, 256, (rows, depth), np.uint8)
    x[0] = 255
    w = rng.integers(-128, 128, (depth, columns), np.int8)
    w[:, 0], w[:, 1] = -128, 127
    panels = w.reshape(depth // 4, 4, columns // 8, 8).transpose(2, 0, 3, 1)
    out = bench.call("allocate", 4 * rows * columns)
    bench.call(
        "loop_matmul_relaxed", bench.put(x), bench.put(np.ascontiguousarray(panels)), out, rows, depth, columns, 1
    )
    got = np.frombuffer(bench.get(out, 4 * rows * columns), np.int32).reshape(rows, columns)
    np.testing.assert_array_equal(got, x.astype(np.int32) @ w.astype(np.int32))


def test_typescript_takes_its_types_and_sees_mistakes() -> None:
    """A line that is marked as a mistake and is none is an error itself."""
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "node16", "--moduleResolution", "node16"]
    command = [node(), str(TYPESCRIPT), *options, str(Path(__file__).with_name("face.mts"))]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("lookup(new Int8Array(3), new Int8Array(255))", "table: expected 256 entries, got 255"),
        ("dequantize(new Float32Array(3), { scale: 1 })", "x: expected an Int8Array or a Uint8Array"),
        ("dequantize(new Int8Array(3), { scale: 0 })", "scale: expected a finite positive float32, got 0"),
        (
            "maxPool(new Int8Array(4), [1, 2, 2, 1], { kernel: [1, 1], padding: [1, 0, 0, 0] })",
            "padding: expected less",
        ),
        ("dot(new Int8Array(4), new Int8Array(3))", "w: expected 4 entries, got 3"),
        (
            "requantize(new Int32Array(4), 2, { contract: 'near', dtype: 'int8', multiplier: 1 })",
            "contract: expected fma",
        ),
    ],
)
def test_its_errors_name_the_argument(module: Path, call: str, message: str) -> None:
    script = f"""
    import {{ load }} from "{FACE}";
    import {{ readFileSync }} from "node:fs";
    const kernels = await load(readFileSync("{module}"));
    try {{ kernels.{call}; }} catch (error) {{ console.log(error.message); }}
    """
    assert run_node(script).startswith(message)


def test_the_digits_network_gives_the_processors_bytes(module: Path) -> None:
    images = folds()[0].test_images[:40]
    for contract in ("onnx", "fma"):
        found = compare(images, contract=contract)
        assert (found.different, found.isa) == (0, "wasm")
        assert found.layers > 50
        assert found.size > len(images) * 10_000


@pytest.mark.parametrize("spoil", [one_weight, one_zero_point])
def test_one_changed_number_is_seen(module: Path, spoil: object) -> None:
    images = np.ascontiguousarray(folds()[0].test_images[:10])
    assert compare(images, spoil).different > 0
