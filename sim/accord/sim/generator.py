"""Random programs and the state they start from, made from the instruction table.

The knobs say what the programs are rich in: rows seen through several classes, long sessions, corner operands, traps.
"""

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accord.isa.config import CLASS_ROWS, Config
from accord.isa.encoding import decode, encode, mode_limit, operand_limit
from accord.isa.fields import Instruction, Operand, by_mnemonic, instructions
from accord.isa.word import Word
from accord.sim.case import Case

FP_CORNERS = (
    *(0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x33800000, 0x34000000, 0x3EFFFFFF),
    *(0x3F000000, 0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x42FE0000, 0x42FF0000),
    *(0x4AFFFFFF, 0x4B000001, 0x4EFFFFFF, 0x4F000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7F800001),
)
"""FP32 bit patterns that operands are drawn from, with either sign."""

INTEGER_CORNERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFF,
    0x01000001,
    0x7FFFFFFF,
    0x80000000,
)


WRITTEN_ROWS = 64
"""Scratchpad rows that a program finds filled, and mostly stays in."""


@dataclass(frozen=True)
class Knobs:
    """What random programs look like; each field is a probability, a weight or a range."""

    length: tuple[int, int] = (4, 48)
    """Instructions before the final halt."""
    aliasing: float = 0.8
    """Probability that a register is drawn from the program's few hot rows, whatever its class."""
    hot_groups: int = 3
    """How many VR registers the hot rows are."""
    session: tuple[int, int] = (1, 12)
    """Feeds in a session."""
    corners: float = 0.5
    """Probability that a 32-bit lane of the initial registers is a corner value."""
    illegal: float = 0.04
    """Probability that a program holds an illegal word."""
    address_fault: float = 0.02
    """Probability that an address register is set outside the scratchpad."""
    last_rows: float = 0.3
    """Probability that an address register is set to one of the scratchpad's last rows, or the one past them."""
    run_off: float = 0.02
    """Probability that a program has no halt and fills the program memory, so that it runs off its end."""
    weights: tuple[tuple[str, int], ...] = (
        *(("matrix", 3), ("integer", 4), ("convert", 5), ("float", 4), ("memory", 4)),
        *(("broadcast", 3), ("move", 2), ("address", 2), ("control", 1)),
    )
    """Relative frequency of each family of the table."""


class Generator:
    """Draws cases for one configuration from one seed; case n does not depend on how many were drawn before."""

    def __init__(self, config: Config, seed: int, knobs: Knobs | None = None) -> None:
        self.config, self.seed, self.knobs = config, seed, knobs or Knobs()
        families: dict[str, list[Instruction]] = {}
        for instruction in instructions():
            if instruction.mnemonic != "halt":
                families.setdefault(instruction.row.family, []).append(instruction)
        self._families = families

    def case(self, number: int) -> Case:
        """Return case ``number``: a program and the registers and scratchpad it starts from."""
        rng = random.Random(f"{self.seed}/{self.config}/{number}")
        words = self._program(rng)
        data = np.random.default_rng(rng.getrandbits(64))
        vr = self._lanes(data, (self.config.vr_count, self.config.k))
        spad_rows = min(self.config.scratchpad_rows, WRITTEN_ROWS)
        spad = data.integers(-128, 128, (spad_rows, self.config.k), dtype=np.int8)
        return Case(self.config, tuple(words), vr, spad)

    def _lanes(self, data: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.uint32]:
        signs = data.integers(0, 2, shape, dtype=np.uint32) << np.uint32(31)
        corners = data.choice(np.array(FP_CORNERS, np.uint32), shape) ^ signs
        integers = data.choice(np.array(INTEGER_CORNERS, np.uint32), shape)
        special = np.where(data.random(shape) < 0.7, corners, integers)
        plain = data.integers(0, 1 << 32, shape, dtype=np.uint32)
        return np.where(data.random(shape) < self.knobs.corners, special, plain)

    def _program(self, rng: random.Random) -> list[Word]:
        knobs, config = self.knobs, self.config
        hot = rng.sample(range(config.vr_count), min(knobs.hot_groups, config.vr_count))
        words: list[Word] = []
        length = rng.randint(*knobs.length)
        names, weights = zip(*knobs.weights, strict=True)
        while len(words) < length:
            family = rng.choices(names, weights)[0]
            instruction = rng.choice(self._families[family])
            if instruction.row.unit == "mmalu":
                words += self._session(rng, hot)
            else:
                words.append(self._word(rng, instruction, hot))
        if rng.random() < knobs.illegal:
            words.insert(rng.randrange(len(words) + 1), self._illegal(rng))
        words = words[: config.program_words - 1]
        if rng.random() < knobs.run_off:
            fill = config.program_words - len(words)
            return words + [encode(by_mnemonic()["nop"], {}, config)] * fill
        return [*words, encode(by_mnemonic()["halt"], {}, config)]

    def _session(self, rng: random.Random, hot: list[int]) -> list[Word]:
        table = by_mnemonic()
        words = []
        if rng.random() < 0.4:
            words.append(self._word(rng, table[rng.choice(("mma.bias", "mma.reset"))], hot))
        feeds = rng.randint(*self.knobs.session)
        words += [self._word(rng, table["mma"], hot) for _ in range(feeds - 1)]
        words.append(self._word(rng, table[rng.choice(("mma", "mma.last", "mma.last", "mma.last"))], hot))
        return words

    def _word(self, rng: random.Random, instruction: Instruction, hot: list[int]) -> Word:
        values = {operand.field: self._operand(rng, instruction, operand, hot) for operand in instruction.operands}
        for mode in instruction.modes:
            default = rng.random() < (0.85 if mode.field == "keep" else 0.4)
            values[mode.field] = mode.default if default else rng.randint(0, mode_limit(mode).high)
        return encode(instruction, values, self.config)

    def _operand(self, rng: random.Random, instruction: Instruction, operand: Operand, hot: list[int]) -> int:
        if operand.kind in CLASS_ROWS:
            if rng.random() < self.knobs.aliasing:
                per_group = CLASS_ROWS["VR"] // CLASS_ROWS[operand.kind]
                return rng.choice(hot) * per_group + rng.randrange(per_group)
            return rng.randrange(self.config.count(operand.kind))
        if operand.kind == "A":
            return rng.randrange(3)
        limit = operand_limit(operand, self.config)
        if instruction.mnemonic == "seta" and rng.random() >= self.knobs.address_fault:
            return self._row(rng)
        if instruction.row.family in ("memory", "address") and rng.random() < 0.98:
            return rng.randint(max(limit.low, 0), min(limit.high, 4))
        return rng.choice((rng.randint(limit.low, limit.high), limit.low, limit.high))

    def _row(self, rng: random.Random) -> int:
        rows = self.config.scratchpad_rows
        if rng.random() < self.knobs.last_rows:
            return rows - rng.randint(0, 6)
        return rng.randrange(min(WRITTEN_ROWS, rows) - 8)

    def _illegal(self, rng: random.Random) -> Word:
        while True:
            word = rng.getrandbits(32)
            if decode(word, self.config) is None:
                return Word(word)
