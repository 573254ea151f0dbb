"""``accord asm``: assembler text to words."""

from pathlib import Path

import click

from accord.cli.errors import reported
from accord.cli.files import format_hex, read_text, write_text


@click.command(epilog="Example: accord asm program.s -o program.hex --k 16")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of printing."
)
@click.option("--k", default=8, show_default=True, help="Lanes of the NPU: 1, 2, 4, ... 64.")
def asm(file: Path, output: Path | None, k: int) -> None:
    """Assemble FILE into words, a line of eight hexadecimal digits each."""
    from accord.isa import Config, assemble

    with reported():
        program = assemble(read_text(file), Config(k=k), name=str(file))
    if output is None:
        click.echo(format_hex(program), nl=False)
    else:
        write_text(output, format_hex(program))
        click.echo(f"{output}: {len(program)} words for K={k}")
