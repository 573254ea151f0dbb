"""The reference page: fresh, complete, its drawings and examples true."""

import re
from pathlib import Path

import pytest

from accord.isa import Config, assemble
from accord.isa.fields import FIELDS, Instruction, by_mnemonic, instructions
from accord.isa.reference import draw, examples, main, page

PAGE = Path(__file__).parents[2] / "docs" / "isa.md"
ROWS = instructions()
IDS = [row.mnemonic for row in ROWS]


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m accord.isa.reference docs/isa.md`"


def test_every_instruction_has_its_section() -> None:
    headings = re.findall(r"^### (.*)$", page(), re.MULTILINE)
    assert sorted(headings) == sorted(IDS)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_drawing_covers_32_bits_with_the_right_fields(row: Instruction) -> None:
    numbers, cells = draw(row)
    labels = [cell.strip() for cell in cells.strip("|").split("|")]
    edges = [int(number) for number in numbers.split()]
    position, match, mask = 32, 0, 0
    names = []
    for label in labels:
        assert edges.pop(0) == position - 1
        if label in FIELDS:
            names.append(label)
            width = FIELDS[label].width
            assert FIELDS[label].lo == position - width
        else:
            width = len(label)
            match |= int(label, 2) << position - width
            mask |= (1 << width) - 1 << position - width
        position -= width
        if width > 1:
            assert edges.pop(0) == position
    assert (position, edges, match, mask) == (0, [], row.match, row.mask)
    assert sorted(names) == sorted([o.field for o in row.operands] + [m.field for m in row.modes])


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_examples_assemble_to_the_word_beside_them(row: Instruction) -> None:
    found = examples(row)
    assert len(found) == 1 + bool(row.modes)
    for text, word in found:
        assert f"- example: `{text}` is `0x{word:08x}`" in page()
        assert assemble(text, Config(k=8)).words == (word,)


def test_a_known_drawing() -> None:
    assert draw(by_mnemonic()["vfma"]) == [
        "  31 27   26 25   24 20   19 15   14    12   11 7   6     0",
        "| rs3   | 00    | rs2   | rs1   | rounding | rd   | 0101010 |",
    ]


def test_check_tells_a_stale_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "isa.md"
    assert main([str(path), "--check"]) == 1
    assert not path.exists()
    assert main([str(path)]) == 0
    assert main([str(path), "--check"]) == 0
    path.write_text(path.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert main([str(path), "--check"]) == 1
    assert "is stale: run `python -m accord.isa.reference" in capsys.readouterr().err
