"""Verilated builds, compiled once per content of everything that goes into them.

A build is one product: a simulator program or a shared library. Its cache entry holds the product, the
Verilog and the log. Verilator's run-time library takes longer to compile than a small model; its objects are
an entry of their own, shared by all builds with the same flags.

GNU make cannot build where a path has a space in it. So it sees none of ours: what is compiled, and Verilator, lie or
are linked in a temporary directory.
"""

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from accord.sim import verilator
from accord.sim.cache import cache_dir, entry, key_of

PREFIX = "Vtop"
"""Class name of every Verilated model."""

_TAIL_LINES = 30


class BuildError(RuntimeError):
    """Verilator or the C++ compiler failed; the text ends with the end of its output and names the log."""


@dataclass(frozen=True)
class Recipe:
    """What a build is made of, and all that its cache key covers beside the tools' versions."""

    verilog: Path
    """Verilog source."""
    top: str
    """Module to build."""
    main: Path
    """C++ source linked with the model: a ``main`` or a shim."""
    product: str
    """File name of the program or library."""
    flags: Sequence[str] = ()
    """Further Verilator arguments."""
    optimize: str = "-O2"
    """Compiler optimization of the model."""
    trace: bool = False
    """Whether the model can write waveforms (VCD)."""


_FLAGS = ("-Wno-fatal", "-O3", "--output-split", "0", "--output-split-cfuncs", "1000")
# Of what many translation units cost, most is reading headers: there are two, one that runs at every tick and one that
# hardly ever runs. A precompiled header takes longer than it saves.
_UNITS = ("FAST", "SLOW")
_NO_HEADER = ("VM_PARALLEL_BUILDS=1", "VK_PCH_H=none.h", "VK_PCH_I_FAST=", "VK_PCH_I_SLOW=")


def _flags(recipe: Recipe) -> list[str]:
    return [*_FLAGS, *(["--trace"] if recipe.trace else []), *recipe.flags]


def _compiler_flags(recipe: Recipe) -> list[str]:
    """Return those of a recipe's flags that the run-time library is compiled with, too."""
    return [value for name, value in pairwise(recipe.flags) if name == "-CFLAGS"]


def _run(command: list[str], environment: dict[str, str], log: Path) -> None:
    with log.open("a") as stream:
        stream.write(shlex.join(command) + "\n")
        stream.flush()
        code = subprocess.run(command, stdout=stream, stderr=stream, env=environment, check=False).returncode
    if code:
        raise subprocess.CalledProcessError(code, command)


def _listed(objects: Path, variable: str) -> list[str]:
    """Return the names in a list of the makefile that Verilator wrote."""
    text = (objects / f"{PREFIX}_classes.mk").read_text()
    (listed,) = re.findall(rf"^{variable} \+= \\\n((?:\s+\w+ \\\n)*)", text, re.MULTILINE)
    return re.findall(r"\w+", listed)


def _runtime_objects(objects: Path) -> list[str]:
    """Return the object files of Verilator's run-time library that a verilated model needs."""
    return [f"{name}.o" for unit in _UNITS for name in _listed(objects, f"VM_GLOBAL_{unit}")]


def _two_units(objects: Path) -> list[str]:
    """Write two sources that include all generated ones, and return the variables of make that name them."""
    (objects / "none.h").write_text("")
    variables = list(_NO_HEADER)
    for unit in _UNITS:
        names = [*_listed(objects, f"VM_CLASSES_{unit}"), *_listed(objects, f"VM_SUPPORT_{unit}")]
        (objects / f"all_{unit}.cpp").write_text("".join(f'#include "{name}.cpp"\n' for name in names))
        variables += [f"VM_CLASSES_{unit}=all_{unit}", f"VM_SUPPORT_{unit}="]
    return variables


def _compile(recipe: Recipe, tools: verilator.Verilator, work: Path, place: Path) -> None:
    """Verilate and compile in ``place``, whose path is plain; put product, Verilog and log into ``work``."""
    objects, log, environment = place / "obj", work / "build.log", tools.environment
    objects.mkdir()
    source, main = place / recipe.verilog.name, place / recipe.main.name
    shutil.copyfile(recipe.verilog, source)
    main.symlink_to(recipe.main.absolute())
    if tools.root:
        (place / "verilator").symlink_to(tools.root)
        environment["VERILATOR_ROOT"] = str(place / "verilator")
    names = ["--cc", "--exe", "--no-MMD", "--prefix", PREFIX, "--top-module", recipe.top, "-o", recipe.product]
    _run([tools.command, *names, *_flags(recipe), "-Mdir", str(objects), str(main), str(source)], environment, log)
    make = ["make", "-j", "2", "-C", str(objects), "-f", f"{PREFIX}.mk", *tools.make_variables, *_two_units(objects)]
    runtime = _runtime_objects(objects)

    def make_runtime(target: Path) -> None:
        _run([*make, *runtime], environment, log)
        for name in runtime:
            shutil.copyfile(objects / name, target / name)

    key = key_of(
        [tools.version, tools.compiler, *tools.make_variables, str(recipe.trace), *_compiler_flags(recipe), *runtime]
    )
    shared = entry("runtime", key, make_runtime)
    for name in runtime:
        shutil.copyfile(shared / name, objects / name)
    _run([*make, f"OPT_FAST={recipe.optimize}"], environment, log)
    for path in (objects / recipe.product, source):
        shutil.move(path, work)


def build(recipe: Recipe) -> Path:
    """Return the path of the product, compiling it where no build of the same content exists.

    Raises ToolError where a tool is missing and BuildError where one fails.
    """
    tools = verilator.find()
    if set(tempfile.gettempdir()) & set(" :"):
        raise BuildError(f"TMPDIR={tempfile.gettempdir()!r}: GNU make cannot build where a path has a space or a colon")
    key = key_of(
        [
            recipe.verilog.read_bytes(), recipe.main.read_bytes(), recipe.top, recipe.product,
            recipe.optimize, *_NO_HEADER, tools.version, tools.compiler, *tools.make_variables, *_flags(recipe),
        ]
    )  # fmt: skip
    name = f"{recipe.top}-{key}"
    failure = cache_dir() / "failed" / f"{name}.log"

    def make(work: Path) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="accord-build-") as place:
                _compile(recipe, tools, work, Path(place))
        except subprocess.CalledProcessError as error:
            failure.parent.mkdir(parents=True, exist_ok=True)
            (work / "build.log").replace(failure)
            tail = "\n".join(failure.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
            tool = Path(error.cmd[0]).name
            raise BuildError(
                f"building {recipe.top}: {tool} failed with status {error.returncode}; log: {failure}\n{tail}"
            ) from None

    return entry("verilated", name, make) / recipe.product
