"""What random programs are made of: single instructions, sessions, bursts, hazards on purpose, faults.

A fragment is a list of words that runs from its first to its last; loops around fragments are the generator's business.
"""

import random
from collections.abc import Mapping

from accord.isa.config import ADDRESS_REGISTERS, CLASS_ROWS, LOOP_DEPTH, Config
from accord.isa.constant import constant_words
from accord.isa.encoding import decode, encode, mode_limit, operand_limit
from accord.isa.fields import FIELDS, Instruction, Mode, Operand, by_mnemonic, instructions
from accord.isa.machine import UNITS
from accord.isa.word import Word
from accord.sim.coverage import Bin, Variant, vector_operands
from accord.sim.knobs import Knobs

WRITTEN_ROWS = 64
"""Scratchpad rows that a program finds filled, and mostly stays in."""

FAMILIES = {
    family: [i for i in instructions() if i.row.family == family and i.row.op not in ("halt", "loop")]
    for family in dict.fromkeys(i.row.family for i in instructions())
}
"""The instructions of each family that may stand anywhere in a program: all but ``halt`` and ``loop``."""

_OF_UNIT = {
    unit: [i for i in instructions() if i.row.unit == unit and any(op.kind in CLASS_ROWS for op in i.operands)]
    for unit in UNITS
}
"""The instructions of each unit that have a vector register."""

_NEAR = 8
"""Rows that offsets and increments mostly stay within."""

_RAISING = {
    "NV": (0x7FA07FA0, 0x7D7D7D7D),  # signalling NaNs: FP32 and BF16 in both halves, E5M2 in each byte
    "OF": (0x7F7FFFFF,),
    "UF": (0x00000001, 0x00800001),
    "NX": (0x33800000, 0x3F800001),
}
"""32-bit patterns by the flag that instructions on them, with either sign, mostly raise."""


class Fragments:
    """Draws the fragments of one program: its hot rows and address registers are drawn once."""

    def __init__(self, config: Config, knobs: Knobs, rng: random.Random) -> None:
        self.config, self.knobs, self.rng = config, knobs, rng
        self._groups = rng.sample(range(config.vr_count), min(knobs.hot_groups, config.vr_count))
        self._addresses = rng.sample(range(ADDRESS_REGISTERS), 3)

    def prologue(self) -> list[Word]:
        """Set the address registers."""
        return [self._seta(a, self._row()) for a in self._addresses]

    def instruction(self) -> list[Word]:
        """One instruction of a family drawn by weight, its rows equally likely; a whole session where it is a feed."""
        names, weights = zip(*self.knobs.weights, strict=True)
        family = self.rng.choices(names, weights)[0]
        instruction = self.rng.choice(FAMILIES[family])
        if instruction.row.unit == "mmalu":
            return self._session()
        if instruction.row.unit == "lsu" and self.rng.random() < self.knobs.address_set:
            return self._access(instruction)
        return [self.word(instruction)]

    def alias(self) -> list[Word]:
        """Instructions of all units one after another on the rows of one VR register, seen as VX, VE and VR."""
        group = self.rng.choice(self._groups)
        words = [self._seta(self._addresses[0], self._row())]
        for _ in range(self.rng.randint(*self.knobs.burst)):
            instruction = self.rng.choice(_OF_UNIT[self.rng.choice(UNITS)])
            fixed = {"rs1": self._addresses[0]} if instruction.row.unit == "lsu" else {}
            for operand in instruction.operands:
                if operand.kind in CLASS_ROWS and self.rng.random() < self.knobs.aliasing:
                    per_group = CLASS_ROWS["VR"] // CLASS_ROWS[operand.kind]
                    fixed[operand.field] = group * per_group + self.rng.randrange(per_group)
            words.append(self.word(instruction, fixed))
        return words

    def lookup(self) -> list[Word]:
        """Writes of two segments and reads through indices inside them, of one bank more than of the other."""
        table, rng = by_mnemonic(), self.rng
        favourite = rng.choice("ab")
        segments = [rng.randrange(self.config.lut_segments) for _ in range(2)]
        words: list[Word] = []
        for _ in range(rng.randint(*self.knobs.burst)):
            bank = favourite if rng.random() < 0.8 else rng.choice("ab")
            segment = rng.choice(segments)
            if rng.random() < 0.5:
                words.append(self.word(table[f"vsetlut.{bank}"], {"segment": segment}))
                continue
            index = 4 * self.config.k * segment + rng.randrange(4 * self.config.k)
            register = self._register("VX")
            words.append(self.word(table["bcasti.vx"], {"rd": register, "imm8": (index ^ 128) - 128}))
            words.append(self.word(table[f"vlut.{bank}"], {"rs1": register}))
        return words

    def aimed(self, target: Bin) -> list[Word]:
        """What is meant to hit a hazard or flag bin, and mostly does."""
        if isinstance(target.subject, Variant):
            return self._hazard(target.subject, target.what)
        return self._flag(by_mnemonic()[target.subject], target.what)

    def _flag(self, instruction: Instruction, flag: str) -> list[Word]:
        """Execute the instruction on operands that mostly raise the flag."""
        fixed: dict[str, int] = {}
        words: list[Word] = []
        for field, kind in vector_operands(instruction, "r"):
            group = self.rng.randrange(self.config.vr_count)
            words += constant_words(group, self.rng.choice(_RAISING[flag]) ^ self.rng.getrandbits(1) << 31)
            per_group = CLASS_ROWS["VR"] // CLASS_ROWS[kind]
            fixed[field] = group * per_group + self.rng.randrange(per_group)
        return [*words, self.word(instruction, fixed)]

    def _hazard(self, variant: Variant, hazard: str) -> list[Word]:
        """Dispatch the variant while an older instruction in flight holds it up in the hazard's way.

        A unit is made to wait, an instruction of it, held up by that, accesses a row, and the variant accesses the
        same row through any class. Without a hazard it follows a fence.
        """
        if hazard == "none":
            return [self._plain("fence"), *self._variant(variant, {})]
        if hazard == "tile":
            return self._tile_hazard(variant)
        field, kind = self.rng.choice(vector_operands(variant.instruction, "r" if hazard == "raw" else "w"))
        register = self._register(kind)
        row = register * CLASS_ROWS[kind] + self.rng.randrange(CLASS_ROWS[kind])
        access = "r" if hazard == "war" else "w"
        unit = self.rng.choice(UNITS)
        partner = self.rng.choice([i for i in _OF_UNIT[unit] if vector_operands(i, access)])
        partner_field, partner_kind = self.rng.choice(vector_operands(partner, access))
        address = self.rng.choice(self._addresses)
        older = {partner_field: row // CLASS_ROWS[partner_kind]}
        if unit == "lsu":
            older["rs1"] = address
        own = self._variant(variant, {field: register})
        stall = [self._seta(address, self._row()), *self._stall(unit, address)]
        return [*own[:-1], *stall, self.word(partner, older), own[-1]]

    def address_fault(self) -> list[Word]:
        """A load or store whose last row is the first outside the scratchpad, or whose first is the one before it."""
        instruction = self.rng.choice(FAMILIES["memory"])
        end = self.config.scratchpad_rows
        first = self.rng.choice((end + 1 - self._rows(instruction), end, -1))
        settable = 0 <= first <= FIELDS["imm20"].maximum
        return self._aimed(instruction, first, post=settable and self.rng.random() < 0.5)

    def loop_fault(self) -> list[Word]:
        """A fifth loop inside four, or one that ends behind the end of the one around it; sometimes of count 0."""
        rng, body = self.rng, [self._plain("nop") for _ in range(4)]
        if rng.random() < 0.5:
            return [self.loop(rng.randint(1, 3), 2), self.loop(rng.randint(0, 3), rng.randint(2, 4)), *body]
        counts = [rng.randint(1, 2) for _ in range(LOOP_DEPTH)] + [rng.choice((0, 1, 5))]
        return [self.loop(count, len(counts) - depth) for depth, count in enumerate(counts)] + body[:1]

    def illegal(self) -> list[Word]:
        """A word that no instruction has: any, or one bit away from a legal one."""
        while True:
            word = self.rng.getrandbits(32)
            if self.rng.random() < 0.5:
                word = self.word(self.rng.choice(instructions())) ^ 1 << self.rng.randrange(32)
            if decode(word, self.config) is None:
                return [Word(word)]

    def halt(self) -> list[Word]:
        """A halt."""
        return [self._plain("halt")]

    def nops(self, count: int) -> list[Word]:
        """Nothing, so many times."""
        return [self._plain("nop")] * count

    def skipped_end(self) -> list[Word]:
        """A loop of count 0 with the longest body: past the end of the program memory, where that is smaller."""
        return [self.loop(0, FIELDS["length"].maximum)]

    def loop(self, count: int, length: int) -> Word:
        """A ``loop``."""
        return encode(by_mnemonic()["loop"], {"count": count, "length": length}, self.config)

    def word(self, instruction: Instruction, fixed: Mapping[str, int] | None = None) -> Word:
        """An instruction with every operand and mode drawn that ``fixed`` does not give."""
        values = dict(fixed or {})
        for operand in instruction.operands:
            if operand.field not in values:
                values[operand.field] = self._operand(instruction, operand)
        for mode in instruction.modes:
            if mode.field not in values:
                values[mode.field] = self._mode(mode)
        return encode(instruction, values, self.config)

    def _plain(self, mnemonic: str) -> Word:
        return encode(by_mnemonic()[mnemonic], {}, self.config)

    def _seta(self, address: int, row: int) -> Word:
        return encode(by_mnemonic()["seta"], {"rd": address, "imm20": row}, self.config)

    def _variant(self, variant: Variant, fixed: Mapping[str, int]) -> list[Word]:
        """An instruction in given modes, behind what it needs in order not to trap."""
        instruction = variant.instruction
        modes = {mode.field: code for mode, code in zip(instruction.modes, variant.modes, strict=True)}
        if instruction.mnemonic == "loop":
            return [self.loop(self.rng.randint(0, 3), 1), self._plain("nop")]
        if instruction.row.unit != "lsu":
            return [self.word(instruction, {**fixed, **modes})]
        address = self.rng.choice([a for a in range(ADDRESS_REGISTERS) if a not in self._addresses])
        seta = self._seta(address, self._row())
        return [seta, self.word(instruction, {**fixed, **modes, "rs1": address})]

    def _stall(self, unit: str, address: int) -> list[Word]:
        """Keep a unit from taking what follows for some ticks."""
        table, hot = by_mnemonic(), self._register("VR")
        if unit == "mmalu":
            return [self.word(table["mma.bias"])]
        load = self.word(table["ld.vr"], {"rd": hot, "rs1": address, "post": 0})
        return [load] if unit == "lsu" else [load, self.word(table["vaddi"], {"rs1": hot})]

    def _tile_hazard(self, variant: Variant) -> list[Word]:
        """A column read behind a commit that is under way, or a commit behind a column's read that waits."""
        table, address = by_mnemonic(), self._addresses[0]
        if variant.mnemonic == "vtile":
            return [self.word(table["mma.last"]), *self._variant(variant, {})]
        stall = [self._seta(address, self._row()), *self._stall("valu", address)]
        return [*stall, self.word(table["vtile"]), *self._variant(variant, {})]

    def _session(self) -> list[Word]:
        table, rng = by_mnemonic(), self.rng
        words = []
        if rng.random() < 0.4:
            words.append(self.word(table[rng.choice(("mma.bias", "mma.reset"))]))
        for _ in range(rng.randint(*self.knobs.session) - 1):
            feed = {"rs1": self._register("VX"), "rs2": self._register("VX")}
            words.append(self.word(table["mma"], feed))
            if rng.random() < self.knobs.overwritten:
                words += self._overwrite(rng.choice(list(feed.values())))
        words.append(self.word(table[rng.choice(("mma", "mma.last", "mma.last", "mma.last"))]))
        return words

    def _overwrite(self, row: int) -> list[Word]:
        """Write a row through any class."""
        unit = self.rng.choice(("valu", "lsu"))
        instruction = self.rng.choice([i for i in _OF_UNIT[unit] if vector_operands(i, "w")])
        field, kind = vector_operands(instruction, "w")[0]
        fixed = {field: row // CLASS_ROWS[kind]}
        if unit == "valu":
            return [self.word(instruction, fixed)]
        address = self._addresses[0]
        return [self._seta(address, self._row()), self.word(instruction, {**fixed, "rs1": address})]

    def _access(self, instruction: Instruction) -> list[Word]:
        """A load or store behind a ``seta`` for it, base and offset drawn together."""
        first = self._row()
        if self.rng.random() < self.knobs.edge:
            first = self.rng.choice((0, self.config.scratchpad_rows - self._rows(instruction)))
        return self._aimed(instruction, first, post=self.rng.random() < 0.5)

    def _aimed(self, instruction: Instruction, first: int, *, post: bool) -> list[Word]:
        """A load or store of rows from ``first`` on, which may lie outside the scratchpad (-1: through wrapping)."""
        rng, offset, address = self.rng, FIELDS["imm12"], self.rng.choice(self._addresses)
        if post:
            return [self._seta(address, first), self.word(instruction, {"rs1": address, "post": 1})]
        low, high = max(first - FIELDS["imm20"].maximum, offset.minimum), min(first, offset.maximum)
        if rng.random() < 0.5:
            low, high = max(low, -_NEAR), min(high, _NEAR)
        imm = rng.randint(low, high)
        return [
            self._seta(address, first - imm),
            self.word(instruction, {"rs1": address, "imm12": imm, "post": 0}),
        ]

    @staticmethod
    def _rows(instruction: Instruction) -> int:
        """Rows that a load or store moves."""
        return CLASS_ROWS[instruction.operands[0].kind]

    def _row(self) -> int:
        """A row with a few more on either side."""
        return self.rng.randint(_NEAR, min(WRITTEN_ROWS, self.config.scratchpad_rows) - _NEAR)

    def _register(self, kind: str) -> int:
        if self.rng.random() < self.knobs.aliasing:
            per_group = CLASS_ROWS["VR"] // CLASS_ROWS[kind]
            return self.rng.choice(self._groups) * per_group + self.rng.randrange(per_group)
        return self.rng.randrange(self.config.count(kind))

    def _mode(self, mode: Mode) -> int:
        default = self.rng.random() < (0.85 if mode.field == "keep" else 0.4)
        return mode.default if default else self.rng.randint(0, mode_limit(mode).high)

    def _operand(self, instruction: Instruction, operand: Operand) -> int:
        if operand.kind in CLASS_ROWS:
            return self._register(operand.kind)
        if operand.kind == "A":
            return self.rng.choice(self._addresses)
        if instruction.mnemonic == "seta":
            return self._row()
        limit = operand_limit(operand, self.config)
        if instruction.row.family in ("memory", "address"):
            return self.rng.randint(-1, 2)
        return self.rng.choice((self.rng.randint(limit.low, limit.high), limit.low, limit.high))
