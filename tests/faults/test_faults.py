"""Every deliberate fault turns its test red: the benches are tested here, not the RTL."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]
PACKAGES = ("model", "hw", "sim", "sw")

RUN_HERE = """
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "ScikitBuild" not in type(finder).__name__]
sys.path[:0] = sys.argv[1].split(":")
import pytest
sys.exit(pytest.main(sys.argv[2:]))
"""
"""Runs pytest on the packages of a copied tree, whatever is installed."""


def run_in_copy(tree: Path, test: str) -> subprocess.CompletedProcess[str]:
    paths = ":".join(str(tree / package) for package in PACKAGES)
    command = [sys.executable, "-c", RUN_HERE, paths, "-q", "-x", "-p", "no:cacheprovider", test]
    environment = os.environ | {"ACCORD_CACHE": str(tree / "cache")}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def copy_tree(target: Path) -> Path:
    for name in (*PACKAGES, "tests", "docs"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "Makefile"):
        shutil.copyfile(ROOT / name, target / name)
    return target


def apply(fault: Fault, tree: Path) -> None:
    path = tree / "hw" / "accord" / "hw" / fault.file
    text = path.read_text()
    assert text.count(fault.old) == 1, f"{fault.name}: {fault.old!r} is not unique in {fault.file}"
    path.write_text(text.replace(fault.old, fault.new))


def test_every_fault_applies_and_is_listed():
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 12
    page = (ROOT / "docs" / "verification.md").read_text()
    for fault in FAULTS:
        text = (ROOT / "hw" / "accord" / "hw" / fault.file).read_text()
        assert text.count(fault.old) == 1, fault.name
        assert fault.name in page


@pytest.mark.nightly
def test_the_sound_tree_passes(tmp_path):
    for test in sorted({fault.test for fault in FAULTS}):
        result = run_in_copy(copy_tree(tmp_path / re.sub(r"\W", "_", test)), test)
        assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_turns_its_test_red(fault, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    apply(fault, tree)
    result = run_in_copy(tree, fault.test)
    assert result.returncode == 1, f"exit code {result.returncode}\n{result.stdout[-3000:]}{result.stderr[-2000:]}"
    assert "1 failed" in result.stdout
    assert "BuildError: building" not in result.stdout
