"""The one normalise-and-round stage that every operation with a binary32 result feeds."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import FLAGS, Rounding

CANONICAL_NAN = 0x7FC00000
INFINITY = 0x7F800000
LARGEST_FINITE = 0x7F7FFFFF

_INFINITE_EXPONENT = 255
_WIDTH = 64
_HALF = 39
"""Bit 63 is the hidden bit of a normal result, 62..40 its fraction, 39 half a unit in the last place."""


UNROUNDED = Signature(
    {
        "sign": Out(1),
        "exponent": Out(9),
        "significand": Out(_WIDTH),
        "infinite": Out(1),
        "nan": Out(1),
        "invalid": Out(1),
    }
)
"""An exact result before rounding: (-1)^sign * significand * 2^(exponent - 127 - 63), or a special one.

``exponent`` is the biased exponent of the significand's bit 63 and at least 1, so that a subnormal result
never has to be shifted right. The significand's lowest bit is sticky: it is set where nonzero bits were lost
below it. ``nan`` wins over ``infinite``; ``invalid`` raises NV beside either.
"""


def round_up(mode: Value, sign: Value, lsb: Value | int, half: Value | int, rest: Value | int) -> Value:
    """Whether a magnitude cut after ``lsb`` grows: ``half`` is the first bit lost, ``rest`` any more."""
    away = Mux(sign, mode == Rounding.RDN, mode == Rounding.RUP)
    nearest = ((mode == Rounding.RNE) & (rest | lsb)) | (mode == Rounding.RMM)
    return (away & (half | rest)) | (nearest & half)


def _leading_zeros(m: Module, value: Value) -> Value:
    """Return the leading zeros of a 64-bit value in 6 bits; 63 for zero as well."""
    bits: list[Value] = []
    while len(value) > 1:
        size = len(value) // 2
        empty = Signal(name=f"empty{size}")
        remaining = Signal(size, name=f"remaining{size}")
        m.d.comb += [
            empty.eq(value[size:] == 0),
            remaining.eq(Mux(empty, value[:size], value[size:])),
        ]
        bits.append(empty)
        value = remaining
    return Cat(reversed(bits))


def _shift_left(m: Module, value: Value, count: Value) -> Value:
    """Return ``value << count`` in the width of ``value``; Amaranth's own operator would make it 127 bits."""
    for stage, bit in enumerate(count):
        shifted = Signal(len(value), name=f"shifted{stage}")
        m.d.comb += shifted.eq(Mux(bit, Cat(Const(0, 1 << stage), value[: -(1 << stage)]), value))
        value = shifted
    return value


class Round(Component):
    """Combinational: ``value`` rounded in ``mode`` to ``bits``, with the flags that raises (never DZ)."""

    value: In(UNROUNDED)
    mode: In(Rounding)
    bits: Out(32)
    flags: Out(FLAGS)

    def elaborate(self, platform: object) -> Module:
        """Build the normaliser and the rounder."""
        m = Module()
        value, sign = self.value, self.value.sign

        zeros = Signal(6)
        room = Signal(9)
        count = Signal(6)
        m.d.comb += [
            zeros.eq(_leading_zeros(m, value.significand)),
            room.eq(value.exponent - 1),
            # a subnormal result stops where its exponent is that of the smallest normal number
            count.eq(Mux(room < zeros, room, zeros)),
        ]
        normalised = _shift_left(m, value.significand, count)

        normal = normalised[_WIDTH - 1]
        half, rest = normalised[_HALF], normalised[:_HALF].any()
        exponent = Signal(9)
        rounded = Signal(32)
        m.d.comb += [
            exponent.eq(Mux(normal, value.exponent - count, 0)),
            # a carry out of the fraction is the next exponent: subnormal to normal, finite to infinite
            rounded.eq(
                Cat(normalised[_HALF + 1 : _WIDTH - 1], exponent)
                + round_up(self.mode, sign, normalised[_HALF + 1], half, rest)
            ),
        ]
        overflow = Signal()
        inexact = Signal()
        tiny = Signal()
        # Tiny after rounding: with the 24 bits that a number below 2^-126 would have if exponents had no end,
        # it still does not round up to 2^-126.
        reaches = normalised[_HALF : _WIDTH - 1].all() & round_up(
            self.mode, sign, 1, normalised[_HALF - 1], normalised[: _HALF - 1].any()
        )
        m.d.comb += [
            overflow.eq(rounded[23:] >= _INFINITE_EXPONENT),
            inexact.eq(half | rest),
            tiny.eq(~normal & ~reaches),
        ]

        with m.If(value.nan):
            m.d.comb += self.bits.eq(CANONICAL_NAN)
        with m.Elif(value.infinite):
            m.d.comb += self.bits.eq(Cat(Const(INFINITY, 31), sign))
        with m.Elif(overflow):
            away = round_up(self.mode, sign, 1, 1, 1)
            m.d.comb += self.bits.eq(Cat(Mux(away, Const(INFINITY, 31), Const(LARGEST_FINITE, 31)), sign))
        with m.Else():
            m.d.comb += self.bits.eq(Cat(rounded[:31], sign))

        # one assignment: a bit that is constant on its own (DZ) would become an `always @*` that never runs
        finite = ~value.nan & ~value.infinite
        raised = (overflow | inexact, tiny & inexact, overflow, Const(0, 1))
        m.d.comb += self.flags.as_value().eq(Cat(*(finite & flag for flag in raised), value.invalid))
        return m
