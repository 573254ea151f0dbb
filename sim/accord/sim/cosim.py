"""Co-simulation: one case on the golden model and on the RTL, whole states compared; failing cases shrunk and saved."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from accord.isa.config import Config
from accord.isa.machine import TickLimitError
from accord.model import Npu as Model
from accord.model.snapshot import Snapshot, differences, take
from accord.sim.case import Case
from accord.sim.generator import Generator
from accord.sim.npu import Npu as Rtl

TICK_LIMIT = 100_000
"""More than any straight-line program takes; an RTL that has not halted by then never will."""


def small_config(k: int) -> Config:
    """Return a configuration with memories small enough that a whole state is read in a moment."""
    return Config(k=k, scratchpad_rows=64, program_words=256)


class CosimError(AssertionError):
    """Model and RTL differ; the text gives seed, case, differences, the saved file and the command that reruns it."""


def execute(npu: "Model | Rtl", case: Case) -> Snapshot:
    """Run ``case`` from reset and return the state it ends in. Raises TickLimitError where it does not end."""
    npu.reset()
    npu.ext_write_vr(0, case.vr)
    npu.write_scratchpad(0, case.scratchpad)
    npu.load(case.words)
    npu.run(max_ticks=TICK_LIMIT)
    return take(npu)


class Pair:
    """The golden model and the RTL of one configuration."""

    def __init__(self, config: Config, waves: Path | None = None) -> None:
        self.model, self.rtl = Model(config), Rtl(config, waves=waves)

    def compare(self, case: Case) -> list[str]:
        """Return what differs after ``case``, a line each, the model's value first; empty where nothing does."""
        expected = execute(self.model, case)
        try:
            return differences(expected, execute(self.rtl, case))
        except TickLimitError as error:
            return [f"the RTL does not halt: {error}"]


def shrink(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Return a smaller case that still fails: fewer instructions, then fewer rows of state (delta debugging)."""
    words = list(case.words)
    size = len(words) // 2
    while size:
        start = 0
        while start < len(words):
            shorter = words[:start] + words[start + size :]
            if fails(case.with_words(shorter)):
                words = shorter
            else:
                start += size
        size //= 2
    case = case.with_words(words)
    for field in ("vr", "scratchpad"):
        for row in range(len(getattr(case, field))):
            rows = getattr(case, field).copy()
            rows[row] = 0
            smaller = replace(case, **{field: rows})
            if np.any(getattr(case, field)[row]) and fails(smaller):
                case = smaller
    return case


def run_random(generator: Generator, numbers: Iterable[int], save_to: Path) -> int:
    """Compare the cases of the given numbers and return how many instructions completed in all.

    Raises CosimError at the first case that differs, after shrinking it and saving it below ``save_to``.
    """
    pair = Pair(generator.config)
    instructions = 0
    for number in numbers:
        case = generator.case(number)
        if pair.compare(case):
            raise CosimError(_report(pair, generator, number, case, save_to))
        instructions += pair.model.counters.retired
    return instructions


def _report(pair: Pair, generator: Generator, number: int, case: Case, save_to: Path) -> str:
    small = shrink(case, lambda candidate: bool(pair.compare(candidate)))
    found = pair.compare(small)
    title = f"seed {generator.seed}, case {number}, {generator.config}"
    save_to.mkdir(parents=True, exist_ok=True)
    path = save_to / f"cosim-k{generator.config.k}-seed{generator.seed}-case{number}.s"
    path.write_text(small.text("\n".join([title, "model != RTL:", *found[:20]])))
    listing = "\n".join(f"  {line}" for line in found[:20])
    return f"model and RTL differ: {title}\n{listing}\nsaved as {path}\nrerun: accord cosim {path}"
