"""``accord dis``: words to assembler text."""

from pathlib import Path

import click

from accord.cli.errors import reported
from accord.cli.files import parse_hex, read_text


@click.command(epilog="Example: accord dis program.hex --k 16")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--k", default=8, show_default=True, help="Lanes of the NPU: 1, 2, 4, ... 64.")
def dis(file: Path, k: int) -> None:
    """Print the words of FILE, eight hexadecimal digits a line, as assembler text; illegal ones as .word."""
    from accord.isa import Config, disassemble

    with reported():
        config = Config(k=k)
    click.echo(disassemble(parse_hex(read_text(file), str(file)), config), nl=False)
