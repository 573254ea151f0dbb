"""Witnesses stand outside: they share no code with what they judge, and ONNX Runtime's sessions have one maker."""

import ast
from collections.abc import Iterator
from pathlib import Path

MAKER = "bench/witness/runtime.py"


def _trees(files: list[Path], root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in files:
        name = str(path.relative_to(root))
        if path.suffix == ".py" and name.startswith(folders):
            yield name, ast.parse(path.read_text())


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _makes_sessions(tree: ast.Module) -> bool:
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(getattr(one, "attr", getattr(one, "id", "")) == "InferenceSession" for one in called)


def test_one_place_makes_sessions_of_onnx_runtime(files: list[Path], root: Path) -> None:
    trees = dict(_trees(files, root, "bench/", "tests/", "sw/", "model/", "sim/", "hw/"))
    assert len(trees) > 200
    assert [name for name, tree in trees.items() if _makes_sessions(tree)] == [MAKER]


def test_a_session_made_elsewhere_is_seen() -> None:
    assert _makes_sessions(ast.parse("import onnxruntime as o\ns = [o.InferenceSession(path)]"))
    assert _makes_sessions(ast.parse("from onnxruntime import InferenceSession\nInferenceSession(path)"))
    assert not _makes_sessions(ast.parse("def run(s: onnxruntime.InferenceSession): pass"))


def test_the_evaluator_shares_nothing_with_accord(files: list[Path], root: Path) -> None:
    trees = dict(_trees(files, root, "bench/witness/"))
    assert len(trees) > 10
    allowed = {"numpy", "onnx", "onnxruntime", "bench"}
    own = {name for tree in trees.values() for name in _imports(tree) if name.startswith("bench")}
    assert {name for name in own if not name.startswith("bench.witness")} == set()
    others = {name.split(".")[0] for tree in trees.values() for name in _imports(tree)} - allowed
    assert others <= {"collections", "dataclasses", "functools", "itertools", "os", "pathlib", "tempfile", "typing"}


def test_the_oracle_of_contracts_shares_nothing_with_accord(files: list[Path], root: Path) -> None:
    ((_, tree),) = _trees(files, root, "tests/sw/exact_contracts.py")
    assert sorted(_imports(tree)) == ["fractions", "functools", "math"]
    for name, other in _trees(files, root, "tests/"):
        if name != "tests/sw/test_lowering.py":  # which tests that module itself
            assert "accord.nn.reference" not in set(_imports(other)), name
