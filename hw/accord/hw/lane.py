"""One 32-bit lane of the vector ALU: integer operations, conversions, floating point."""

from amaranth.hdl import Cat, Const, Module, Mux, signed
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.fp import compare
from accord.hw.fp.convert import FloatToInt, IntToFloat
from accord.hw.fp.fma import FusedMultiplyAdd
from accord.hw.fp.narrow import NARROW, WIDEN, Narrow, Widen
from accord.hw.fp.round import UNROUNDED, Round
from accord.hw.fp.unpack import Unpack
from accord.hw.int_alu import INTEGER, Clamp, IntAlu
from accord.hw.int_reduce import INTEGER_REDUCTIONS
from accord.hw.lut import LOOKUPS, SET_LOOKUPS
from accord.hw.types import FLAGS, Rounding, ValuOp, Width

FUSED = {
    ValuOp.FMA: (0, 0),
    ValuOp.FMS: (0, 1),
    ValuOp.NFMA: (1, 0),
    ValuOp.NFMS: (1, 1),
}
"""Operations of two ticks: whether the product is negated, and whether the addend is."""

ARITHMETIC = {
    ValuOp.FADD: (0, 0),
    ValuOp.FSUB: (0, 1),
    ValuOp.FMUL: (0, 0),
}
"""Operations that take the fused path in one tick, as a * 1 +- b and a * b + 0; signs as in ``FUSED``."""

REDUCTIONS = {ValuOp.FREDSUM: ValuOp.FADD, ValuOp.FREDMAX: ValuOp.FMAX}
"""Reductions, and what the lanes do at every level of one."""

HANDLED = (
    INTEGER
    | frozenset(FUSED)
    | frozenset(ARITHMETIC)
    | frozenset(compare.OPERATIONS)
    | frozenset(NARROW)
    | frozenset(WIDEN)
    | frozenset(REDUCTIONS)
    | frozenset(INTEGER_REDUCTIONS)
    | frozenset(LOOKUPS)
    | frozenset(SET_LOOKUPS)
    | {ValuOp.S_F32, ValuOp.F32_S}
)
"""Every operation that there is hardware for."""

_ONE = 0x3F800000

CONTROL = Signature(
    {
        "op": Out(ValuOp),
        "width": Out(Width),
        "mode": Out(Rounding),
        "clamp": Out(1),
        "sat": Out(1),
        "maximum": Out(signed(32)),
        "start": Out(1),
        "negate_product": Out(1),
        "negate_addend": Out(1),
        "due": Out(1),
    }
)
"""What all lanes share: ``start`` takes a fused operation in, ``due`` puts out the one taken a tick ago.

``maximum`` is the destination's largest value; a float to integer conversion always clamps to it, other
operations where ``clamp`` is set. ``sat`` counts in conversions to narrow formats. ``mode`` belongs to the
operation whose result is on the output.
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
        m.submodules.compare = comparison = compare.Compare()
        m.submodules.narrow = narrow = Narrow()
        m.submodules.widen = widen = Widen()
        is_sum = control.op.matches(ValuOp.FADD, ValuOp.FSUB)
        is_product = control.op == ValuOp.FMUL
        to_int = control.op == ValuOp.F32_S

        m.d.comb += [
            unpack_a.bits.eq(self.a),
            unpack_b.bits.eq(Mux(is_sum, _ONE, self.b)),
            # a product gets a zero of its own sign added, which leaves the sign of a zero product as it is
            unpack_c.bits.eq(Mux(is_sum, self.b, Mux(is_product, Cat(Const(0, 31), self.a[31] ^ self.b[31]), self.c))),
            fma.start.eq(control.start),
            fma.due.eq(control.due),
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
            int_alu.width.eq(control.width),
            int_alu.a.eq(self.a),
            int_alu.b.eq(self.b),
            int_alu.c.eq(self.c),
            comparison.op.eq(control.op),
            comparison.a.eq(self.a),
            comparison.b.eq(self.b),
            comparison.a_value.eq(unpack_a.value),
            comparison.b_value.eq(unpack_b.value),
            narrow.op.eq(control.op),
            narrow.value.eq(unpack_a.value),
            narrow.mode.eq(control.mode),
            narrow.sat.eq(control.sat),
            widen.op.eq(control.op),
            widen.bits.eq(self.a[:16]),
            clamp.value.eq(Mux(to_int, float_to_int.integer, int_alu.value)),
            clamp.maximum.eq(control.maximum),
        ]
        widens, computes = control.op.matches(*WIDEN), control.due | control.op.matches(*ARITHMETIC)
        for name in UNROUNDED.members:
            converted = Mux(widens, getattr(widen.result, name), getattr(int_to_float.result, name))
            m.d.comb += getattr(rounder.value, name).eq(Mux(computes, getattr(fma.result, name), converted))
        with m.If(computes | widens | (control.op == ValuOp.S_F32)):
            m.d.comb += [self.data.eq(rounder.bits), self.flags.eq(rounder.flags)]
        with m.Elif(control.op.matches(*NARROW)):
            m.d.comb += [self.data.eq(narrow.bits), self.flags.eq(narrow.flags)]
        with m.Elif(control.op.matches(*compare.OPERATIONS)):
            m.d.comb += [self.data.eq(comparison.data), self.flags.nv.eq(comparison.invalid)]
        with m.Elif(to_int):
            m.d.comb += [
                self.data.eq(clamp.clamped),
                self.flags.nv.eq(clamp.outside),
                self.flags.nx.eq(float_to_int.inexact & ~clamp.outside),
            ]
        with m.Else():
            m.d.comb += self.data.eq(Mux(control.clamp, clamp.clamped, int_alu.value))
        return m
