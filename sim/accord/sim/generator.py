"""Random programs over the whole instruction table, and the state they start from.

A program is a sequence of fragments (``accord.sim.fragments``), some of them loops around further sequences. It ends:
nothing branches but loops, and their counts are drawn so that at most about ``Knobs.executed`` instructions execute.
Beside what is drawn at random it aims at a few hazard and flag bins of ``accord.sim.coverage``: with their numbers
cases go through all of them again and again, in an order that the seed gives.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from accord.isa.config import LOOP_DEPTH, Config
from accord.isa.fields import FIELDS
from accord.isa.word import Word
from accord.sim.case import Case
from accord.sim.coverage import Bin, Coverage
from accord.sim.fragments import FAMILIES, WRITTEN_ROWS, Fragments
from accord.sim.knobs import Knobs

FP_CORNERS = (
    *(0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x33800000, 0x34000000, 0x3EFFFFFF),
    *(0x3F000000, 0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x42FE0000, 0x42FF0000),
    *(0x4AFFFFFF, 0x4B000001, 0x4EFFFFFF, 0x4F000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7F800001),
    *(0x3C7FFFFF, 0x38800001, 0x43E80000, 0x47700000, 0x7FA00000),
)
"""FP32 bit patterns that operands are drawn from, with either sign; the last are corners of E4M3, E5M2 and BF16."""

INTEGER_CORNERS = (
    *(0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFF, 0x01000001, 0x7FFFFFFF, 0x80000000),
    *(0x80808080, 0x7F7F7F7F, 0x80008000, 0x7FFF7FFF, 0x1F, 0x20),
)
"""32-bit patterns with a corner of some width in some of their parts."""

_LEAST = 16
"""Instructions that a loop is worth."""


class _Piece(NamedTuple):
    """Words, and about how many instructions they execute."""

    words: list[Word]
    executed: int


class Generator:
    """Draws cases for one configuration from one seed; case n does not depend on how many were drawn before.

    Raises ValueError where the knobs' weights do not name exactly the families of the table.
    """

    def __init__(self, config: Config, seed: int, knobs: Knobs | None = None) -> None:
        self.config, self.seed, self.knobs = config, seed, knobs or Knobs()
        weighted = {name for name, _ in self.knobs.weights}
        if weighted != set(FAMILIES):
            wrong = ", ".join(sorted(weighted ^ set(FAMILIES)))
            raise ValueError(f"weights: {wrong}: weigh every family of the table, and no other")
        self._targets = [b for b in Coverage(config).reachable if b.kind in ("hazard", "flag")]
        random.Random(f"{seed}/{config}/targets").shuffle(self._targets)

    def case(self, number: int) -> Case:
        """Return case ``number``: a program and the registers and scratchpad it starts from."""
        rng = random.Random(f"{self.seed}/{self.config}/{number}")
        words = _Program(self.config, self.knobs, rng, self.targets(number)).words()
        data = np.random.default_rng(rng.getrandbits(64))
        vr = self._lanes(data, (self.config.vr_count, self.config.k))
        rows = min(self.config.scratchpad_rows, WRITTEN_ROWS) // 4
        spad = self._lanes(data, (rows, self.config.k)).view(np.int8).reshape(rows, self.config.k, 4)
        spad = np.ascontiguousarray(spad.transpose(0, 2, 1)).reshape(-1, self.config.k)
        return Case(self.config, tuple(words), vr, spad)

    def targets(self, number: int) -> list[Bin]:
        """Return the bins that case ``number`` aims at."""
        first = number * self.knobs.targets
        return [self._targets[(first + i) % len(self._targets)] for i in range(self.knobs.targets)]

    def numbers(self, target: Bin, start: int) -> Iterator[int]:
        """Yield the numbers from ``start`` on of the cases that aim at ``target``; all where no case aims at it."""
        number = start
        while True:
            if target not in self._targets or target in self.targets(number):
                yield number
            number += 1

    def _lanes(self, data: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.uint32]:
        signs = data.integers(0, 2, shape, dtype=np.uint32) << np.uint32(31)
        corners = data.choice(np.array(FP_CORNERS, np.uint32), shape) ^ signs
        integers = data.choice(np.array(INTEGER_CORNERS, np.uint32), shape)
        special = np.where(data.random(shape) < 0.7, corners, integers)
        plain = data.integers(0, 1 << 32, shape, dtype=np.uint32)
        return np.where(data.random(shape) < self.knobs.corners, special, plain)


class _Program:
    """One program in the making."""

    def __init__(self, config: Config, knobs: Knobs, rng: random.Random, targets: list[Bin]) -> None:
        self._config, self._knobs, self._rng = config, knobs, rng
        self._all_targets, self._targets = targets, list(targets)
        self._make = Fragments(config, knobs, rng)
        faults = {
            self._make.illegal: knobs.illegal,
            self._make.address_fault: knobs.address_fault,
            self._make.loop_fault: knobs.loop_fault,
            self._make.halt: knobs.early_halt,
        }
        self._faults = [fault for fault, probability in faults.items() if rng.random() < probability]

    def words(self) -> list[Word]:
        """Return the program."""
        knobs, rng = self._knobs, self._rng
        length = rng.randint(*knobs.length)
        body = self._make.prologue() + self._sequence(length, knobs.executed, 0).words
        for target in self._targets:
            body += self._make.aimed(target)
        for fault in self._faults:
            body += fault()
        body = body[: self._config.program_words - 1]
        if rng.random() >= knobs.run_off:
            return body + self._make.halt()
        if rng.random() < 0.5:
            body += self._make.skipped_end()
        return body + self._make.nops(self._config.program_words - len(body))

    def _sequence(self, length: int, executed: int, depth: int) -> _Piece:
        """Return fragments of ``length`` words or somewhat more inside ``depth`` loops."""
        words: list[Word] = []
        left = executed
        while len(words) < length and left > 0:
            piece = self._fragment(length - len(words), left, depth)
            words += piece.words
            left -= piece.executed
        return _Piece(words, executed - left)

    def _fragment(self, length: int, executed: int, depth: int) -> _Piece:
        rng = self._rng
        if self._faults and rng.random() < 0.02:
            return _counted(self._faults.pop()())
        names, weights = zip(*self._knobs.fragments, strict=True)
        kind = rng.choices(names, weights)[0]
        if kind == "loop" and depth < LOOP_DEPTH and executed >= _LEAST:
            return self._loop(length, executed, depth)
        if kind == "aimed" and self._all_targets:
            # inside a loop that is skipped the case would miss what it aims at
            target = self._targets.pop() if self._targets and not depth else rng.choice(self._all_targets)
            return _counted(self._make.aimed(target))
        if kind == "alias":
            return _counted(self._make.alias())
        if kind == "lookup":
            return _counted(self._make.lookup())
        return _counted(self._make.instruction())

    def _loop(self, length: int, executed: int, depth: int) -> _Piece:
        rng, knobs = self._rng, self._knobs
        body = self._sequence(rng.randint(1, max(length, 2)), rng.randint(1, executed // 2), depth + 1)
        if depth + 1 < LOOP_DEPTH and rng.random() < knobs.shared_end:
            inner = self._loop(2, executed // 2, depth + 1)
            body = _Piece(body.words + inner.words, body.executed + inner.executed)
        most = max(1, min(executed // max(body.executed, 1), FIELDS["count"].maximum))
        count = rng.randint(1, min(most, 4))
        if rng.random() < knobs.zero_count:
            count = 0
        elif rng.random() < knobs.long_count:
            count = most
        return _Piece([self._make.loop(count, len(body.words)), *body.words], 1 + count * body.executed)


def _counted(words: list[Word]) -> _Piece:
    return _Piece(words, len(words))
