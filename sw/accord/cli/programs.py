"""``accord programs``: error, ticks and length of every vector program."""

import click

from accord.cli.errors import reported


@click.command(epilog="Examples: accord programs | accord programs --k 16 | accord programs --no-rtl")
@click.option("--k", default=8, show_default=True, help="Lanes of the NPU: 1, 2, 4, ... 64.")
@click.option("--rtl/--no-rtl", "on_rtl", default=True, show_default=True, help="Measure on the Verilated RTL.")
def programs(k: int, on_rtl: bool) -> None:
    """Run an example of every vector program and print what docs/programs.md shows.

    Errors against the float function, ticks a row or vector (the golden model counts none), words of program.
    """
    from accord.cli.rtl import rtl
    from accord.isa import Config
    from accord.model import Npu
    from accord.nn.programs.report import figures, table

    with reported():
        config = Config(k=k)
        for line in table(figures(rtl(config) if on_rtl else Npu(config), config)):
            click.echo(line)
