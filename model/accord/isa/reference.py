"""The reference page docs/isa.md, generated from the instruction table.

``python -m accord.isa.reference docs/isa.md`` writes it; with ``--check`` it exits 1 where the file is stale.
"""

import argparse
import sys
from pathlib import Path

from accord.isa.config import Config
from accord.isa.disassembler import disassemble_word
from accord.isa.encoding import encode
from accord.isa.fields import FIELDS, ROUNDING, Instruction, Mode, Operand, instructions
from accord.isa.reference_text import ACCESS, FAMILIES, HEAD, IMMEDIATES, MODES
from accord.isa.syntax import operand_text, usage

_EDGES = (32, 25, 20, 15, 12, 7, 0)
_EXAMPLE_VALUES = {
    "flags": 0,
    "rd": 1,
    "rs1": 2,
    "rs2": 3,
    "rs3": 4,
    "imm8": -5,
    "imm12": -12,
    "imm20": 74565,
    "column": 5,
    "segment": 3,
    "count": 100,
    "length": 7,
}
_EXAMPLE_CONFIG = Config(k=8, vx_count=32)


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, _summary()]
    for family, title in FAMILIES.items():
        parts.append(f"## {title}\n")
        parts += [_section(row) for row in instructions() if row.row.family == family]
    return "\n".join(parts)


def _summary() -> str:
    lines = [
        "## All instructions\n",
        "| instruction | match | mask | unit | ticks |",
        "|---|---|---|---|---|",
    ]
    for row in instructions():
        lines.append(
            f"| [`{usage(row)}`](#{_anchor(row)}) | `0x{row.match:08x}` | `0x{row.mask:08x}` "
            f"| {row.row.unit} | {row.row.latency} |"
        )
    return "\n".join(lines) + "\n"


def _anchor(instruction: Instruction) -> str:
    return instruction.mnemonic.replace(".", "")


def _section(instruction: Instruction) -> str:
    row = instruction.row
    lines = [f"### {instruction.mnemonic}\n", f"`{usage(instruction)}`\n", f"{row.text}\n"]
    lines += ["```", *draw(instruction), "```\n"]
    lines += [f"- {_operand_line(operand)}" for operand in instruction.operands]
    lines += [f"- {_mode_line(mode)}" for mode in instruction.modes]
    when = "at dispatch" if row.latency == 0 else f"{row.latency} tick{'' if row.latency == 1 else 's'}"
    lines.append(f"- executes in: {row.unit}, {when}")
    lines.append(f"- flags raised: {', '.join(row.flags.split()) or 'none'}")
    lines += [f"- example: `{text}` is `0x{word:08x}`" for text, word in examples(instruction)]
    return "\n".join(lines) + "\n"


def _operand_line(operand: Operand) -> str:
    field = FIELDS[operand.field]
    place = f"bits [{field.lo + field.width - 1}:{field.lo}]"
    if operand.is_register:
        return f"`{operand_text(operand)}`, {place}: {ACCESS[operand.access]}"
    return f"`{operand.field}`, {place}: {IMMEDIATES[operand.field]}"


def _mode_line(mode: Mode) -> str:
    field = FIELDS[mode.field]
    if mode.field == "rounding":
        codes = ", ".join(f"`.{name}` {code}" for code, name in enumerate(ROUNDING))
        place = f"bits [{field.lo + field.width - 1}:{field.lo}]"
        return f"rounding mode, {place}: {codes}; without a suffix `.{ROUNDING[mode.default]}`"
    if mode.field == "keep":
        return f"`keep=true` or `keep=false`, bit {field.lo}; true where it is not written"
    return f"`.{mode.field}`, bit {field.lo}: {MODES[mode.field]}"


def draw(instruction: Instruction) -> list[str]:
    """Return the word's layout as two lines: bit numbers, and fields or fixed bits below them."""
    numbers, cells = "", ""
    for high, low, label in _parts(instruction):
        bits = str(high) if high == low else f"{high} {low}"
        width = max(len(label), len(bits))
        left, _, right = bits.partition(" ")
        numbers += f"  {left}{right.rjust(width - len(left))}"
        cells += f"| {label.ljust(width)}"
        numbers, cells = numbers + " ", cells + " "
    return [numbers.rstrip(), f"{cells}|"]


def _parts(instruction: Instruction) -> list[tuple[int, int, str]]:
    """Return (high, low, label) from bit 31 down; fixed bits end at the edges of the base layout."""
    names = [operand.field for operand in instruction.operands] + [mode.field for mode in instruction.modes]
    by_top = {FIELDS[name].lo + FIELDS[name].width - 1: name for name in names}
    parts: list[tuple[int, int, str]] = []
    high = 31
    while high >= 0:
        if high in by_top:
            low, label = FIELDS[by_top[high]].lo, by_top[high]
        else:
            edge = max(edge for edge in _EDGES if edge <= high)
            low = max([edge, *(top + 1 for top in by_top if top < high)])
            label = f"{instruction.match >> low & (1 << (high - low + 1)) - 1:0{high - low + 1}b}"
        parts.append((high, low, label))
        high = low - 1
    return parts


def examples(instruction: Instruction) -> list[tuple[str, int]]:
    """Return example lines with their words: plain, and with every mode away from its default."""
    operands = {operand.field: _EXAMPLE_VALUES[operand.field] for operand in instruction.operands}
    changed = {mode.field: 1 if mode.field == "rounding" else 1 - mode.default for mode in instruction.modes}
    words = [encode(instruction, operands, _EXAMPLE_CONFIG)]
    if changed:
        words.append(encode(instruction, operands | changed, _EXAMPLE_CONFIG))
    return [(disassemble_word(word, _EXAMPLE_CONFIG), word) for word in words]


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m accord.isa.reference", description=__doc__)
    parser.add_argument("path", type=Path, help="the page, docs/isa.md")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file is stale")
    options = parser.parse_args(arguments)
    text = page()
    if not options.check:
        options.path.write_text(text, encoding="utf-8")
        return 0
    if options.path.is_file() and options.path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{options.path} is stale: run `{parser.prog} {options.path}`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
