"""One processing element: an INT32 accumulator, its operands and control handed on to the right and down."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out

CONTROL = data.StructLayout(
    {
        "feed": 1,  # accumulate a * b
        "keep": 1,  # with feed: add to the accumulator, else replace it
        "last": 1,  # with feed: the sum is final; the element is cleared after it has been collected
        "clear": 1,  # accumulator = 0
        "bias": 1,  # byte number `byte` of the accumulator = a
        "byte": 2,
    }
)
"""What travels with an operand pair through the array."""


class ProcessingElement(Component):
    """Takes ``a`` from the left and ``b`` from above at every edge; ``acc`` holds sums modulo 2^32."""

    a: In(signed(8))
    b: In(signed(8))
    control: In(CONTROL)
    a_right: Out(signed(8))
    b_down: Out(signed(8))
    control_right: Out(CONTROL)
    acc: Out(signed(32))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.sync += [
            self.a_right.eq(self.a),
            self.b_down.eq(self.b),
            self.control_right.eq(self.control),
        ]
        collected = self.control_right.last
        product = Signal(signed(16))
        base = Signal(signed(32))
        m.d.comb += [
            product.eq(self.a * self.b),
            base.eq(Mux(self.control.keep & ~collected, self.acc, 0)),
        ]
        with m.If(self.control.feed):
            m.d.sync += self.acc.eq(base + product)
        with m.Elif(self.control.bias):
            m.d.sync += self.acc.as_unsigned().word_select(self.control.byte, 8).eq(self.a)
        with m.Elif(self.control.clear | collected):
            m.d.sync += self.acc.eq(0)
        return m
