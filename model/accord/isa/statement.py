"""One instruction of assembler text into its word."""

from dataclasses import replace

from accord.isa.config import Config
from accord.isa.encoding import encode, operand_limit
from accord.isa.errors import AsmError
from accord.isa.expression import parse_expression
from accord.isa.fields import ROUNDING, Instruction, Operand, by_mnemonic, instructions
from accord.isa.lexer import Cursor, Token
from accord.isa.suggest import did_you_mean
from accord.isa.symbols import Symbols
from accord.isa.syntax import ALIAS, spelled_as, suffixes, usage
from accord.isa.word import Word

MACRO = "const"
"""The one mnemonic that is no instruction."""


def parse_instruction(cursor: Cursor, symbols: Symbols, config: Config) -> Word:
    """Encode the instruction ahead, up to the end of its line. Raises AsmError where it is none."""
    mnemonic = cursor.take()
    instruction, marks = _split(mnemonic)
    values, alias = _suffix_values(mnemonic, instruction, marks)
    for index, operand in enumerate(instruction.operands):
        if index and not cursor.accept(","):
            raise cursor.token.error(f"',' and operand {index + 1} of '{usage(instruction)}'")
        values[operand.field] = _operand(cursor, symbols, config, instruction, operand)
    if any(mode.field == "keep" for mode in instruction.modes) and cursor.accept(","):
        values["keep"] = _keep(cursor)
    cursor.expect_end(repr(usage(instruction)))
    return encode(instruction, values, config, alias=alias)


def _split(token: Token) -> tuple[Instruction, list[str]]:
    """Return the row of the longest mnemonic the token begins with, and the suffixes after it."""
    parts = token.text.split(".")
    for length in range(len(parts), 0, -1):
        instruction = by_mnemonic().get(".".join(parts[:length]))
        if instruction:
            return instruction, parts[length:]
    known_suffixes = {suffix for row in instructions() for suffix in suffixes(row)} | {ALIAS}
    while len(parts) > 1 and parts[-1] in known_suffixes:
        parts.pop()
    bare = ".".join(parts)
    widths = [name for name in by_mnemonic() if name.startswith(f"{bare}.")]
    hint = f": expected {', '.join(widths)}" if widths else did_you_mean(bare, [*by_mnemonic(), MACRO])
    raise AsmError(f"unknown mnemonic {bare!r}{hint}", token.location)


def _suffix_values(token: Token, instruction: Instruction, marks: list[str]) -> tuple[dict[str, int], bool]:
    """Return the modes that the suffixes set, and whether ``.alias`` is among them."""
    known = suffixes(instruction)
    values: dict[str, int] = {}
    alias = False
    column = token.location.column + len(instruction.mnemonic)
    for mark in marks:
        location = replace(token.location, column=column)
        column += len(mark) + 1
        if mark == ALIAS and not alias:
            alias = True
        elif mark == ALIAS or (mark in known and known[mark][0] in values):
            what = "a second rounding mode" if mark in ROUNDING else "given twice"
            raise AsmError(f"suffix '.{mark}' of {instruction.mnemonic}: {what}", location)
        elif mark in known:
            field, code = known[mark]
            values[field] = code
        else:
            expected = ", ".join(f".{name}" for name in (*known, ALIAS))
            hint = did_you_mean(f"{instruction.mnemonic}.{mark}", by_mnemonic())
            raise AsmError(f"{instruction.mnemonic} has no suffix '.{mark}': expected {expected}{hint}", location)
    return values, alias


def _operand(cursor: Cursor, symbols: Symbols, config: Config, instruction: Instruction, operand: Operand) -> int:
    if operand.is_register:
        return parse_register(cursor, symbols, config, operand, spelled_as(instruction, operand))
    start = cursor.token.location
    value = parse_expression(cursor, symbols)
    violation = operand_limit(operand, config).violation(value)
    if violation:
        raise AsmError(f"{instruction.mnemonic}: {violation}", start)
    return value


def parse_register(
    cursor: Cursor, symbols: Symbols, config: Config, operand: Operand, spellings: tuple[str, ...]
) -> int:
    """Return the index of the register ahead, ``VX[expression]``; class names in upper or lower case.

    Raises AsmError for another class than those of ``spellings`` and for an index beyond the operand's class.
    """
    if cursor.token.kind != "name" or cursor.token.text.upper() not in spellings:
        expected = " or ".join(f"{spelling}[...]" for spelling in spellings)
        raise cursor.token.error(f"the register {operand.field}, {expected}")
    register = cursor.take()
    cursor.expect("[")
    start = cursor.token.location
    index = parse_expression(cursor, symbols)
    cursor.expect("]")
    count = config.count(operand.kind)
    if not 0 <= index < count:
        raise AsmError(
            f"register {register.text}[{index}] does not exist: the index of {operand.field} "
            f"must be 0 to {count - 1} ({count} registers {operand.kind})",
            start,
        )
    return index


def _keep(cursor: Cursor) -> int:
    if cursor.token.text != "keep":
        raise cursor.token.error("'keep=true' or 'keep=false'")
    cursor.take()
    cursor.expect("=")
    if cursor.token.text not in ("true", "false"):
        raise cursor.token.error("true or false")
    return int(cursor.take().text == "true")
