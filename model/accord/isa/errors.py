"""Errors of the assembler, and the places in source text they point at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A place in source text: ``line`` and ``column`` count from 1, ``text`` is the whole line."""

    name: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """Return the line with a caret below the column."""
        lead = "".join("\t" if character == "\t" else " " for character in self.text[: self.column - 1])
        return f"    {self.text}\n    {lead}^"


class AsmError(ValueError):
    """Assembler text or words that mean no program: what was found, what was expected, and where."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        self.message = message
        self.location = location
        super().__init__(f"{location}: {message}\n{location.excerpt()}" if location else message)

    @property
    def line(self) -> int | None:
        """Line in the text, from 1; None for words that came from no text."""
        return self.location.line if self.location else None

    @property
    def column(self) -> int | None:
        """Column in the line, from 1; None for words that came from no text."""
        return self.location.column if self.location else None


class AliasError(AsmError):
    """A read of rows that the program last wrote under another register class."""


class AliasWarning(UserWarning):
    """What AliasError says, where the alias check was asked to warn."""
