"""``accord programs``: error, ticks and length of every vector program, its bytes beside the CPU's."""

import sys

import click

from accord.cli.errors import reported


@click.command(epilog="Examples: accord programs | accord programs --k 16 | accord programs --no-rtl")
@click.option("--k", default=8, show_default=True, help="Lanes of the NPU: 1, 2, 4, ... 64.")
@click.option("--rtl/--no-rtl", "on_rtl", default=True, show_default=True, help="Measure on the Verilated RTL.")
def programs(k: int, on_rtl: bool) -> None:
    """Run an example of every vector program and print what docs/programs.md shows.

    Errors against the float function, ticks a row or vector (the golden model counts none), words of program; bytes
    compared with those of the CPU's layer of the same name. Exit code 1 where any of them differs.
    """
    from accord.cli.rtl import rtl
    from accord.isa import Config
    from accord.model import Npu
    from accord.nn.programs.report import HEAD, figures, line

    differing = 0
    with reported():
        config = Config(k=k)
        machine = rtl(config) if on_rtl else Npu(config)
        click.echo(HEAD)
        for item in figures(machine, config):
            click.echo(line(item))
            differing += item.differing
    if differing:
        click.echo(f"bytes that are not the CPU's: {differing}", err=True)
        sys.exit(1)
