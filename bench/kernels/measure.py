"""Candidates of a case take turns; medians over rounds, ratios are medians of the rounds' ratios."""

import gc
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.kernels.candidate import Kind
from bench.kernels.cases import Case, Quantity, Target

SAMPLE_SECONDS = 2e-3
"""The least of one sample."""
ROUNDS = 25
FASTEST = 2e12
"""Operations a second that no core reaches: a difference of two times may be anything while caches are cold."""

KINDS: dict[Quantity, Kind] = {
    "x best INT8": "INT8",
    "x best call": "INT8",
    "x best FP32": "FP32",
    "x FP32 time": "FP32",
    "of INT8 peak": "INT8 peak",
}
"""With whom a quantity compares."""


@dataclass
class Result:
    """Seconds of a call: of each candidate, in each round."""

    case: Case
    kinds: dict[str, Kind] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    off: dict[str, int] = field(default_factory=dict)
    """Outputs one off the exact ones, by candidate."""

    def median(self, name: str) -> float:
        """Return the median seconds of a call."""
        return float(np.median(self.seconds[name]))

    def gops(self, name: str) -> float:
        """Return 10^9 operations a second, two a multiply-accumulate, padded taps counted."""
        return self.case.operations / self.median(name) / 1e9

    def best(self, kind: Kind) -> str | None:
        """Return the name of the fastest of a kind; None where there is none."""
        names = [name for name, its in self.kinds.items() if its == kind]
        return min(names, key=self.median, default=None)

    @property
    def ours(self) -> str:
        """accord's name, which tells its instruction set."""
        return str(self.best("accord"))

    def speedup(self, kind: Kind) -> float | None:
        """Return the time of the best of a kind over accord's; None where there is none."""
        name = self.best(kind)
        if name is None:
            return None
        return float(np.median(np.divide(self.seconds[name], self.seconds[self.ours])))

    def value(self, target: Target) -> float | None:
        """Return what a target bounds; None where its peer is not installed or its peak not known."""
        speedup = self.speedup(KINDS[target.quantity])
        return 1 / speedup if speedup and target.is_time else speedup

    def peer(self, target: Target) -> str | None:
        """Return the name of whom a target compares with."""
        return self.best(KINDS[target.quantity])


def measure(
    case: Case, candidates: Sequence[Any], rounds: int = ROUNDS, advance: Callable[[], None] = lambda: None
) -> Result:
    """Time candidates in turn, each sample at least SAMPLE_SECONDS long; ``advance`` is called after each round.

    ValueError for a candidate that is faster than the processor: what it says it computes, it does not.
    """
    rotations = {}
    least = max(case.operations * case.copies / FASTEST, 1e-6)
    for each in candidates:
        once = sorted(each.time(1) for _ in range(3))[1]
        rotations[each.name] = math.ceil(SAMPLE_SECONDS / max(once, least))
    if len(rotations) != len(candidates):
        raise ValueError(f"{case.id}: two candidates have one name: {[each.name for each in candidates]}")
    result = Result(case, {each.name: each.kind for each in candidates}, {each.name: [] for each in candidates})
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            first = number % len(candidates)
            for each in [*candidates[first:], *candidates[:first]]:
                count = rotations[each.name]
                result.seconds[each.name].append(each.time(count) / count / case.copies)
            advance()
    finally:
        gc.enable()
    _expect_possible(result)
    return result


def _expect_possible(result: Result) -> None:
    case = result.case
    for kind in ("INT8", "FP32"):
        best, peak = result.best(kind), result.best("INT8 peak" if kind == "INT8" else "FP32 peak")
        if best and peak and result.median(best) < 0.95 * result.median(peak) * case.taps_inside:
            raise ValueError(f"{case.id}: {best}: {result.gops(best):.0f} GOPS, the peak is {result.gops(peak):.0f}")
