"""Words back into assembler text, the inverse of the assembler."""

from collections.abc import Iterable

from accord.isa.alias import aliased_reads
from accord.isa.config import Config
from accord.isa.encoding import Decoded, decode
from accord.isa.fields import ROUNDING
from accord.isa.syntax import ALIAS
from accord.isa.word import Word


def disassemble_word(word: int, config: Config) -> str:
    """Return one word as a line of text, without alias check; an illegal word as ``.word``.

    A ``Word`` marked ``.alias`` keeps the mark.
    """
    return _line(word, config, isinstance(word, Word) and word.alias)


def disassemble(words: Iterable[int], config: Config) -> str:
    """Return a line of text for each word; assembled under ``config`` they give the words again.

    A read that the alias check would reject is marked ``.alias``, so the text passes it. Modes are written
    where they differ from the row's default.
    """
    words = tuple(words)
    aliased = {finding.read_at for finding in aliased_reads(words, config)}
    lines = [
        _line(word, config, address in aliased or (isinstance(word, Word) and word.alias))
        for address, word in enumerate(words)
    ]
    return "".join(f"{line}\n" for line in lines)


def _line(word: int, config: Config, alias: bool) -> str:
    decoded = decode(word, config)
    if decoded is None:
        return f".word 0x{word:08x}"
    operands = ", ".join(_operands(decoded))
    return f"{_mnemonic(decoded)}{f'.{ALIAS}' if alias else ''} {operands}".rstrip()


def _mnemonic(decoded: Decoded) -> str:
    text = decoded.instruction.mnemonic
    for mode in decoded.instruction.modes:
        value = decoded.modes[mode.field]
        if mode.field != "keep" and value != mode.default:
            text += f".{ROUNDING[value] if mode.field == 'rounding' else mode.field}"
    return text


def _operands(decoded: Decoded) -> list[str]:
    texts = []
    for operand in decoded.instruction.operands:
        value = decoded.operands[operand.field]
        texts.append(f"{operand.kind}[{value}]" if operand.is_register else str(value))
    if decoded.modes.get("keep") == 0:
        texts.append("keep=false")
    return texts
