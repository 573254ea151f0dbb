"""One 32-bit lane of the vector ALU: integer operations, conversions, fused multiply-add."""

from amaranth.hdl import Module, Mux, signed
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.fp.convert import FloatToInt, IntToFloat
from accord.hw.fp.fma import FusedMultiplyAdd
from accord.hw.fp.round import UNROUNDED, Round
from accord.hw.fp.unpack import Unpack
from accord.hw.int_alu import OPERATIONS, Clamp, IntAlu
from accord.hw.types import FLAGS, Rounding, ValuOp

FUSED = {
    ValuOp.FMA: (0, 0),
    ValuOp.FMS: (0, 1),
    ValuOp.NFMA: (1, 0),
    ValuOp.NFMS: (1, 1),
}
"""Operations of two ticks: whether the product is negated, and whether the addend is."""

HANDLED = frozenset(OPERATIONS) | frozenset(FUSED) | {ValuOp.S_F32, ValuOp.F32_S}
"""Every operation the lane has hardware for."""

CONTROL = Signature(
    {
        "op": Out(ValuOp),
        "mode": Out(Rounding),
        "clamp": Out(1),
        "maximum": Out(signed(32)),
        "start": Out(1),
        "negate_product": Out(1),
        "negate_addend": Out(1),
        "due": Out(1),
    }
)
"""What all lanes share: ``start`` takes a fused operation in, ``due`` puts out the one taken a tick ago.

``maximum`` is the destination's largest value; a float to integer conversion always clamps to it, other
operations where ``clamp`` is set. ``mode`` belongs to the operation whose result is on the output.
"""


class Lane(Component):
    """``data`` and ``flags`` are those of the fused operation in a tick that is ``due``, else of ``op``."""

    control: In(CONTROL)
    a: In(signed(32))
    b: In(signed(32))
    c: In(signed(32))
    data: Out(32)
    flags: Out(FLAGS)

    def elaborate(self, platform: object) -> Module:
        """Build the units and choose among their results."""
        m = Module()
        control = self.control
        m.submodules.unpack_a = unpack_a = Unpack()
        m.submodules.unpack_b = unpack_b = Unpack()
        m.submodules.unpack_c = unpack_c = Unpack()
        m.submodules.fma = fma = FusedMultiplyAdd()
        m.submodules.int_to_float = int_to_float = IntToFloat()
        m.submodules.float_to_int = float_to_int = FloatToInt()
        m.submodules.round = rounder = Round()
        m.submodules.int_alu = int_alu = IntAlu()
        m.submodules.clamp = clamp = Clamp()
        to_float = control.op == ValuOp.S_F32
        to_int = control.op == ValuOp.F32_S

        m.d.comb += [
            unpack_a.bits.eq(self.a),
            unpack_b.bits.eq(self.b),
            unpack_c.bits.eq(self.c),
            fma.start.eq(control.start),
            fma.a.eq(unpack_a.value),
            fma.b.eq(unpack_b.value),
            fma.c.eq(unpack_c.value),
            fma.negate_product.eq(control.negate_product),
            fma.negate_addend.eq(control.negate_addend),
            fma.mode.eq(control.mode),
            int_to_float.integer.eq(self.a),
            rounder.mode.eq(control.mode),
            float_to_int.value.eq(unpack_a.value),
            float_to_int.mode.eq(control.mode),
            int_alu.op.eq(control.op),
            int_alu.a.eq(self.a),
            int_alu.b.eq(self.b),
            clamp.value.eq(Mux(to_int, float_to_int.integer, int_alu.value)),
            clamp.maximum.eq(control.maximum),
        ]
        for name in UNROUNDED.members:
            unrounded = Mux(control.due, getattr(fma.result, name), getattr(int_to_float.result, name))
            m.d.comb += getattr(rounder.value, name).eq(unrounded)
        with m.If(control.due | to_float):
            m.d.comb += [self.data.eq(rounder.bits), self.flags.eq(rounder.flags)]
        with m.Elif(to_int):
            m.d.comb += [
                self.data.eq(clamp.clamped),
                self.flags.nv.eq(clamp.outside),
                self.flags.nx.eq(float_to_int.inexact & ~clamp.outside),
            ]
        with m.Elif(control.clamp):
            m.d.comb += self.data.eq(clamp.clamped)
        with m.Else():
            m.d.comb += self.data.eq(int_alu.value)
        return m
