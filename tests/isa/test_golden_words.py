"""The encoding against words written out by hand, read both ways."""

from pathlib import Path

import pytest

from accord.isa import Config, assemble, disassemble_word
from accord.isa.fields import ROUNDING, by_mnemonic, instructions

CONFIG = Config(k=64, vx_count=32)
PATH = Path(__file__).parents[1] / "golden" / "isa_words.txt"


def golden() -> list[tuple[int, str]]:
    pairs = []
    for line in PATH.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            bits, text = line.split(maxsplit=1)
            digits = bits.replace("_", "")
            assert len(digits) == 32, line
            pairs.append((int(digits, 2), text))
    return pairs


PAIRS = golden()


@pytest.mark.parametrize(("word", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_text_gives_the_word(word: int, text: str) -> None:
    assert [f"{found:032b}" for found in assemble(text, CONFIG)] == [f"{word:032b}"]


@pytest.mark.parametrize(("word", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_word_gives_the_text(word: int, text: str) -> None:
    assert disassemble_word(word, CONFIG) == text


def test_every_instruction_and_rounding_mode_has_a_word() -> None:
    heads = [text.split()[0] for _, text in PAIRS]
    rows = {max((m for m in by_mnemonic() if f"{head}.".startswith(f"{m}.")), key=len) for head in heads}
    assert rows == {row.mnemonic for row in instructions()}
    assert {suffix for head in heads for suffix in head.split(".")} >= set(ROUNDING)
