"""Integer and bitwise operations of one lane, and the clamp that integers and conversions share."""

from collections.abc import Callable

from amaranth.hdl import Module, Mux, Signal, Value, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.shift import SHIFTS, Shifter
from accord.hw.types import ValuOp, Width

_SIGN = -(1 << 31)
"""Sign bit of an FP32 word."""


def _all_ones_where(condition: Value) -> Value:
    return Mux(condition, -1, 0)


OPERATIONS: dict[ValuOp, Callable[[Value, Value, Value], Value]] = {
    ValuOp.ADD: lambda a, b, c: a + b,
    ValuOp.ADDI: lambda a, b, c: a + b,
    ValuOp.SUB: lambda a, b, c: a - b,
    ValuOp.RSUB: lambda a, b, c: b - a,
    ValuOp.NEG: lambda a, b, c: -a,
    ValuOp.ABS: lambda a, b, c: Mux(a < 0, -a, a),
    ValuOp.MAX: lambda a, b, c: Mux(a > b, a, b),
    ValuOp.MIN: lambda a, b, c: Mux(a < b, a, b),
    ValuOp.EQ: lambda a, b, c: _all_ones_where(a == b),
    ValuOp.LT: lambda a, b, c: _all_ones_where(a < b),
    ValuOp.LE: lambda a, b, c: _all_ones_where(a <= b),
    ValuOp.XOR: lambda a, b, c: a ^ b,
    ValuOp.OR: lambda a, b, c: a | b,
    ValuOp.AND: lambda a, b, c: a & b,
    ValuOp.NOT: lambda a, b, c: ~a,
    ValuOp.MOV: lambda a, b, c: a,
    ValuOp.BCAST: lambda a, b, c: a,
    ValuOp.TILE: lambda a, b, c: a,
    ValuOp.S_S: lambda a, b, c: a,
    ValuOp.IMM: lambda a, b, c: b,
    ValuOp.LUI: lambda a, b, c: b,
    ValuOp.RDFLAGS: lambda a, b, c: b,
    ValuOp.WRFLAGS: lambda a, b, c: b,
    ValuOp.SEL: lambda a, b, c: Mux(c != 0, a, b),
    ValuOp.FNEG: lambda a, b, c: a ^ _SIGN,
    ValuOp.FABS: lambda a, b, c: a & ~_SIGN,
}
"""Exact value of each operation, of at most 64 bits; immediates and the status flags arrive on ``b``."""

PRODUCTS: dict[ValuOp, Callable[[Value], Value]] = {
    ValuOp.MUL: lambda product: product,
    ValuOp.MULH: lambda product: product >> 32,
    ValuOp.SQRDMULH: lambda product: (product + (1 << 30)) >> 31,
}
"""What operations that share the multiplier make of the exact product."""

INTEGER = frozenset(OPERATIONS) | frozenset(PRODUCTS) | frozenset(SHIFTS)
"""Every operation of ``IntAlu``."""

SATURATING = (ValuOp.ADD, ValuOp.SUB, ValuOp.RSUB, ValuOp.MUL, ValuOp.NEG, ValuOp.ABS)
"""Operations whose ``sat`` bit counts; MAX and MIN always fit."""

CLAMPED = (ValuOp.SQRDMULH,)
"""Operations that saturate without a ``sat`` bit."""


class IntAlu(Component):
    """Combinational: ``value`` = the operation's, exact; zero for one that is not in ``INTEGER``.

    Operands are sign-extended from ``width``, which counts in shifts alone.
    """

    op: In(ValuOp)
    width: In(Width)
    a: In(signed(32))
    b: In(signed(32))
    c: In(signed(32))
    value: Out(signed(64))

    def elaborate(self, platform: object) -> Module:
        """Build one branch an operation, all around one multiplier and one shifter."""
        m = Module()
        m.submodules.shifter = shifter = Shifter()
        product = Signal(signed(64))
        m.d.comb += [
            product.eq(self.a * self.b),
            shifter.op.eq(self.op),
            shifter.width.eq(self.width),
            shifter.a.eq(self.a),
            shifter.b.eq(self.b),
        ]
        with m.Switch(self.op):
            for op, expression in OPERATIONS.items():
                with m.Case(op):
                    m.d.comb += self.value.eq(expression(self.a, self.b, self.c))
            for op, of_product in PRODUCTS.items():
                with m.Case(op):
                    m.d.comb += self.value.eq(of_product(product))
            with m.Case(*SHIFTS):
                m.d.comb += self.value.eq(shifter.value)
        return m


class Clamp(Component):
    """Combinational: ``clamped`` = ``value`` held to [-maximum - 1, maximum]; ``outside`` where it is not."""

    value: In(signed(64))
    maximum: In(signed(32))
    clamped: Out(32)
    outside: Out(1)

    def elaborate(self, platform: object) -> Module:
        """Build the two comparisons."""
        m = Module()
        above = self.value > self.maximum
        below = self.value < ~self.maximum
        m.d.comb += [
            self.clamped.eq(Mux(above, self.maximum, Mux(below, ~self.maximum, self.value))),
            self.outside.eq(above | below),
        ]
        return m
