"""``accord cosim``: programs on golden model and RTL, in lock-step, whole states compared."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from accord.cli.errors import Failure, reported
from accord.cli.files import read_text
from accord.cli.rtl import simulating

if TYPE_CHECKING:
    from accord.sim.coverage import Coverage

SAVE_TO = Path("build/cosim")
SHOWN_BINS = 20
INSTRUCTIONS = 1_000_000
"""How many a FILE may execute."""


@click.command(
    epilog="""\b
Examples:
  accord cosim --random 500 --k 4                      random programs; a new seed each time, printed
  accord cosim --random 500 --k 4 --seed 7             the same programs again
  accord cosim build/cosim/failing.s                   rerun a saved program: the first difference, if any is left
  accord cosim build/cosim/failing.s --waves out.vcd   rerun it with waveforms of the RTL
  accord cosim my_program.s                            any assembler text; registers and scratchpad start from zero
"""
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--waves", type=click.Path(dir_okay=False, path_type=Path), help="Write the RTL's waveforms (one FILE).")
@click.option("--random", "count", type=click.IntRange(min=1), help="Instead of files, run this many random programs.")
@click.option("--k", default=8, show_default=True, help="Lanes, for --random: 1, 2, 4, ... 64.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed, for --random; a new one where it is left out.")
@click.option(
    "--lockstep/--no-lockstep",
    default=True,
    show_default=True,
    help="Match every write of the RTL with the model's, or compare only the states that programs end in.",
)
def cosim(
    files: tuple[Path, ...], waves: Path | None, count: int | None, k: int, seed: int | None, lockstep: bool
) -> None:
    """Run each FILE (assembler text, with its initial state in '#!' lines) on model and RTL and compare.

    In lock-step, every register, scratchpad, address register and lookup bank write of the RTL is matched with the
    model's write of the same instruction, and the first difference is shown with the state before it. Then the whole
    states are compared. Random programs that differ are shrunk and saved below build/cosim; the coverage bins that
    they left empty are listed. Exits with 1 where model and RTL differ.
    """
    if bool(files) == (count is not None):
        raise click.UsageError("give either FILEs or --random N")
    if waves and len(files) != 1:
        raise click.UsageError("--waves records one FILE")
    with simulating():
        if count is not None:
            _random(count, k, secrets.randbits(31) if seed is None else seed, lockstep)
        differing = [path for path in files if _compare(path, waves, lockstep)]
    if differing:
        raise SystemExit(1)


def _compare(path: Path, waves: Path | None, lockstep: bool) -> list[str]:
    from accord.isa.machine import TickLimitError
    from accord.sim.case import CaseError, parse
    from accord.sim.cosim import Pair

    try:
        with reported():
            case = parse(read_text(path), str(path))
            pair = Pair(case.config, waves=waves, lockstep=lockstep, limit=INSTRUCTIONS)
        found = pair.compare(case)
    except CaseError as error:
        raise Failure(str(error)) from None
    except TickLimitError as error:
        raise Failure(f"{path}: the golden model does not come to an end: {error}") from None
    pair.rtl.close()
    retired, status = pair.model.counters.retired, pair.model.status
    ended = "halted" if not status.cause else f"trap {status.cause.name.lower()}"
    verdict = "model != RTL:" if found else "0 differences"
    click.echo(f"{path}: {retired} instructions, {ended} at PC {status.pc}; {verdict}")
    for line in found:
        click.echo(f"  {line}")
    if waves:
        click.echo(f"waveforms: {waves}")
    return found


def _random(count: int, k: int, seed: int, lockstep: bool) -> None:
    from rich.console import Console

    from accord.cli.phases import Phases
    from accord.sim.cosim import CosimError, run_random, small_config
    from accord.sim.coverage import Coverage
    from accord.sim.generator import Generator

    with reported():
        generator = Generator(small_config(k), seed)
    coverage = Coverage(generator.config)
    click.echo(f"K={k} seed={seed}")
    try:
        with Phases(Console(stderr=True)) as phases, phases.phase(f"random programs, K={k}", count) as report:
            instructions = run_random(
                generator, _reporting(count, report), SAVE_TO, lockstep=lockstep, coverage=coverage
            )
    except CosimError as error:
        click.echo(str(error))
        raise SystemExit(1) from None
    click.echo(f"{count} programs, {instructions} instructions compared, 0 differences")
    if lockstep:
        _show(coverage)


def _show(coverage: "Coverage") -> None:
    """Print what the bins hold; exit with 1 where one was hit that a rule says cannot be."""
    empty, impossible = coverage.empty(), coverage.impossible()
    click.echo(f"{len(coverage.reachable)} coverage bins, {len(empty)} empty")
    for target in empty[:SHOWN_BINS]:
        click.echo(f"  empty: {target}")
    if len(empty) > SHOWN_BINS:
        click.echo(f"  ... and {len(empty) - SHOWN_BINS} more")
    for line in impossible:
        click.echo(f"  declared unreachable: {line}")
    if impossible:
        raise SystemExit(1)


def _reporting(count: int, report: Callable[[int], None]) -> Iterator[int]:
    for number in range(count):
        yield number
        report(number + 1)
