"""Integer expressions of assembler text, with C's precedences and truncating division."""

from accord.isa.errors import AsmError
from accord.isa.lexer import Cursor, Token, integer_value
from accord.isa.symbols import Symbols

_LEVELS = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
_MAX_DEPTH = 64
_MAX_SHIFT = 63


def parse_expression(cursor: Cursor, symbols: Symbols) -> int:
    """Evaluate the expression ahead. Raises AsmError for bad syntax, unknown names, a division by zero."""
    return _binary(cursor, symbols, 0, 0)


def _binary(cursor: Cursor, symbols: Symbols, level: int, depth: int) -> int:
    if level == len(_LEVELS):
        return _unary(cursor, symbols, depth)
    left = _binary(cursor, symbols, level + 1, depth)
    while operator := cursor.accept(*_LEVELS[level]):
        left = _apply(operator, left, _binary(cursor, symbols, level + 1, depth))
    return left


def _apply(operator: Token, left: int, right: int) -> int:
    match operator.text:
        case "|":
            return left | right
        case "^":
            return left ^ right
        case "&":
            return left & right
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "<<" | ">>":
            if not 0 <= right <= _MAX_SHIFT:
                raise AsmError(f"shift by {right}: expected 0 to {_MAX_SHIFT}", operator.location)
            return left << right if operator.text == "<<" else left >> right
        case _:
            if right == 0:
                raise AsmError("division by zero", operator.location)
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return quotient if operator.text == "/" else left - quotient * right


def _unary(cursor: Cursor, symbols: Symbols, depth: int) -> int:
    if depth > _MAX_DEPTH:
        raise AsmError(f"expression nested deeper than {_MAX_DEPTH} levels", cursor.token.location)
    if operator := cursor.accept("-", "+", "~"):
        value = _unary(cursor, symbols, depth + 1)
        return {"-": -value, "+": value, "~": ~value}[operator.text]
    if cursor.accept("("):
        value = _binary(cursor, symbols, 0, depth + 1)
        cursor.expect(")")
        return value
    if cursor.token.kind == "integer":
        return integer_value(cursor.take())
    if cursor.token.kind == "name":
        return symbols.value(cursor.take())
    raise cursor.token.error("an integer, a name or '('")
