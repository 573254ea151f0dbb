"""Coverage bins, made from the instruction table: what random programs have to have done, and what no program can.

Four kinds of bin: each instruction in each combination of its modes dispatched under each kind of hazard, each sticky
flag raised by each instruction of the vector unit, each trap cause, each two units at work in the same tick. A bin that
no program can reach has a rule with its reason; a hit of such a bin shows that the rule, or the hardware, is wrong.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from accord.isa.config import CLASS_ROWS, Config
from accord.isa.encoding import Decoded, mode_limit
from accord.isa.fields import ROUNDING, Instruction, by_mnemonic, instructions
from accord.isa.machine import UNITS, Cause, Flags
from accord.sim.record import Dispatch

HAZARDS = ("none", "raw", "war", "waw", "tile")
"""Why an instruction had to wait for an older one when it was dispatched, as the RTL's dispatch trace tells."""


class Variant(NamedTuple):
    """An instruction in one combination of its modes: their codes, in the order of the table's row."""

    mnemonic: str
    modes: tuple[int, ...]

    @property
    def instruction(self) -> Instruction:
        """The table's row."""
        return by_mnemonic()[self.mnemonic]

    def __str__(self) -> str:
        text = self.mnemonic
        for mode, code in zip(self.instruction.modes, self.modes, strict=True):
            if mode.field == "rounding":
                text += f".{ROUNDING[code]}"
            elif code != mode.default:
                text += f".{mode.field}" if code else f".no_{mode.field}"
        return text


class Bin(NamedTuple):
    """``kind`` "hazard", "flag", "trap" or "units"; ``subject`` a Variant, mnemonic, cause or unit; ``what`` of it."""

    kind: str
    subject: Variant | str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}{f' x {self.what}' if self.what else ''}"


def variant_of(decoded: Decoded) -> Variant:
    """Return the variant that a legal word is."""
    modes = decoded.modes
    return Variant(decoded.instruction.mnemonic, tuple(modes[mode.field] for mode in decoded.instruction.modes))


@cache
def variants() -> tuple[Variant, ...]:
    """Return every instruction in every combination of its modes, in table order."""
    found: list[Variant] = []
    for instruction in instructions():
        codes = [range(mode_limit(mode).high + 1) for mode in instruction.modes]
        found += [Variant(instruction.mnemonic, combination) for combination in itertools.product(*codes)]
    return tuple(found)


@cache
def bins() -> tuple[Bin, ...]:
    """Return every bin, reachable or not."""
    vector = [instruction.mnemonic for instruction in instructions() if instruction.row.unit == "valu"]
    return (
        *(Bin("hazard", variant, hazard) for variant in variants() for hazard in HAZARDS),
        *(Bin("flag", mnemonic, str(flag.name)) for mnemonic in vector for flag in Flags),
        *(Bin("trap", cause.name, "") for cause in Cause),
        *(Bin("units", first, second) for first, second in itertools.combinations(UNITS, 2)),
    )


def vector_operands(instruction: Instruction, access: str) -> list[tuple[str, str]]:
    """Return field and class of the vector registers that an instruction accesses so ("r" or "w")."""
    return [(op.field, op.kind) for op in instruction.operands if op.kind in CLASS_ROWS and op.access == access]


class Rule(NamedTuple):
    """A reason why a bin is unreachable, and the bins it holds for under a configuration."""

    reason: str
    holds: Callable[[Bin, Config], bool]


def _hazard(what: Sequence[str], holds: Callable[[Instruction], bool]) -> Callable[[Bin, Config], bool]:
    return lambda b, config: isinstance(b.subject, Variant) and b.what in what and holds(b.subject.instruction)


def _flag(what: Sequence[str], holds: Callable[[Instruction, Config], bool]) -> Callable[[Bin, Config], bool]:
    return lambda b, config: b.kind == "flag" and b.what in what and holds(by_mnemonic()[str(b.subject)], config)


RULES = (
    Rule("reads no vector register", _hazard(["raw"], lambda i: not vector_operands(i, "r"))),
    Rule("writes no vector register", _hazard(["war", "waw"], lambda i: not vector_operands(i, "w"))),
    Rule("neither reads nor commits T", _hazard(["tile"], lambda i: i.row.op not in ("tile", "last"))),
    Rule(
        "the table's flags column does not list it",
        lambda b, config: b.kind == "flag" and b.what not in by_mnemonic()[str(b.subject)].row.flags.split(),
    ),
    Rule(
        "K=1 gives the only lane as it is, and computes nothing",
        _flag(
            [str(flag.name) for flag in Flags], lambda i, config: config.k == 1 and i.row.op in ("fredsum", "fredmax")
        ),
    ),
)
"""Why bins are unreachable; the first rule that holds gives the reason."""


class Coverage:
    """Hits of every bin under one configuration."""

    def __init__(self, config: Config, rules: Sequence[Rule] = RULES) -> None:
        self.config = config
        self.hits: Counter[Bin] = Counter()
        self._rules = rules
        self.unreachable = {b: reason for b in bins() if (reason := self._reason(b)) is not None}

    def _reason(self, b: Bin) -> str | None:
        return next((rule.reason for rule in self._rules if rule.holds(b, self.config)), None)

    @property
    def reachable(self) -> list[Bin]:
        """The bins without a rule, in order."""
        return [b for b in bins() if b not in self.unreachable]

    def record(
        self,
        executed: Sequence[Variant],
        dispatches: Iterable[Dispatch],
        raised: Iterable[tuple[int, int]],
        in_flight: Sequence[int],
        cause: Cause,
    ) -> None:
        """Count what one run did.

        ``executed`` are the completed instructions in program order, ``dispatches`` those that entered the issue
        window, ``raised`` sequence numbers of vector instructions with the flags each raised, ``in_flight`` the ticks
        by the mask of units at work, ``cause`` how the run ended.
        """
        waiting = {dispatch.seq: dispatch for dispatch in dispatches}
        for sequence, variant in enumerate(executed):
            found = [h for h in HAZARDS[1:] if sequence in waiting and getattr(waiting[sequence], h)]
            for hazard in found or ["none"]:
                self.hits[Bin("hazard", variant, hazard)] += 1
        for sequence, flags in raised:
            for flag in Flags(flags):
                self.hits[Bin("flag", executed[sequence].mnemonic, str(flag.name))] += 1
        self.hits[Bin("trap", cause.name, "")] += 1
        for mask, ticks in enumerate(in_flight):
            for (i, first), (j, second) in itertools.combinations(enumerate(UNITS), 2):
                if ticks and mask >> i & mask >> j & 1:
                    self.hits[Bin("units", first, second)] += ticks

    def empty(self) -> list[Bin]:
        """Return the reachable bins without a hit, in order."""
        return [b for b in self.reachable if not self.hits[b]]

    def impossible(self) -> list[str]:
        """Return a line for each bin that was hit although a rule says it cannot be."""
        return [f"{b}: hit {self.hits[b]} times, but {why}" for b, why in self.unreachable.items() if self.hits[b]]
