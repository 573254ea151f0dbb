"""The native half, built by CMake into build/bench when its sources are newer."""

import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from filelock import FileLock

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("native")
BUILD = ROOT / "build" / "bench"


def _run(*arguments: str | Path) -> None:
    """Run CMake; RuntimeError with what it printed where it fails."""
    cmake = Path(sys.executable).with_name("cmake")  # the package of that name
    done = subprocess.run([cmake, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"cmake {' '.join(map(str, arguments))} failed:\n{done.stdout}{done.stderr}")


@cache
def native() -> ModuleType:
    """Return the module ``_bench``."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / "lock"):
        _run("-S", SOURCE, "-B", BUILD, f"-DPython_EXECUTABLE={sys.executable}", "-DCMAKE_BUILD_TYPE=Release")
        _run("--build", BUILD, "--parallel", "2")
    sys.path.insert(0, str(BUILD / "modules"))
    return importlib.import_module("_bench")
