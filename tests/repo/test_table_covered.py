"""Every row of the instruction table has semantics in the model and hardware; nothing has either without a row."""

import ast
from pathlib import Path

import pytest

from accord.hw import types
from accord.hw.lane import HANDLED
from accord.isa.fields import instructions
from accord.model import implemented_ops

HARDWARE = Path(types.__file__).parent
ENUMERATIONS = {"mmalu": "MmaOp", "lsu": "LsuOp", "control": "ControlOp"}
NO_HARDWARE = {("control", "nop")}
"""Operations that do nothing, so that no unit mentions them."""


def _operations(unit: str) -> set[str]:
    found = {ins.row.op for ins in instructions() if ins.row.unit == unit}
    assert found
    return found


def _mentioned(enumeration: str) -> set[str]:
    """Return the members of an enumeration that the hardware's sources name, as in ``MmaOp.LAST``."""
    nodes = [node for path in HARDWARE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    return {
        node.attr.lower()
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enumeration
    }


def test_every_row_has_semantics_and_no_semantics_lacks_a_row() -> None:
    assert implemented_ops() == {ins.row.op for ins in instructions()}


def test_every_row_is_executed_by_a_unit_that_exists() -> None:
    assert {ins.row.unit for ins in instructions()} == {"valu", *ENUMERATIONS}


def test_the_vector_unit_handles_its_rows_and_no_others() -> None:
    assert {op.name.lower() for op in HANDLED} == _operations("valu")


@pytest.mark.parametrize("unit", ENUMERATIONS)
def test_other_units_name_their_operations_and_no_others(unit: str) -> None:
    idle = {op for owner, op in NO_HARDWARE if owner == unit}
    assert _mentioned(ENUMERATIONS[unit]) == _operations(unit) - idle
