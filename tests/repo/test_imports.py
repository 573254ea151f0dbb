"""The import rules: which package may import what, read from the sources."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# package: its folder, the accord packages it may import beside itself, the distributions beside the standard library;
# one within another has rules of its own
RULES: dict[str, tuple[str, set[str], set[str]]] = {
    "isa": ("model/accord/isa", set(), set()),
    "model": ("model/accord/model", {"isa"}, {"numpy"}),
    "hw": ("hw/accord/hw", {"isa"}, {"amaranth"}),
    "kernels": ("sw/accord/kernels", set(), {"numpy"}),
    "nn": ("sw/accord/nn", {"isa", "kernels"}, {"numpy"}),
    "nn.exporters.onnx": ("sw/accord/nn/exporters/onnx", {"nn"}, {"numpy", "onnx"}),
    "nn.importers.onnx": ("sw/accord/nn/importers/onnx", {"nn"}, {"numpy", "onnx"}),
    "nn.importers.tflite": ("sw/accord/nn/importers/tflite", {"nn"}, {"numpy", "tflite"}),
    "sim": (
        "sim/accord/sim",
        {"isa", "model", "hw"},
        # numpy and amaranth: what the interfaces of model and hw are made of
        {"amaranth", "cocotb", "cocotb_tools", "filelock", "numpy", "pytest"},
    ),
}
EVERYTHING = ("sw/accord/cli", "bench")


def _imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a source imports; an import from ``accord`` names the package."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "accord":
                yield from (f"accord.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


def _forbidden(name: str, package: str) -> bool:
    _, packages, distributions = RULES[package]
    parts = name.split(".")
    if parts[0] == "accord":
        return parts[1] not in packages | {package}
    return parts[0] not in sys.stdlib_module_names and parts[0] not in distributions


@pytest.mark.parametrize("package", RULES)
def test_package_imports_only_what_it_may(package: str) -> None:
    sources = sorted((ROOT / RULES[package][0]).rglob("*.py"))
    within = [ROOT / folder for folder, _, _ in RULES.values() if folder.startswith(f"{RULES[package][0]}/")]
    sources = [path for path in sources if not any(path.is_relative_to(folder) for folder in within)]
    assert sources
    names = [(path, name) for path in sources for name in _imports(path)]
    assert names
    wrong = [f"{path.relative_to(ROOT)} imports {name}" for path, name in names if _forbidden(name, package)]
    assert wrong == []


def test_every_package_has_its_rule() -> None:
    folders = {str(path.relative_to(ROOT)) for path in ROOT.glob("*/accord/*") if path.is_dir()}
    folders -= {folder for folder in folders if not any((ROOT / folder).rglob("*.py"))}
    assert folders == {folder for name, (folder, _, _) in RULES.items() if "." not in name} | {EVERYTHING[0]}


def test_nothing_imports_the_tests() -> None:
    folders = [folder for folder, _, _ in RULES.values()] + list(EVERYTHING)
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert sources
    wrong = [str(path) for path in sources for name in _imports(path) if name.split(".")[0] == "tests"]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "name", "forbidden"),
    [
        ("isa", "numpy", True),
        ("isa", "dataclasses", False),
        ("hw", "accord.model.numerics", True),
        ("hw", "amaranth.hdl", False),
        ("model", "accord.hw", True),
        ("sim", "accord.model", False),
        ("sim", "accord.cli", True),
        ("kernels", "accord.kernels._core", False),
        ("kernels", "accord.model", True),
        ("nn", "onnx", True),
        ("nn.importers.onnx", "onnx.helper", False),
        ("nn.importers.onnx", "accord.kernels", True),
    ],
)
def test_the_rule_itself(package: str, name: str, forbidden: bool) -> None:
    assert _forbidden(name, package) is forbidden
