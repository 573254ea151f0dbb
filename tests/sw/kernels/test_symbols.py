"""Each instruction-set unit exports its table and nothing else: no inline function that a linker could choose.

The objects are those that the extension was linked from.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.long_runs import nightly

from accord.kernels import available

CSRC = Path(__file__).parents[3] / "sw" / "csrc"
BUILDS = Path(__file__).parents[3] / "build" / "kernels"
TAG = f"cp{sys.version_info.major}{sys.version_info.minor}"
"""What pyproject.toml's build folder of this Python begins with."""
LINES = re.findall(r"^set\(ACCORD_FLAGS_(\w+) (.*)\)$", (CSRC / "isa.cmake").read_text(), re.MULTILINE)
FLAGS = {isa: [flag for flag in flags.split() if flag != '""'] for isa, flags in LINES}
SETS = dict(re.findall(r"^set\(ACCORD_ISAS_(\w+) (.*)\)$", (CSRC / "isa.cmake").read_text(), re.MULTILINE))
ALLOWED = re.compile(r'^#include (<immintrin\.h>|<arm_neon\.h>|<wasm_simd128\.h>|<stddef\.h>|<stdint\.h>|"[\w./]+")$')


def units_of(processor: str) -> list[Path]:
    """Return the units of a processor's instruction sets, `scalar` apart."""
    return sorted(path for path in (CSRC / "kernels").glob("*/*.cpp") if path.stem in SETS[processor].split())


def symbols_of(result: Path) -> tuple[list[str], list[str], set[str]]:
    """Return the names that an object file exports, the kinds of its weak symbols, and what it wants from outside."""
    listing = subprocess.run(["nm", "-C", "--defined-only", result], capture_output=True, text=True, check=True)
    symbols = [line.split(maxsplit=2)[1:] for line in listing.stdout.splitlines()]
    wanted = subprocess.run(["nm", "-C", "--undefined-only", result], capture_output=True, text=True, check=True)
    outside = {line.split()[-1] for line in wanted.stdout.splitlines()}
    exported = [name for kind, name in symbols if kind.isupper() and not name.startswith("$")]
    return exported, [kind for kind, _ in symbols if kind in "uvwVW"], outside


UNITS = [*units_of("x86_64"), *sorted((CSRC / "kernels").glob("*/scalar.cpp"))]
BUILT = [unit if unit.stem in available() else nightly(unit) for unit in UNITS]
"""Those of other processors are compiled for `make units` and by night."""


def test_every_unit_has_its_flags():
    every = [path for processor in SETS for path in units_of(processor)]
    assert {path.stem for path in every} | {"scalar"} == set(FLAGS)
    assert {*every, *UNITS} == set((CSRC / "kernels").glob("*/*.cpp"))
    assert len(UNITS) > 15


@pytest.mark.parametrize("unit", BUILT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_unit_exports_its_table_and_nothing_else(unit):
    (result,) = BUILDS.glob(f"{TAG}-*/CMakeFiles/accord_kernels.dir/kernels/{unit.parent.name}/{unit.stem}.cpp.o")
    assert result.stat().st_mtime >= unit.stat().st_mtime, "older than its source: build the kernels"
    exported, weak, outside = symbols_of(result)
    assert exported == [f"accord::{unit.parent.name}_{unit.stem}"]
    assert weak == []
    assert outside <= {"memcpy", "memset", "fmaf", "roundf", "nearbyintf", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}


@pytest.mark.parametrize("path", sorted((CSRC / "kernels").rglob("*.*")), ids=lambda path: str(path.relative_to(CSRC)))
def test_units_include_intrinsics_and_plain_headers_only(path):
    includes = [line for line in path.read_text().splitlines() if line.startswith("#include")]
    assert [line for line in includes if not ALLOWED.match(line)] == []
