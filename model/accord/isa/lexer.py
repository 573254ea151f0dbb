"""Lines of assembler text into tokens."""

import re
from dataclasses import dataclass

from accord.isa.errors import AsmError, Location


@dataclass(frozen=True)
class Token:
    """One token: ``kind`` is name, directive, integer, float, symbol or end; ``text`` as written."""

    kind: str
    text: str
    location: Location

    def error(self, expected: str) -> AsmError:
        """Return the error "expected ..., found this token"."""
        found = repr(self.text) if self.text else "the end of the line"
        return AsmError(f"expected {expected}, found {found}", self.location)


_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+)
  | (?P<comment>\#.*|;.*|//.*)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)
  | (?P<directive>\.[A-Za-z_][A-Za-z0-9_]*)
  | (?P<integer>0[xX][0-9A-Fa-f_]+|0[bB][01_]+)(?![A-Za-z0-9_.])
  | (?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.])
  | (?P<symbol><<|>>|[-+*/%&|^~()\[\],:=])
    """,
    re.VERBOSE,
)
_MALFORMED = re.compile(r"[0-9.][A-Za-z0-9_.]*")


def tokenize(text: str, name: str, line: int) -> list[Token]:
    """Return the tokens of one line, the last of kind ``end``. Raises AsmError where no token begins."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        location = Location(name, line, position + 1, text)
        match = _TOKEN.match(text, position)
        if match is None:
            malformed = _MALFORMED.match(text, position)
            if malformed:
                raise AsmError(f"malformed number {malformed.group()!r}: expected decimal, 0x, 0b or a float", location)
            raise AsmError(f"unexpected character {text[position]!r}", location)
        kind = match.lastgroup or ""
        if kind == "number":
            kind = "float" if re.search(r"[.eE]", match.group()) else "integer"
        if kind not in ("blank", "comment"):
            tokens.append(Token(kind, match.group(), location))
        position = match.end()
    tokens.append(Token("end", "", Location(name, line, len(text.rstrip()) + 1, text)))
    return tokens


def integer_value(token: Token) -> int:
    """Return the value of an integer token. Raises AsmError for misplaced underscores or too many digits."""
    base = {"0x": 16, "0b": 2}.get(token.text[:2].lower(), 10)
    try:
        return int(token.text, base)
    except ValueError:
        raise AsmError(f"malformed number {token.text[:40]!r}", token.location) from None


class Cursor:
    """Reads a line's tokens from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0

    @property
    def token(self) -> Token:
        """The token ahead."""
        return self._tokens[self._index]

    @property
    def following(self) -> Token:
        """The token after the one ahead; the end where there is none."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Return the token ahead and move past it; the end stays ahead."""
        token = self.token
        if token.kind != "end":
            self._index += 1
        return token

    def accept(self, *symbols: str) -> Token | None:
        """Move past the token ahead and return it where it is one of ``symbols``, else None."""
        return self.take() if self.token.kind == "symbol" and self.token.text in symbols else None

    def expect(self, symbol: str) -> Token:
        """Move past ``symbol``. Raises AsmError where another token is ahead."""
        token = self.accept(symbol)
        if token is None:
            raise self.token.error(repr(symbol))
        return token

    def expect_end(self, after: str) -> None:
        """Raise AsmError where the line goes on after what ``after`` names."""
        if self.token.kind != "end":
            raise self.token.error(f"the end of the line after {after}")
