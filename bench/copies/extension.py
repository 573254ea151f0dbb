"""The kernels' extension, built in a copy of the sources, into the package of that copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.copies.tree import copy_tree, run_in_copy


def _cmake(*arguments: str | Path) -> None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    program = shutil.which("cmake", path=places)
    assert program, "cmake is missing: pip install -c constraints.txt -e '.[dev]'"
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout[-3000:]}{result.stderr[-5000:]}"


def build(tree: Path) -> None:
    """Compile what has changed since the last time."""
    _cmake("--build", tree / "build", "--parallel", str(os.cpu_count()))


def copy_and_build(tree: Path, *options: str) -> Path:
    """Copy the sources and build the extension with CMake options."""
    copy_tree(tree)
    package = tree / "sw" / "accord" / "kernels"
    fixed = (
        f"-DPython_EXECUTABLE={sys.executable}",
        f"-DCMAKE_LIBRARY_OUTPUT_DIRECTORY={package}",
        "-DACCORD_NATIVE=ON",
    )
    _cmake("-S", tree / "sw" / "csrc", "-B", tree / "build", *fixed, *options)
    build(tree)
    return tree


def extension(tree: Path, **variables: str) -> Path:
    """Return the extension that Python imports in a copy, which has to be the copy's."""
    result = run_in_copy(tree, "-c", "import accord.kernels._core as core; print(core.__file__)", **variables)
    assert result.returncode == 0, result.stderr
    path = Path(result.stdout.strip())
    assert path.is_relative_to(tree), f"{path} is not of {tree}"
    return path
