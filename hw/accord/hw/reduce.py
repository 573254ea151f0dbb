"""The reduction tree of the vector ALU: log2 K ticks on the lanes' own adders and comparators."""

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from accord.hw.types import FLAGS


class Reduction(Component):
    """Feeds the lower half of ``lanes`` >= 2 lanes, and takes their results back, level by level.

    ``operand`` counts in the tick of ``start``: that is the first level, lane i with lane i + K/2, then come K/4 and
    so on. Lane j works on ``first`` and ``second`` (from bit 32j on); its ``results`` and ``flags`` (5j on)
    are back in the same tick. ``level`` is one-hot, zero when there is nothing to do; in the last one lane 0 has the
    reduction's result and ``raised`` the flags of the whole tree. ``busy``: a level after the first.

    Partial results are kept in bit-reversed order of their index, in which the two that meet are neighbours at every
    level: lane j always takes 2j and 2j+1.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        half = lanes // 2
        super().__init__(
            {
                "start": In(1),
                "operand": In(32 * lanes),
                "results": In(32 * half),
                "flags": In(5 * half),
                "first": Out(32 * half),
                "second": Out(32 * half),
                "level": Out(lanes.bit_length() - 1),
                "busy": Out(1),
                "raised": Out(FLAGS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the level counter, the registers of partial results and the flags seen so far."""
        m = Module()
        half, levels = self._lanes // 2, self._lanes.bit_length() - 1
        later = Signal(levels)
        m.d.sync += later.eq(self.level << 1)
        m.d.comb += [
            self.level.eq(later | self.start),
            self.busy.eq(later != 0),
        ]
        partial, seen = Signal(32 * half), Signal(FLAGS)
        with m.If(self.level != 0):
            m.d.sync += [partial.eq(self.results), seen.eq(self.raised)]
        neighbours = [0]
        while len(neighbours) < self._lanes:
            neighbours = [2 * i for i in neighbours] + [2 * i + 1 for i in neighbours]
        raised: list[Value] = [Mux(self.busy, seen.as_value(), 0)]
        for j in range(half):
            for side, port in enumerate((self.first, self.second)):
                operand = self.operand.word_select(neighbours[2 * j + side], 32)
                stored = partial.word_select(2 * j + side, 32) if 2 * j + side < half else operand
                m.d.comb += port.word_select(j, 32).eq(Mux(self.busy, stored, operand))
            counts = self.level[: (half // (j + 1)).bit_length()].any()
            raised.append(Mux(counts, self.flags.word_select(j, 5), 0))
        m.d.comb += self.raised.eq(reduce(or_, raised))
        return m
