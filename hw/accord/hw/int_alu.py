"""Integer operations of one lane, and the clamp that integers and conversions share."""

from collections.abc import Callable

from amaranth.hdl import Module, Mux, Value, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import ValuOp

OPERATIONS: dict[ValuOp, Callable[[Value, Value], Value]] = {
    ValuOp.ADD: lambda a, b: a + b,
    ValuOp.ADDI: lambda a, b: a + b,
    ValuOp.SUB: lambda a, b: a - b,
    ValuOp.MUL: lambda a, b: a * b,
    ValuOp.MAX: lambda a, b: Mux(a > b, a, b),
    ValuOp.MIN: lambda a, b: Mux(a < b, a, b),
    ValuOp.MOV: lambda a, b: a,
    ValuOp.BCAST: lambda a, b: a,
    ValuOp.TILE: lambda a, b: a,
    ValuOp.S_S: lambda a, b: a,
    ValuOp.IMM: lambda a, b: b,
    ValuOp.LUI: lambda a, b: b,
}
"""Exact value of each operation, of at most 64 bits; immediates arrive on ``b``."""

SATURATING = frozenset({ValuOp.ADD, ValuOp.SUB, ValuOp.MUL})
"""Operations whose ``sat`` bit counts."""


class IntAlu(Component):
    """Combinational: ``value`` = a op b, exact; zero for an operation that is not an integer one."""

    op: In(ValuOp)
    a: In(signed(32))
    b: In(signed(32))
    value: Out(signed(64))

    def elaborate(self, platform: object) -> Module:
        """Build one branch an operation."""
        m = Module()
        with m.Switch(self.op):
            for op, expression in OPERATIONS.items():
                with m.Case(op):
                    m.d.comb += self.value.eq(expression(self.a, self.b))
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
