"""The units of AArch64, compiled for it: each exports its table and nothing else, and asks for nothing unexpected."""

import subprocess
from pathlib import Path

import pytest
from tests.sw.kernels.test_symbols import CSRC, FLAGS, symbols_of, units_of

from .targets import build_environment, zig

pytestmark = pytest.mark.emulated
UNITS = units_of("aarch64")


def test_there_are_units() -> None:
    assert {path.stem for path in UNITS} == {"neon", "neondot", "neoni8mm"}
    assert len(UNITS) == 10


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_unit_exports_its_table_and_nothing_else(unit: Path, tmp_path: Path) -> None:
    result = tmp_path / "unit.o"
    flags = ["-target", "aarch64-linux-musl", "-std=c++20", "-fPIC", "-O1", "-ffp-contract=off", *FLAGS[unit.stem]]
    command = [zig(), "c++", *flags, "-c", str(unit), "-o", str(result)]
    subprocess.run(command, check=True, env=build_environment(), cwd=CSRC)
    exported, weak, outside = symbols_of(result)
    assert exported == [f"accord::{unit.parent.name}_{unit.stem}"]
    assert weak == []
    assert outside <= {"memcpy", "memset"}
