"""The instruction decoder, generated from the table: one case a row, nothing written twice."""

from itertools import groupby

from amaranth.hdl import Module, Mux, Shape, Signal
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import ControlOp, LsuOp, MmaOp, Unit, ValuOp, Width
from accord.hw.uop import UOP
from accord.isa.config import CLASS_ROWS, Config
from accord.isa.encoding import mode_limit, operand_limit
from accord.isa.fields import FIELDS, OPCODE, Instruction, instructions

OPERATIONS = {"mmalu": MmaOp, "valu": ValuOp, "lsu": LsuOp, "control": ControlOp}
WIDTHS = {"VX": Width.X, "VE": Width.E, "VR": Width.R}
SOURCES = ("rs1", "rs2", "rs3")
CONTROL_BITS = Shape.cast(ControlOp).width
LOOP_FIELDS = ("count", "length")
"""Immediates of `loop`, which has two of them and no uop."""


class Decoder(Component):
    """Combinational. ``reads`` and ``writes`` are masks over the L physical rows, so VX, VE and VR alias in them."""

    def __init__(self, config: Config):
        self.config = config
        rows = config.vx_count
        super().__init__(
            {
                "word": In(32),
                "legal": Out(1),
                "unit": Out(Unit),
                "control_op": Out(CONTROL_BITS),
                "uop": Out(UOP),
                "post": Out(1),
                **{field: Out(FIELDS[field].width) for field in LOOP_FIELDS},
                "reads": Out(rows),
                "writes": Out(rows),
                "reads_tile": Out(1),
                "writes_tile": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._used = {field: Signal(name=f"{field}_read") for field in ("rd", *SOURCES)}
        self._rd_written = Signal()
        self._rd_width, self._source_width = Signal(Width), Signal(Width)
        for field in ("rd", *SOURCES):
            m.d.comb += self.uop[field].eq(self._field(field))
        for field in LOOP_FIELDS:
            m.d.comb += getattr(self, field).eq(self._field(field))
        table = sorted(instructions(), key=lambda ins: ins.match & OPCODE.mask)
        with m.Switch(self._slice(OPCODE)):
            for opcode, group in groupby(table, key=lambda ins: ins.match & OPCODE.mask):
                with m.Case(opcode), m.Switch(self.word[OPCODE.width :]):
                    for instruction in group:
                        with m.Case(_pattern(instruction)):
                            self._decode(m, instruction)
        m.d.comb += [self.uop.dst.eq(self._rd_width), self.uop.src.eq(self._source_width)]
        self._masks(m)
        return m

    def _slice(self, field):
        return self.word[field.lo : field.lo + field.width]

    def _field(self, name):
        bits = self._slice(FIELDS[name])
        return bits.as_signed() if FIELDS[name].signed else bits

    def _decode(self, m: Module, instruction: Instruction):
        row = instruction.row
        operation = getattr(OPERATIONS[row.unit], row.op.upper())
        m.d.comb += [self.legal.eq(self._legal(instruction)), self.unit.eq(Unit[row.unit.upper()])]
        m.d.comb += (self.control_op if row.unit == "control" else self.uop.op).eq(operation)
        for operand in instruction.operands:
            if operand.kind in CLASS_ROWS:
                is_rd = operand.field == "rd"
                m.d.comb += (self._rd_width if is_rd else self._source_width).eq(WIDTHS[operand.kind])
                m.d.comb += self._used[operand.field].eq(operand.access == "r")
                if is_rd:
                    m.d.comb += self._rd_written.eq(operand.access == "w")
            elif not operand.is_register and operand.field not in LOOP_FIELDS:
                m.d.comb += self.uop.imm.eq(self._field(operand.field))
        for mode in instruction.modes:
            target = self.post if mode.field == "post" else self.uop[mode.field]
            m.d.comb += target.eq(self._field(mode.field))
        m.d.comb += [self.reads_tile.eq(row.op == "tile"), self.writes_tile.eq(row.op == "last")]

    def _legal(self, instruction: Instruction):
        """Return whether every field is within its limits; only those that a word can break are compared."""
        legal = 1
        limits = [operand_limit(operand, self.config) for operand in instruction.operands]
        for limit in (*limits, *(mode_limit(mode) for mode in instruction.modes)):
            if limit.low > limit.bits.minimum:
                legal &= self._field(limit.field) >= limit.low
            if limit.high < limit.bits.maximum:
                legal &= self._field(limit.field) <= limit.high
        return legal

    def _masks(self, m: Module):
        for r in range(self.config.vx_count):
            touches = {
                field: _covers(self._rd_width if field == "rd" else self._source_width, self._field(field), r)
                for field in self._used
            }
            read = 0
            for field, used in self._used.items():
                read |= used & touches[field]
            m.d.comb += [self.reads[r].eq(read), self.writes[r].eq(self._rd_written & touches["rd"])]


def _pattern(instruction: Instruction) -> str:
    bits = reversed(range(OPCODE.width, 32))
    return "".join(str(instruction.match >> bit & 1) if instruction.mask >> bit & 1 else "-" for bit in bits)


def _covers(width, index, row: int):
    """Whether register ``index`` of class ``width`` covers physical row ``row``."""
    return Mux(width == Width.X, index == row, Mux(width == Width.E, index == row >> 1, index == row >> 2))
