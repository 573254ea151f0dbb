"""Shifts and rotation of one lane, in its width: one right shift of 64 bits does them all."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import ValuOp, Width

SHIFTS = (ValuOp.SLL, ValuOp.SRL, ValuOp.SRA, ValuOp.ROL, ValuOp.RSHR)
"""Operations that shift."""


class Shifter(Component):
    """Combinational: ``value`` = ``a``, sign-extended from ``width``, shifted by the low bits of ``b``.

    Bits of ``value`` beyond ``width`` mean nothing. RSHR is there in 32 bits alone.
    """

    op: In(ValuOp)
    width: In(Width)
    a: In(signed(32))
    b: In(32)
    value: Out(32)

    def elaborate(self, platform: object) -> Module:
        """Build the 64-bit frame of each operation, and the shift."""
        m = Module()
        n, count = Signal(5), Signal(6)
        zero_extended, repeated, frame = Signal(32), Signal(32), Signal(64)
        with m.Switch(self.width):
            for width, bits in ((Width.X, 8), (Width.E, 16), (Width.R, 32)):
                lane = self.a[:bits]
                with m.Case(width):
                    m.d.comb += [
                        n.eq(self.b[: bits.bit_length() - 1]),
                        zero_extended.eq(lane),
                        repeated.eq(lane.replicate(32 // bits)),
                    ]
        # RSHR adds half a unit of the result first, less one of the last place where that would take a tie to zero
        half = ((Const(1) << n) - (self.a < 0)) >> 1
        with m.Switch(self.op):
            with m.Case(ValuOp.SLL):
                m.d.comb += frame.eq(Cat(Const(0, 32), self.a))
            with m.Case(ValuOp.SRL):
                m.d.comb += frame.eq(zero_extended)
            with m.Case(ValuOp.ROL):
                m.d.comb += frame.eq(Cat(repeated, repeated))
            with m.Case(ValuOp.RSHR):
                m.d.comb += frame.eq(self.a + half)
            with m.Default():
                m.d.comb += frame.eq(self.a)
        leftwards = self.op.matches(ValuOp.SLL, ValuOp.ROL)
        m.d.comb += [count.eq(Mux(leftwards, 32 - n, n)), self.value.eq(frame >> count)]
        return m
