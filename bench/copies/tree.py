"""A copy of the sources, to be broken and built, and runs of its tests that use nothing of what is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("model", "hw", "sim", "sw")

SITE = """
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "ScikitBuild" not in type(finder).__name__]
"""
"""Python runs this at its start, in subprocesses too: an editable install no longer leads imports to ROOT."""


def copy_tree(target: Path) -> Path:
    """Copy the packages and all that their tests read."""
    for name in (*PACKAGES, "bench", "tests", "docs"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "Makefile"):
        shutil.copyfile(ROOT / name, target / name)
    (target / "sitecustomize.py").write_text(SITE)
    return target


def run_in_copy(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the packages of a copy."""
    paths = os.pathsep.join(str(tree / package) for package in (".", *PACKAGES))
    networks = os.environ.get("ACCORD_MODELS") or str(ROOT.parent / "shared" / "models")
    places = {"ACCORD_CACHE": str(tree / "cache"), "ACCORD_MODELS": networks, "PYTHONPATH": paths}
    environment = os.environ | places | variables
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def run_tests(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a copy."""
    return run_in_copy(tree, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments, **variables)


def break_once(path: Path, old: str, new: str) -> None:
    """Replace a string that occurs once."""
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))
