"""Integer to binary32 up to the rounding stage, and binary32 to integer with a rounding of its own."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.fp.round import UNROUNDED, round_up
from accord.hw.fp.unpack import Unpacked
from accord.hw.types import Rounding

_TOP = 127 + 31
"""Biased exponent of 2^31, the weight of the top bit of a 32-bit magnitude."""

_FAR = 40
"""A right shift from which on a value stays below 1/4 in any case: its bits only have to be not zero."""


class IntToFloat(Component):
    """Combinational: the exact value of ``integer``, to be rounded."""

    integer: In(signed(32))
    result: Out(UNROUNDED)

    def elaborate(self, platform: object) -> Module:
        """Build the front end."""
        m = Module()
        magnitude = Signal(32)
        m.d.comb += [
            magnitude.eq(Mux(self.integer < 0, -self.integer, self.integer)),
            self.result.sign.eq(self.integer < 0),
            self.result.exponent.eq(_TOP),
            self.result.significand.eq(Cat(Const(0, 32), magnitude)),
        ]
        return m


class FloatToInt(Component):
    """Combinational: ``value`` rounded to an integer in ``mode``.

    ``integer`` is within 32 bits exactly where the rounded value is; beyond, and for infinities and NaN
    (positive), it is some value out of that range on the same side, for the caller to clamp. ``inexact`` is
    meaningful inside.
    """

    value: In(Unpacked)
    mode: In(Rounding)
    integer: Out(signed(34))
    inexact: Out(1)

    def elaborate(self, platform: object) -> Module:
        """Build the shifter and the rounder."""
        m = Module()
        value = self.value
        count = Signal(6)
        aligned = Signal(64)
        m.d.comb += [
            count.eq(Mux(value.exponent < _TOP - _FAR, _FAR, _TOP - value.exponent)),
            # integer part in the upper half, fraction in the lower
            aligned.eq(Cat(Const(0, _FAR), value.significand) >> count),
        ]
        half, rest = aligned[31], aligned[:31].any()
        magnitude = Signal(33)
        m.d.comb += [
            magnitude.eq(aligned[32:] + round_up(self.mode, value.sign, aligned[32], half, rest)),
            self.inexact.eq(half | rest),
        ]
        with m.If(value.exponent > _TOP):
            m.d.comb += self.integer.eq(Mux(value.sign & ~value.nan, -(1 << 32), 1 << 32))
        with m.Else():
            m.d.comb += self.integer.eq(Mux(value.sign, -magnitude, magnitude))
        return m
