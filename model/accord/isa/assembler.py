"""The text assembler: two passes, labels and names first, then instructions."""

from accord.isa.alias import AliasMode, check_aliases
from accord.isa.config import Config
from accord.isa.constant import CANONICAL_NAN, constant_words, float_bits, integer_bits, literal_bits
from accord.isa.errors import AsmError, Location
from accord.isa.expression import parse_expression
from accord.isa.fields import by_mnemonic
from accord.isa.lexer import Cursor, Token, tokenize
from accord.isa.program import Program
from accord.isa.statement import MACRO, parse_instruction, parse_register
from accord.isa.suggest import did_you_mean
from accord.isa.symbols import Symbols
from accord.isa.word import Word

_DEFAULT_CONFIG = Config()
_SIGN_BIT = 0x80000000


def assemble(
    text: str, config: Config = _DEFAULT_CONFIG, *, alias: AliasMode = "error", name: str = "<text>"
) -> Program:
    """Assemble ``text`` for ``config``; ``name`` stands for the text in messages.

    ``alias`` is what becomes of a read of rows last written under another class: AliasError, AliasWarning, or
    nothing. Raises AsmError for the first mistake found, ProgramTooLongError where the words do not fit the
    program memory.
    """
    symbols = Symbols(config)
    items: list[tuple[Location, Word | Cursor]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        cursor = Cursor(tokenize(line.rstrip("\r"), name, number))
        while cursor.token.kind == "name" and cursor.following.text == ":":
            symbols.define(cursor.take(), len(items))
            cursor.expect(":")
        location = cursor.token.location
        if cursor.token.text == ".equ":
            _equ(cursor, symbols)
        elif cursor.token.text == MACRO:
            items += [(location, word) for word in _const(cursor, symbols, config)]
        elif cursor.token.kind in ("name", "directive"):
            items.append((location, cursor))
        elif cursor.token.kind != "end":
            raise cursor.token.error("a label, an instruction or a directive")
    symbols.complete = True
    words = [item if isinstance(item, Word) else _word(item, symbols, config) for _, item in items]
    program = Program(tuple(words), config, tuple(location for location, _ in items), symbols.defined())
    check_aliases(program.words, config, alias=alias, source=program.source)
    return program


def _word(cursor: Cursor, symbols: Symbols, config: Config) -> Word:
    if cursor.token.kind == "name":
        return parse_instruction(cursor, symbols, config)
    directive = cursor.take()
    if directive.text != ".word":
        hint = did_you_mean(directive.text, [".word", ".equ"])
        raise AsmError(f"unknown directive {directive.text!r}: expected .word or .equ{hint}", directive.location)
    start = cursor.token
    value = parse_expression(cursor, symbols)
    cursor.expect_end("'.word expression'")
    return Word(_checked_bits(value, start))


def _equ(cursor: Cursor, symbols: Symbols) -> None:
    cursor.take()
    if cursor.token.kind != "name":
        raise cursor.token.error("a name")
    defined = cursor.take()
    cursor.expect(",")
    value = parse_expression(cursor, symbols)
    cursor.expect_end("'.equ name, expression'")
    symbols.define(defined, value)


def _const(cursor: Cursor, symbols: Symbols, config: Config) -> tuple[Word, ...]:
    cursor.take()
    operand = by_mnemonic()["vlui"].operands[0]
    rd = parse_register(cursor, symbols, config, operand, (operand.kind,))
    cursor.expect(",")
    bits = _constant_bits(cursor, symbols)
    cursor.expect_end("'const VR[rd], value'")
    return constant_words(rd, bits, config)


def _constant_bits(cursor: Cursor, symbols: Symbols) -> int:
    """Return the bits of the value ahead: an FP32 literal with at most a sign, or an integer expression."""
    start = cursor.token
    literal = cursor.following if start.text in ("-", "+") else start
    if literal.kind != "float" and literal.text not in ("inf", "nan"):
        return _checked_bits(parse_expression(cursor, symbols), start)
    sign = _SIGN_BIT if start.text == "-" else 0
    if literal is not start:
        cursor.take()
    cursor.take()
    if literal.text == "nan":
        if literal is not start:
            raise AsmError("nan takes no sign: it stands for the canonical NaN 0x7fc00000", start.location)
        return CANONICAL_NAN
    if literal.text == "inf":
        return sign | float_bits(float("inf"))
    try:
        return sign | literal_bits(literal.text)
    except ValueError as error:
        raise AsmError(str(error), literal.location) from None


def _checked_bits(value: int, start: Token) -> int:
    try:
        return integer_bits(value)
    except ValueError as error:
        raise AsmError(str(error), start.location) from None
