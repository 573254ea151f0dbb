"""``accord cosim``: programs on golden model and RTL, whole states compared."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from accord.cli.errors import Failure, reported
from accord.cli.files import read_text


@click.command(
    epilog="Examples: accord cosim build/cosim/failing.s --waves failing.vcd | accord cosim --random 500 --k 4 --seed 7"
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--waves", type=click.Path(dir_okay=False, path_type=Path), help="Write the RTL's waveforms (one FILE).")
@click.option("--random", "count", type=click.IntRange(min=1), help="Instead of files, run this many random programs.")
@click.option("--k", default=8, show_default=True, help="Lanes, for --random: 1, 2, 4, ... 64.")
@click.option("--seed", default=1, show_default=True, help="Seed, for --random.")
def cosim(files: tuple[Path, ...], waves: Path | None, count: int | None, k: int, seed: int) -> None:
    """Run each FILE (assembler text, with its initial state in '#!' lines) on model and RTL and compare whole states.

    Exits with 1 where they differ. Random programs that differ are shrunk and saved below build/cosim.
    """
    if bool(files) == (count is not None):
        raise click.UsageError("give either FILEs or --random N")
    if waves and len(files) != 1:
        raise click.UsageError("--waves records one FILE")
    if count is not None:
        _random(count, k, seed)
    differing = [path for path in files if _compare(path, waves)]
    if differing:
        raise SystemExit(1)


def _compare(path: Path, waves: Path | None) -> list[str]:
    from accord.sim.case import CaseError, parse
    from accord.sim.cosim import Pair

    try:
        with reported():
            case = parse(read_text(path), str(path))
            pair = Pair(case.config, waves=waves)
    except CaseError as error:
        raise Failure(str(error)) from None
    found = pair.compare(case)
    pair.rtl.close()
    status = pair.model.status
    ended = "halted" if not status.cause else f"trap {status.cause.name.lower()}"
    click.echo(
        f"{path}: {pair.model.counters.retired} instructions, {ended} at PC {status.pc}; {len(found)} differences"
    )
    for line in found:
        click.echo(f"  model != RTL: {line}")
    if waves:
        click.echo(f"waveforms: {waves}")
    return found


def _random(count: int, k: int, seed: int) -> None:
    from rich.console import Console

    from accord.cli.phases import Phases
    from accord.sim.cosim import CosimError, run_random, small_config
    from accord.sim.generator import Generator

    with reported():
        generator = Generator(small_config(k), seed)
    try:
        with Phases(Console(stderr=True)) as phases, phases.phase(f"random programs, K={k}", count) as report:
            instructions = run_random(generator, _reporting(count, report), Path("build/cosim"))
    except CosimError as error:
        click.echo(str(error))
        raise SystemExit(1) from None
    click.echo(f"K={k} seed={seed}: {count} programs, {instructions} instructions compared, 0 differences")


def _reporting(count: int, report: Callable[[int], None]) -> Iterator[int]:
    for number in range(count):
        yield number
        report(number + 1)
