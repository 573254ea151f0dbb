"""What a gate is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What a gate measured, and whether that is enough."""

    figure: str
    passed: bool


@dataclass(frozen=True)
class Gate:
    """One claim. ``measure`` is None while the gate is open, which counts as not passed.

    ``bad`` measures something wrong on purpose in the same way: it has to fail. A gate that needs what the processor
    lacks, as ``bench.processor.lacks`` takes it, neither passes nor fails there.
    """

    number: int
    title: str
    measure: Callable[[], Outcome] | None = None
    bad: Callable[[], Outcome] | None = None
    needs: str = ""
