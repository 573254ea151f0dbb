"""The VALU's place in the core: operands from the register file or T, result back, one result port."""

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out, Signature, connect, flipped

from accord.hw.lane import FUSED
from accord.hw.lut import write_signature
from accord.hw.types import FLAGS, ValuOp, Width
from accord.hw.uop import SEQUENCE_BITS
from accord.hw.valu import Valu
from accord.hw.window import ISSUE, SLOTS
from accord.isa.config import Config

TAG = data.StructLayout({"slot": SLOTS, "sequence": SEQUENCE_BITS, "width": Width, "rd": 5})


class VectorUnit(Component):
    """Takes an instruction unless its result would be due with an older one's, or its column is not ready."""

    def __init__(self, config: Config):
        k = config.k
        self.valu = Valu(config, tag_width=Shape.cast(TAG).width)
        self.stamped = self.valu.stamped
        super().__init__(
            {
                "issue": In(ISSUE),
                "done": Out(SLOTS),
                "a": In(32 * k),
                "b": In(32 * k),
                "c": In(32 * k),
                "tile_column": Out(6),
                "tile_ready": In(1),
                "tile": In(32 * k),
                "result": Out(Signature({"en": Out(1), "width": Out(Width), "index": Out(5), "data": Out(32 * k)})),
                "sticky": In(FLAGS),  # the status register's, as all older instructions leave them
                "flags": Out(FLAGS),  # to be ORed into them at the coming edge, or to replace them
                "replace_flags": Out(1),
                "sequence": Out(SEQUENCE_BITS),  # of the instruction that a result, flags or a segment are of
                "lut_write": Out(write_signature(config)),  # a segment of a lookup bank, written at the coming edge
                "lut_host_segment": In(7),  # bit 6 the bank
                "lut_host_data": Out(32 * k),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.valu = valu = self.valu
        uop = self.issue.uop
        operation = Signal(ValuOp)
        is_tile, is_fused, take = Signal(), Signal(), Signal()
        m.d.comb += [
            operation.eq(uop.op),
            is_tile.eq(operation == ValuOp.TILE),
            is_fused.eq(Cat(operation == op for op in FUSED).any()),
            self.tile_column.eq(uop.imm),
            take.eq(self.issue.valid & ~valu.busy & (is_fused | ~valu.fused_due) & (~is_tile | self.tile_ready)),
            self.issue.take.eq(take),
        ]
        tag = Signal(TAG)
        m.d.comb += [
            tag.slot.eq(self.issue.slot),
            tag.sequence.eq(self.issue.sequence),
            tag.width.eq(uop.dst),
            tag.rd.eq(uop.rd),
            valu.issue.valid.eq(take),
            valu.issue.op.eq(operation),
            valu.issue.src.eq(uop.src),
            valu.issue.dst.eq(uop.dst),
            valu.issue.rm.eq(uop.rounding),
            valu.issue.sat.eq(uop.sat),
            valu.issue.wrap.eq(uop.wrap),
            valu.issue.tag.eq(tag),
            valu.a.eq(Mux(is_tile, self.tile, self.a)),
            valu.b.eq(self.b),
            valu.c.eq(self.c),
        ]
        with m.Switch(operation):
            with m.Case(ValuOp.LUI):
                m.d.comb += valu.issue.imm.eq(Cat(Const(0, 12), uop.imm[:20]))
            with m.Case(ValuOp.RDFLAGS):
                m.d.comb += valu.issue.imm.eq(self.sticky.as_value())
            with m.Default():
                m.d.comb += valu.issue.imm.eq(uop.imm)
        raised = Signal(5)
        due = data.View(TAG, valu.result.tag)
        m.d.comb += [
            self.replace_flags.eq(take & (operation == ValuOp.WRFLAGS)),
            # neither new flags nor a segment of a bank go to a register
            self.result.en.eq(valu.result.valid & ~self.replace_flags & ~valu.lut_write.valid),
            self.result.width.eq(due.width),
            self.result.index.eq(due.rd),
            self.result.data.eq(valu.result.data),
            self.sequence.eq(due.sequence),
            raised.eq(Mux(valu.result.valid, valu.result.flags.as_value(), 0)),
            self.flags.eq(Mux(self.replace_flags, uop.imm[:5], raised)),
            self.done.eq(Mux(valu.result.valid, due.slot, 0)),
            self.busy.eq(take | valu.fused_due | valu.busy),
            valu.lut_host_segment.eq(self.lut_host_segment),
            self.lut_host_data.eq(valu.lut_host_data),
        ]
        connect(m, valu.lut_write, flipped(self.lut_write))
        return m
