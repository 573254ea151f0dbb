"""Which instruction sets a source of the kernels is compiled for: a fault in it shows only where one of them runs."""

import re
from pathlib import Path

from bench.copies.tree import ROOT

CSRC = ROOT / "sw" / "csrc"


def _included(path: Path) -> set[Path]:
    """Return a file and all that it includes of this project."""
    names = re.findall(r'^#include "([\w./]+)"', path.read_text(), re.MULTILINE)
    return {path}.union(*(_included((path.parent / name).resolve()) for name in names))


def instruction_sets(file: str) -> set[str]:
    """Return those of the units that a file below sw/csrc is part of; of what is in no unit, `scalar`."""
    wanted = (CSRC / file).resolve()
    units = sorted((CSRC / "kernels").glob("*/*.cpp"))
    return {unit.stem for unit in units if wanted in _included(unit.resolve())} or {"scalar"}
