"""The instruction table proves itself: rows do not overlap, every bit is accounted for, the data are known words."""

from itertools import combinations

import pytest

from accord.isa.config import CLASS_ROWS, LANES, Config
from accord.isa.encoding import decode
from accord.isa.fields import FIELDS, FUNCT3, FUNCT7, OPCODE, ROUNDING, Instruction, instructions, resolve
from accord.isa.machine import Flags
from accord.isa.reference_text import ACCESS, FAMILIES, IMMEDIATES
from accord.isa.table import TABLE, Row

ROWS = instructions()
IDS = [row.mnemonic for row in ROWS]


def test_mnemonics_are_unique() -> None:
    assert len(TABLE) == len({row.mnemonic for row in TABLE}) > 0


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_no_other_row_matches_a_word_of_this_one(row: Instruction) -> None:
    for other in ROWS:
        common = row.mask & other.mask
        assert other is row or row.match & common != other.match & common, other.mnemonic


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_every_bit_is_a_field_or_fixed_and_none_is_both(row: Instruction) -> None:
    names = [operand.field for operand in row.operands] + [mode.field for mode in row.modes]
    covered = row.mask
    for name in names:
        assert not covered & FIELDS[name].mask, name
        covered |= FIELDS[name].mask
    assert covered == 0xFFFFFFFF
    assert row.match & ~row.mask == 0


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_fixed_parts_are_what_the_row_says(row: Instruction) -> None:
    parts = dict(part.split("=") for part in row.row.code.split())
    assert set(parts) <= {"op", "f3", "f7"}
    assert OPCODE.extract(row.match) == int(parts["op"], 0)
    assert FUNCT3.extract(row.match) == int(parts.get("f3", "0"), 0)
    assert FUNCT7.extract(row.match) == int(parts.get("f7", "0"), 0)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_units_access_modes_and_families_are_known(row: Instruction) -> None:
    assert row.row.unit in ("control", "mmalu", "valu", "lsu")
    assert row.row.family in FAMILIES
    assert (row.row.latency == 0) == (row.row.unit == "control")
    assert row.row.op
    assert row.row.text.endswith(".")
    assert set(row.row.flags.split()) <= {flag.name for flag in Flags}
    for operand in row.operands:
        if operand.is_register:
            assert operand.kind in (*CLASS_ROWS, "A")
            assert operand.access in ACCESS
        else:
            assert operand.kind == operand.field
            assert operand.field in IMMEDIATES
    for mode in row.modes:
        assert mode.field in ("rounding", "sat", "wrap", "post", "keep")
        assert 0 <= mode.default < (len(ROUNDING) if mode.field == "rounding" else 2)


def test_operations_of_a_unit_do_not_collide_across_families() -> None:
    seen: dict[tuple[str, str], str] = {}
    for row in TABLE:
        assert seen.setdefault((row.unit, row.op), row.family) == row.family, row.mnemonic


def test_opcodes_belong_to_one_family_each() -> None:
    families: dict[int, set[str]] = {}
    for row in ROWS:
        families.setdefault(OPCODE.extract(row.match), set()).add(row.row.family)
    assert all(len(names) == 1 for names in families.values()), families


def test_opcodes_0_and_127_stay_unassigned() -> None:
    assert not {0, 0x7F} & {OPCODE.extract(row.match) for row in ROWS}


@pytest.mark.parametrize("k", LANES)
@pytest.mark.parametrize("vx_count", [4, 32])
def test_words_of_all_zeros_and_all_ones_are_illegal(k: int, vx_count: int) -> None:
    config = Config(k=k, vx_count=vx_count)
    assert decode(0, config) is None
    assert decode(0xFFFFFFFF, config) is None


def test_fields_sharing_a_bit_are_rejected() -> None:
    overlapping = Row("x", "op=0x01", "imm12 rs2:VX:r", "", "valu", 1, "x", "move", "X.")
    with pytest.raises(ValueError, match="x: field rs2 overlaps another"):
        resolve(overlapping)


def test_immediate_ranges_on_the_page_are_those_of_the_fields() -> None:
    for name, text in IMMEDIATES.items():
        if name not in ("column", "segment"):
            minimum = 1 if name == "length" else FIELDS[name].minimum
            assert text == f"{minimum} to {FIELDS[name].maximum}"


def test_fields_insert_and_extract_their_extremes() -> None:
    for name, field in FIELDS.items():
        for value in (field.minimum, field.maximum):
            assert field.extract(field.insert(value)) == value, name
        for value in (field.minimum - 1, field.maximum + 1):
            with pytest.raises(ValueError, match="does not fit"):
                field.insert(value)
    shared = [{a, b} for a, b in combinations(FIELDS, 2) if FIELDS[a].mask == FIELDS[b].mask]
    assert shared == [{"rs2", "flags"}, {"imm12", "count"}, {"column", "segment"}, {"sat", "wrap"}]
