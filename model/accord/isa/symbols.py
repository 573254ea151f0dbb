"""Names of assembler text: labels, .equ, and the two the configuration predefines."""

from accord.isa.config import CLASS_ROWS, Config
from accord.isa.errors import AsmError
from accord.isa.lexer import Token
from accord.isa.suggest import did_you_mean

_RESERVED = {*CLASS_ROWS, "A", "inf", "nan"}


class Symbols:
    """Values by name; K and L are the lanes and the VX registers of the configuration."""

    def __init__(self, config: Config) -> None:
        self._values = {"K": config.k, "L": config.vx_count}
        self._defined: dict[str, Token] = {}
        self.complete = False
        """Whether every line has been read, so that a name not known now will never be."""

    def define(self, token: Token, value: int) -> None:
        """Give a name its value. Raises AsmError where it is taken or reserved."""
        name = token.text
        if "." in name:
            raise AsmError(f"the name {name!r} may not contain '.'", token.location)
        if name in _RESERVED:
            raise AsmError(f"the name {name!r} is reserved", token.location)
        if name in self._defined:
            first = self._defined[name].location.line
            raise AsmError(f"{name!r} is already defined on line {first}", token.location)
        if name in self._values:
            raise AsmError(f"{name!r} is predefined as {self._values[name]}", token.location)
        self._values[name] = value
        self._defined[name] = token

    def value(self, token: Token) -> int:
        """Return a name's value. Raises AsmError where it has none."""
        if token.text in self._values:
            return self._values[token.text]
        if self.complete:
            hint = did_you_mean(token.text, self._values)
            raise AsmError(f"unknown name {token.text!r}{hint}", token.location)
        raise AsmError(
            f"{token.text!r} is not defined above this line, where '.equ' and 'const' need it", token.location
        )

    def defined(self) -> dict[str, int]:
        """Return what the text defined, without the predefined names."""
        return {name: self._values[name] for name in self._defined}
