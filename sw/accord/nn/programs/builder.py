"""What every vector program is made of: checked rows, loops of any count, several rows in flight."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from accord.isa import asm
from accord.isa.config import Config
from accord.isa.fields import FIELDS
from accord.isa.machine import Cause, MachineError
from accord.isa.program import Program
from accord.isa.word import Word
from accord.nn.run import Machine

VX_NEEDED = 32
LOOP_COUNT_MAX = FIELDS["count"].maximum
STEP_MAX = FIELDS["imm12"].maximum

Region = tuple[int, int]
"""First scratchpad row and number of rows."""


@dataclass(frozen=True)
class VectorProgram:
    """A program over scratchpad rows, and the rows that the host writes before it runs.

    ``constants`` (n, K) int8 go to the scratchpad from row ``constants_at`` on; n is 0 where the program needs
    none. The program leaves them as they are: they are written once for any number of runs.
    """

    program: Program
    constants_at: int
    constants: NDArray[np.int8] = field(compare=False)


class Steps(NamedTuple):
    """What one row takes, for ``streamed``: every load before any operation, every store after all of them."""

    loads: Sequence[Word]
    operations: Sequence[Word]
    stores: Sequence[Word]


def run_program(machine: Machine, vector: VectorProgram, inputs: Mapping[int, NDArray[Any]]) -> None:
    """Write constants and ``inputs`` (scratchpad row: rows (n, K) int8), run; results stay in the scratchpad.

    Raises MachineError where the program traps.
    """
    machine.load(vector.program)
    if len(vector.constants):
        machine.write_scratchpad(vector.constants_at, vector.constants)
    for row, rows in inputs.items():
        machine.write_scratchpad(row, rows)
    status = machine.run()
    if status.cause is not Cause.NONE:
        raise MachineError(f"the vector program trapped at word {status.pc}: {status.cause.name}")


def finish(
    config: Config,
    words: Iterable[Word | tuple[Word, ...]],
    constants_at: int = 0,
    constants: NDArray[np.int8] | None = None,
) -> VectorProgram:
    """Return ``words`` and a ``halt`` as a checked program, with its constants."""
    rows = np.empty((0, config.k), np.int8) if constants is None else constants
    return VectorProgram(asm.program([*words, asm.halt()], config), constants_at, rows)


def check_integer(name: str, value: int, low: int, high: int) -> int:
    """Return ``value`` as an int. Raises ValueError naming ``name`` where it is none or not in [low, high]."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name}={value!r}: expected an integer") from None
    if isinstance(value, bool) or not low <= number <= high:
        raise ValueError(f"{name}={value!r}: must be an integer from {low} to {high}")
    return number


def check_layout(config: Config, regions: Mapping[str, Region], in_place: Sequence[tuple[str, str]] = ()) -> None:
    """Check where a program's regions lie, each under the name of the argument that places it.

    All lie inside the scratchpad and share no row, but those of a pair of ``in_place`` may begin at the same
    row. Raises ValueError naming the argument, and for a configuration of fewer than 32 VX.
    """
    if config.vx_count < VX_NEEDED:
        raise ValueError(f"config: vx_count={config.vx_count}, vector programs use {VX_NEEDED} VX registers")
    for name, (first, rows) in regions.items():
        check_integer(name, first, 0, config.scratchpad_rows - 1)
        if first + rows > config.scratchpad_rows:
            raise ValueError(
                f"{name}={first}: its {rows} rows end beyond the scratchpad of {config.scratchpad_rows} rows"
            )
    for (name, (first, rows)), (other, (begin, count)) in combinations(regions.items(), 2):
        together = first == begin and (name, other) in in_place
        if first < begin + count and begin < first + rows and not together:
            raise ValueError(f"{other}={begin}: its {count} rows overlap the {rows} rows of {name}={first}")


def repeat(count: int, body: Sequence[Word]) -> list[Word]:
    """Return ``body`` in hardware loops that execute it ``count`` times, whatever the count; [] for 0."""
    if count <= 1:
        return list(body) * count
    if count <= LOOP_COUNT_MAX:
        return [asm.loop(count=count, length=len(body)), *body]
    whole, rest = divmod(count, LOOP_COUNT_MAX)
    return [*repeat(whole, repeat(LOOP_COUNT_MAX, body)), *repeat(rest, body)]


def interleaved(count: int, in_flight: int, row: Callable[[int], Sequence[Word]]) -> list[Word]:
    """Return a loop over ``count`` rows, ``in_flight`` of them at a time, an instruction of each in turn.

    ``row(slot)`` gives the words of one row, as many for every slot; each slot has registers of its own. So
    independent instructions follow one another, and no unit waits for a result.
    """
    return [
        *repeat(count // in_flight, _in_turn([row(slot) for slot in range(in_flight)])),
        *_in_turn([row(slot) for slot in range(count % in_flight)]),
    ]


def streamed(count: int, group: int, row: Callable[[int], Steps]) -> list[Word]:
    """Return a loop over ``count`` rows in groups of ``group``, each group loaded before the one ahead of it is done.

    ``row(slot)`` gives the words of one row, as many for every slot; slots 0 to 2 * group - 1 have registers of their
    own: groups take the lower and the upper half in turn. Loads and stores, which keep their order, so never wait
    for operations.
    """

    def load(half: int, rows: int = group) -> list[Word]:
        return _in_turn([row(half * group + slot).loads for slot in range(rows)])

    def finish(half: int, rows: int = group) -> list[Word]:
        slots = [row(half * group + slot) for slot in range(rows)]
        return _in_turn([slot.operations for slot in slots]) + _in_turn([slot.stores for slot in slots])

    groups, rest = divmod(count, group)
    words = []
    if groups:
        pairs, one_more = divmod(groups - 1, 2)
        words += [*load(0), *repeat(pairs, [*load(1), *finish(0), *load(0), *finish(1)])]
        words += [*load(1), *finish(0), *finish(1)] if one_more else finish(0)
    return [*words, *load(0, rest), *finish(0, rest)]


def _in_turn(slots: Sequence[Sequence[Word]]) -> list[Word]:
    return [word for step in zip(*slots, strict=True) for word in step]


def advance(rd: int, rs1: int, rows: int) -> list[Word]:
    """Return A[rd] = A[rs1] + rows, for rows of any size and sign, in steps that an immediate holds."""
    words = []
    while True:
        step = max(-STEP_MAX, min(STEP_MAX, rows))
        words.append(asm.adda(rd=rd, rs1=rs1, imm12=step))
        rows -= step
        rs1 = rd
        if not rows:
            return words
