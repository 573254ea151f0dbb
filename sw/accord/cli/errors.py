"""Errors as the command line shows them: a message and exit code 2, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from accord.isa.config import ConfigError
from accord.isa.errors import AsmError
from accord.isa.machine import ProgramTooLongError


class Failure(click.ClickException):
    """Bad input, or something missing that the command needs."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as it is: one from the assembler begins with file:line:column."""
        click.echo(self.message, file=file, err=file is None)


@contextmanager
def reported() -> Iterator[None]:
    """Turn what bad input raises into a Failure."""
    try:
        yield
    except AsmError as error:
        raise Failure(str(error)) from None
    except (ConfigError, ProgramTooLongError) as error:
        raise Failure(f"Error: {error}") from None
