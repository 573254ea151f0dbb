"""Figures of the vector programs: error against the float function, ticks, words, bytes that are not the CPU's."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accord.isa.config import Config
from accord.nn.programs.builder import run_program
from accord.nn.programs.cases import CASES, Case, Job
from accord.nn.run import Machine


@dataclass(frozen=True)
class Figures:
    """What one program gave on one machine."""

    name: str
    largest: float
    """Largest absolute error against the float function of the dequantized inputs, in real units."""
    mean: float
    """Mean absolute error, in real units."""
    scale: float
    """Output scale: an error divided by it is in LSB."""
    unit: str
    """What ``ticks`` are counted for: a "row" of K results, or a "vector"."""
    ticks: float | None
    """Ticks that one unit more takes; None on a machine that does not count them."""
    setup: float | None
    """Ticks of a run beside those: constants, tables, loops begun."""
    words: int
    """Length of the program."""
    compared: int
    """Bytes compared with those of the CPU's layer of the same name, ``differing`` of them other than these."""
    differing: int


def figures(machine: Machine, config: Config) -> Iterator[Figures]:
    """Yield the figures of every case of ``cases``, measured on ``machine``, which has ``config``.

    Errors come from the larger size of a case, ticks from the difference of the two. Raises ValueError where the
    scratchpad is too small for a case: 4096 rows are enough.
    """
    for case in CASES:
        yield _measure(machine, config, case)


def _run(machine: Machine, job: Job) -> int | None:
    machine.reset()
    run_program(machine, job.program, job.inputs)
    return machine.counters.cycles


def _measure(machine: Machine, config: Config, case: Case) -> Figures:
    small, large = case.sizes
    fewer = _run(machine, case.build(config, small))
    job = case.build(config, large)
    more = _run(machine, job)
    width = job.real.shape[1]
    rows = machine.scratchpad[job.target : job.target + large * -(-width // config.k)]
    left = rows.reshape(large, -1)[:, :width]
    error = np.abs(float(job.output.scale) * (left.astype(np.float64) - job.output.zero_point) - job.real)
    ticks = None if fewer is None or more is None else (more - fewer) / (large - small)
    return Figures(
        name=case.name,
        largest=float(error.max()),
        mean=float(error.mean()),
        scale=float(job.output.scale),
        unit=case.unit,
        ticks=ticks,
        setup=None if ticks is None or more is None else more - large * ticks,
        words=len(job.program.program),
        compared=left.size,
        differing=int((left != job.cpu).sum()),
    )


HEAD = (
    f"{'program':<24}{'max error':>11}{'mean error':>12}{'max LSB':>9}{'mean LSB':>10}"
    f"{'ticks':>9} {'a':<7}{'setup':>6}{'words':>7}{'bytes':>8}{'differ':>8}"
)
"""What stands above the lines."""


def line(item: Figures) -> str:
    """Return the figures of a program as a line of a plain-text table."""
    ticks = f"{'-':>9} {item.unit:<7}{'-':>6}"
    if item.ticks is not None:
        ticks = f"{item.ticks:>9.2f} {item.unit:<7}{item.setup:>6.0f}"
    return (
        f"{item.name:<24}{item.largest:>11.6f}{item.mean:>12.6f}{item.largest / item.scale:>9.3f}"
        f"{item.mean / item.scale:>10.3f}{ticks}{item.words:>7}{item.compared:>8,}{item.differing:>8}"
    )
