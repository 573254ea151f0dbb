"""Decoder against ``accord.isa.decode``, combinationally: every row of the table, and random words."""

import random
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.triggers import Timer

from accord.hw.decoder import LOOP_FIELDS, OPERATIONS
from accord.hw.types import Unit, Width
from accord.hw.uop import UOP
from accord.isa import Config, decode
from accord.isa.config import CLASS_ROWS
from accord.isa.encoding import Decoded, Limit, mode_limit, operand_limit
from accord.isa.fields import Instruction, instructions
from accord.sim.drivers import unpack_layout
from accord.sim.runner import parameters

WIDTH = {"VX": Width.X, "VE": Width.E, "VR": Width.R}
FLAG_MODES = ("sat", "wrap", "keep")


class DecoderModel:
    """What the ports must show for a word; None for an illegal one. Ports of no meaning to the word are left out."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def outputs(self, word: int) -> dict[str, int] | None:
        """Return expected port values by name; ``uop.`` fields by their names in the layout."""
        decoded = decode(word, self.config)
        if decoded is None:
            return None
        row = decoded.instruction.row
        operation = OPERATIONS[row.unit][row.op.upper()].value
        expected = {
            "unit": Unit[row.unit.upper()].value,
            ("control_op" if row.unit == "control" else "uop.op"): operation,
            "post": decoded.modes.get("post", 0),
            "reads_tile": int(row.mnemonic == "vtile"),
            "writes_tile": int(row.mnemonic == "mma.last"),
            "uop.rounding": decoded.modes.get("rounding", 0),
        }
        expected |= {f"uop.{name}": decoded.modes.get(name, 0) for name in FLAG_MODES}
        return expected | self._operands(decoded)

    def _operands(self, decoded: Decoded) -> dict[str, int]:
        expected = {"reads": 0, "writes": 0}
        for operand in decoded.instruction.operands:
            value = decoded.operands[operand.field]
            if operand.field in LOOP_FIELDS:
                expected[operand.field] = value
                continue
            if not operand.is_register:
                expected["uop.imm"] = value & 0x1FFFFF
                continue
            expected[f"uop.{operand.field}"] = value
            if operand.kind == "A":
                continue
            expected["uop.dst" if operand.field == "rd" else "uop.src"] = WIDTH[operand.kind].value
            size = CLASS_ROWS[operand.kind]
            rows = ((1 << size) - 1) << (size * value)
            if operand.access == "r":
                expected["reads"] |= rows
            elif operand.access == "w":
                expected["writes"] |= rows
        return expected


class DecoderMonitor:
    """Presents a word and samples the ports."""

    PORTS = ("unit", "control_op", "post", "reads", "writes", "reads_tile", "writes_tile", *LOOP_FIELDS)

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self._settle = Timer(1, "ns")

    async def outputs(self, word: int) -> dict[str, int] | None:
        """Return the ports' values, None where the word is reported illegal."""
        self.dut.word.value = word
        await self._settle
        if not int(self.dut.legal.value):
            return None
        seen = {name: int(getattr(self.dut, name).value) for name in self.PORTS}
        fields = unpack_layout(UOP, int(self.dut.uop.value))
        return seen | {f"uop.{name}": value for name, value in fields.items()}


class Checker:
    """Compares device and model on a stream of words and counts what it has seen."""

    def __init__(self, dut: Any) -> None:
        given = parameters()
        self.config = Config(k=given["k"], vx_count=given["rows"])
        self.model, self.monitor = DecoderModel(self.config), DecoderMonitor(dut)
        self.legal = self.illegal = 0

    async def check(self, word: int) -> None:
        """Compare every port that means something for ``word``."""
        seen, expected = await self.monitor.outputs(word), self.model.outputs(word)
        if expected is None or seen is None:
            assert seen == expected, f"0x{word:08x}: legal is {seen is not None}, expected {expected is not None}"
            self.illegal += 1
            return
        wrong = {name: (seen[name], value) for name, value in expected.items() if seen[name] != value}
        assert not wrong, f"0x{word:08x}, {decode(word, self.config)}: (seen, expected) {wrong}"
        self.legal += 1


def limits_of(instruction: Instruction, config: Config) -> list[Limit]:
    """Return the legal values of each encoded field of a row, modes included."""
    limits = [operand_limit(operand, config) for operand in instruction.operands]
    return limits + [mode_limit(mode) for mode in instruction.modes]


def random_word(instruction: Instruction, config: Config) -> int:
    """Return a legal word of the row with random fields."""
    word = instruction.match
    for limit in limits_of(instruction, config):
        word |= limit.bits.insert(random.randint(limit.low, limit.high))
    return word


def swept(instruction: Instruction, limit: Limit, config: Config) -> Iterator[int]:
    """Yield words with one field at every value (the corners of a wide field), legal or not, the rest random."""
    field = limit.bits
    values = range(field.minimum, field.maximum + 1)
    if field.width > 8:
        values = (field.minimum, -1 if field.signed else 1, 0, field.maximum - 1, field.maximum)
    for value in values:
        yield random_word(instruction, config) & ~field.mask | field.insert(value)


@cocotb.test()
async def every_row(dut: Any) -> None:
    """Each row of the table: random legal fields, and each field at all its values, out of range ones included.

    Some values of just those fields are illegal that the table's limits restrict.
    """
    checker = Checker(dut)
    rows = instructions()
    assert len(rows) > 150
    for instruction in rows:
        before = checker.legal
        for _ in range(60):
            await checker.check(random_word(instruction, checker.config))
        assert checker.legal == before + 60, f"{instruction.mnemonic}: a legal word is refused"
        for limit in limits_of(instruction, checker.config):
            before = checker.illegal
            for word in swept(instruction, limit, checker.config):
                await checker.check(word)
            assert (checker.illegal > before) == (limit.high - limit.low + 1 < 1 << limit.bits.width), limit
    assert checker.illegal > 0


@cocotb.test()
async def every_fixed_zero(dut: Any) -> None:
    """Each row of the table with any one bit of its fixed part flipped."""
    checker = Checker(dut)
    for instruction in instructions():
        for bit in range(32):
            if instruction.mask >> bit & 1:
                await checker.check(random_word(instruction, checker.config) ^ 1 << bit)
    assert checker.illegal > checker.legal


@cocotb.test()
async def random_words(dut: Any) -> None:
    """Half uniformly random words, half legal words with one or two bits flipped."""
    checker = Checker(dut)
    rows, words = instructions(), parameters()["words"]
    for step in range(words):
        word = random.getrandbits(32)
        if step % 2:
            word = random_word(random.choice(rows), checker.config)
            for bit in random.sample(range(32), random.randint(1, 2)):
                word ^= 1 << bit
        await checker.check(word)
    assert checker.legal + checker.illegal == words
    assert min(checker.legal, checker.illegal) > words // 20
