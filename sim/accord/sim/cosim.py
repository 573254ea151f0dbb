"""Co-simulation: one case on the golden model and on the RTL; failing cases shrunk and saved.

In lock-step, the default, every change that the RTL's record shows is matched with the model's change by the same
instruction; in any case the whole states that both end in are compared.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from shlex import quote

import numpy as np

from accord.isa.config import Config
from accord.isa.machine import MachineError, TickLimitError
from accord.model import Npu as Model
from accord.model.snapshot import Snapshot, differences, take
from accord.sim.case import Case
from accord.sim.command import accord
from accord.sim.coverage import Coverage
from accord.sim.generator import Generator
from accord.sim.lockstep import Mismatch, Reference, first_mismatch, follow, recorded
from accord.sim.npu import Npu as Rtl
from accord.sim.report import mismatch_lines, state_lines

INSTRUCTION_LIMIT = 20_000
"""More than any generated program executes; one shrunk from it that executes more counts as one without an end."""

TICKS_PER_INSTRUCTION = 500
"""More than any takes at K=64; an RTL that has not halted after so many for each, never will."""

SHRINK_TRIES = 3000
"""Cases that shrinking compares at most."""

LINES = 60
"""Lines of a difference that are reported."""


def small_config(k: int) -> Config:
    """Return a configuration with memories small enough that a whole state is read in a moment."""
    return Config(k=k, scratchpad_rows=64, program_words=256)


class CosimError(AssertionError):
    """Model and RTL differ; the text gives seed, case, differences, the saved file and the command that reruns it."""


def execute(npu: "Model | Rtl", case: Case, max_ticks: int = INSTRUCTION_LIMIT) -> Snapshot:
    """Run ``case`` from reset and return the state it ends in. Raises TickLimitError where it does not end."""
    _prepare(npu, case)
    npu.run(max_ticks=max_ticks)
    return take(npu)


def _prepare(npu: "Model | Rtl", case: Case) -> None:
    npu.reset()
    npu.ext_write_vr(0, case.vr)
    npu.write_scratchpad(0, case.scratchpad)
    npu.load(case.words)


class Pair:
    """The golden model and the RTL of one configuration. In ``lockstep`` what they do is counted in ``coverage``.

    ``limit`` is how many instructions a case may execute.
    """

    def __init__(
        self,
        config: Config,
        *,
        waves: Path | None = None,
        lockstep: bool = True,
        coverage: Coverage | None = None,
        limit: int = INSTRUCTION_LIMIT,
    ) -> None:
        self.model, self.rtl = Model(config), Rtl(config, trace=lockstep, waves=waves)
        self.coverage = coverage or Coverage(config)
        self._lockstep, self._limit = lockstep, limit

    def compare(self, case: Case) -> list[str]:
        """Return what differs, a line each, the model's value first; empty where nothing does.

        In lock-step the first lines are the first instruction that differs and the state before it. Raises
        TickLimitError where the model executes more instructions than it may.
        """
        _prepare(self.model, case)
        reference = Reference()
        if self._lockstep:
            reference = follow(self.model, case, self._limit)
        else:
            self.model.run(max_ticks=self._limit)
        expected = take(self.model)
        try:
            found = differences(expected, execute(self.rtl, case, TICKS_PER_INSTRUCTION * (expected.retired + 1)))
        except MachineError as error:
            found = [f"the RTL does not halt: {error}"]
        if not self._lockstep:
            return found
        writes = self.rtl.writes()
        mismatch = first_mismatch(reference.changes, recorded(writes, self.rtl.dispatches(), self.rtl.events()))
        if mismatch:
            return self._explain(mismatch, reference, case) + found
        if not found:
            raised = [(write.seq, write.flags) for write in writes if write.flags and not write.replace]
            in_flight = self.rtl.in_flight()
            self.coverage.record(reference.executed, self.rtl.dispatches(), raised, in_flight, expected.cause)
        return found

    def _explain(self, mismatch: Mismatch, reference: Reference, case: Case) -> list[str]:
        _prepare(self.model, case)
        for _ in range(min(mismatch.seq, len(reference.executed))):
            self.model.step()
        before = [f"  {line}" for line in state_lines(take(self.model))]
        return [*mismatch_lines(mismatch, reference, case), "the state before it, where not zero:", *before]


def shrink(case: Case, fails: Callable[[Case], bool], tries: int = SHRINK_TRIES) -> Case:
    """Return a smaller case that still fails: fewer instructions, then fewer rows of state (delta debugging).

    A word taken away from a loop's body moves the next ones into it: such programs are tried like any other. At most
    ``tries`` cases are.
    """
    left = tries

    def try_fails(candidate: Case) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and fails(candidate)

    words = list(case.words)
    size = len(words) // 2
    while size:
        start = 0
        while start < len(words):
            shorter = words[:start] + words[start + size :]
            if try_fails(case.with_words(shorter)):
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
            if np.any(getattr(case, field)[row]) and try_fails(smaller):
                case = smaller
    return case


def run_random(
    generator: Generator,
    numbers: Iterable[int],
    save_to: Path,
    *,
    lockstep: bool = True,
    coverage: Coverage | None = None,
) -> int:
    """Compare the cases of the given numbers and return how many instructions completed in all.

    In ``lockstep`` what they did is counted in ``coverage``. Raises CosimError at the first case that differs, after
    shrinking it and saving it below ``save_to``.
    """
    pair = Pair(generator.config, lockstep=lockstep, coverage=coverage)
    instructions = 0
    for number in numbers:
        case = generator.case(number)
        if pair.compare(case):
            raise CosimError(_report(pair, generator, number, case, save_to))
        instructions += pair.model.counters.retired
    return instructions


def fill(generator: Generator, coverage: Coverage, start: int, save_to: Path, tries: int = 40) -> int:
    """Run more cases, from number ``start`` on, that aim at the bins still empty; return how many.

    At most ``tries`` for each bin. Raises CosimError as ``run_random`` does.
    """
    count = 0
    for target in coverage.empty():
        for number in islice(generator.numbers(target, start), tries):
            if coverage.hits[target]:
                break
            run_random(generator, [number], save_to, coverage=coverage)
            count += 1
    return count


def _report(pair: Pair, generator: Generator, number: int, case: Case, save_to: Path) -> str:
    def fails(candidate: Case) -> bool:
        try:
            return bool(pair.compare(candidate))
        except TickLimitError:  # fewer words can make a program run longer, even without end
            return False

    small = shrink(case, fails)
    found = pair.compare(small)
    found = found[:LINES] + ([f"... and {len(found) - LINES} more lines"] if len(found) > LINES else [])
    title = f"seed {generator.seed}, case {number}, {generator.config}"
    path = save_to / f"cosim-k{generator.config.k}-seed{generator.seed}-case{number}.s"
    again = f"{accord()} cosim {quote(str(path))}"
    rerun = f"rerun: {again}\nwith waveforms: {again} --waves {quote(str(path.with_suffix('.vcd')))}"
    save_to.mkdir(parents=True, exist_ok=True)
    path.write_text(small.text("\n".join([title, "model != RTL:", *found, rerun])))
    listing = "\n".join(f"  {line}" for line in found)
    return f"model and RTL differ: {title}\n{listing}\nsaved as {path}\n{rerun}"
