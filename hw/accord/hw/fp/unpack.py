"""A binary32 word taken apart into sign, exponent, significand and class."""

from amaranth.hdl import Cat, Module
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out


class Unpacked(data.Struct):
    """The value (-1)^sign * significand * 2^(exponent - 150), unless it is infinite or a NaN.

    A subnormal has exponent 1 and no hidden bit; a zero is the subnormal with significand 0. Subnormals stay
    as they are: the adder's frame and the rounding stage have room for their leading zeros (see fma.py).
    """

    sign: 1
    exponent: 8
    significand: 24
    infinite: 1
    nan: 1
    signalling: 1


class Unpack(Component):
    """Combinational: ``bits`` to ``value``."""

    bits: In(32)
    value: Out(Unpacked)

    def elaborate(self, platform: object) -> Module:
        """Build the unpacker."""
        m = Module()
        fraction, exponent = self.bits[:23], self.bits[23:31]
        normal = exponent != 0
        special = exponent == 0xFF
        m.d.comb += [
            self.value.sign.eq(self.bits[31]),
            self.value.exponent.eq(exponent | ~normal),
            self.value.significand.eq(Cat(fraction, normal)),
            self.value.infinite.eq(special & (fraction == 0)),
            self.value.nan.eq(special & (fraction != 0)),
            self.value.signalling.eq(special & ~fraction[22] & (fraction != 0)),
        ]
        return m
