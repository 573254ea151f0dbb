"""Integer and bitwise operations of one lane, and the clamp that integers and conversions share."""

from collections.abc import Callable

from amaranth.hdl import Module, Mux, Value, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import ValuOp

_SIGN = -(1 << 31)
"""Sign bit of an FP32 word."""

OPERATIONS: dict[ValuOp, Callable[[Value, Value, Value], Value]] = {
    ValuOp.ADD: lambda a, b, c: a + b,
    ValuOp.ADDI: lambda a, b, c: a + b,
    ValuOp.SUB: lambda a, b, c: a - b,
    ValuOp.MUL: lambda a, b, c: a * b,
    ValuOp.MAX: lambda a, b, c: Mux(a > b, a, b),
    ValuOp.MIN: lambda a, b, c: Mux(a < b, a, b),
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

SATURATING = frozenset({ValuOp.ADD, ValuOp.SUB, ValuOp.MUL})
"""Operations whose ``sat`` bit counts."""


class IntAlu(Component):
    """Combinational: ``value`` = the operation's, exact; zero for one that is not in ``OPERATIONS``."""

    op: In(ValuOp)
    a: In(signed(32))
    b: In(signed(32))
    c: In(signed(32))
    value: Out(signed(64))

    def elaborate(self, platform: object) -> Module:
        """Build one branch an operation."""
        m = Module()
        with m.Switch(self.op):
            for op, expression in OPERATIONS.items():
                with m.Case(op):
                    m.d.comb += self.value.eq(expression(self.a, self.b, self.c))
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
