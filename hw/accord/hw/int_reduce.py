"""Integer reductions over the lanes of the vector ALU: a tree an operation, in one tick."""

from collections.abc import Callable

from amaranth.hdl import Module, Mux, Signal, Value, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import ValuOp

INTEGER_REDUCTIONS: dict[ValuOp, Callable[[Value, Value], Value]] = {
    ValuOp.REDSUM: lambda a, b: a + b,
    ValuOp.REDMAX: lambda a, b: Mux(a > b, a, b),
    ValuOp.REDMIN: lambda a, b: Mux(a < b, a, b),
    ValuOp.REDAND: lambda a, b: a & b,
    ValuOp.REDOR: lambda a, b: a | b,
    ValuOp.REDXOR: lambda a, b: a ^ b,
}
"""What joins two partial results, modulo 2^32."""


class IntegerReduction(Component):
    """Combinational: ``result`` = the reduction ``op`` of all ``lanes`` (a power of two) of ``operand``, modulo 2^32.

    Lane j stands at bits 32j to 32j+31 of ``operand``, sign-extended; ``result`` is zero for another operation.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        super().__init__({"op": In(ValuOp), "operand": In(32 * lanes), "result": Out(32)})

    def elaborate(self, platform: object) -> Module:
        """Build the trees, and the choice of one at their roots."""
        m = Module()
        lanes = [self.operand.word_select(j, 32).as_signed() for j in range(self._lanes)]
        with m.Switch(self.op):
            for op, join in INTEGER_REDUCTIONS.items():
                root = _tree(m, op.name.lower(), lanes, join)
                with m.Case(op):
                    m.d.comb += self.result.eq(root)
        return m


def _tree(m: Module, name: str, values: list[Value], join: Callable[[Value, Value], Value]) -> Value:
    """Join neighbours, level by level, and return the one value left."""
    while len(values) > 1:
        pairs = zip(values[::2], values[1::2], strict=True)
        joined = [Signal(signed(32), name=f"{name}_{len(values) // 2 + i}") for i in range(len(values) // 2)]
        m.d.comb += [node.eq(join(a, b)) for node, (a, b) in zip(joined, pairs, strict=True)]
        values = joined
    return values[0]
