"""What the files say: sizes, no machine's paths, commands that exist."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

LONGEST = 400
SOURCES = {".py", ".pyi", ".cpp", ".hpp", ".c", ".h"}
MACHINE_PATHS = re.compile(r"(?<![\w.~])/(?:wor[k]|roo[t]|hom[e])/")


def test_no_source_is_too_long(files: list[Path], root: Path) -> None:
    sources = [path for path in files if path.suffix in SOURCES]
    assert sources
    lengths = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in sources}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_file_names_a_machines_path(files: list[Path], root: Path) -> None:
    wrong = []
    for path in files:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MACHINE_PATHS.search(line):
                wrong.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    assert wrong == []


def _make(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=root, capture_output=True, text=True, check=False)


def _targets(root: Path) -> set[str]:
    """Those for people; the second line has what these are made of."""
    line, _ = re.findall(r"^\.PHONY: (.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    return set(line.split())


def test_help_lists_every_target(root: Path) -> None:
    listed = set(re.findall(r"^  ([\w-]+)", _make(root, "help").stdout, re.MULTILINE))
    assert listed == _targets(root)
    assert {"help", "run", "sim", "test", "lint", "bench", "marks", "waves", "nightly", "clean"} <= listed


@pytest.mark.parametrize("goal", ["run", "sim", "test", "lint", "bench", "marks", "nightly", "clean"])
def test_make_knows_how_to_make_it(root: Path, goal: str) -> None:
    plan = _make(root, "--dry-run", goal)
    assert plan.returncode == 0, plan.stderr


def test_waves_wants_a_test(root: Path) -> None:
    result = _make(root, "waves")
    assert result.returncode != 0
    assert "make waves TEST=" in result.stderr


def test_old_python_is_named(root: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    result = _make(root, f"{tmp_path}/venv/bin/python", f"VENV={tmp_path}/venv", f"PYTHON={old}")
    assert result.returncode != 0
    assert "needs Python 3.11 or later; found: Python 3.9.2" in result.stdout


def test_readme_shows_the_two_commands_first(root: Path) -> None:
    screen = "\n".join((root / "README.md").read_text().splitlines()[:40])
    assert "make run" in screen
    assert "make sim" in screen


def test_commands_in_the_pages_exist(root: Path) -> None:
    text = "\n".join(path.read_text() for path in [root / "README.md", *root.glob("docs/**/*.md")])
    code = "\n".join(re.findall(r"`([^`]+)`", text))
    goals = set(re.findall(r"\bmake ([a-z][\w-]*)", code))
    assert goals
    assert goals <= _targets(root)
    modules = set(re.findall(r"python3? -m (accord[\w.]*)", code))
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
