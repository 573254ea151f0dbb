"""Binary32 to and from the narrow formats: bfloat16, and OFP8's E4M3 and E5M2."""

from dataclasses import dataclass

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib.wiring import Component, In, Out

from accord.hw.fp.round import UNROUNDED, round_up
from accord.hw.fp.unpack import Unpacked
from accord.hw.types import FLAGS, Rounding, ValuOp


@dataclass(frozen=True)
class Format:
    """Widths of the fields, exponent bias, and magnitudes (words without their sign) of a narrow format."""

    exponent: int
    fraction: int
    bias: int
    largest: int
    infinity: int | None
    nan: int

    @property
    def rebias(self) -> int:
        """What to add to an exponent for binary32."""
        return 127 - self.bias


BF16 = Format(exponent=8, fraction=7, bias=127, largest=0x7F7F, infinity=0x7F80, nan=0x7FC0)
E4M3 = Format(exponent=4, fraction=3, bias=7, largest=0x7E, infinity=None, nan=0x7F)
E5M2 = Format(exponent=5, fraction=2, bias=15, largest=0x7B, infinity=0x7C, nan=0x7E)

NARROW = {ValuOp.F32_BF16: BF16, ValuOp.F32_E4M3: E4M3, ValuOp.F32_E5M2: E5M2}
WIDEN = {ValuOp.BF16_F32: BF16, ValuOp.E4M3_F32: E4M3, ValuOp.E5M2_F32: E5M2}

_MOST = max(form.fraction for form in NARROW.values())
_DEEP = _MOST - min(form.fraction for form in NARROW.values()) + _MOST
"""Largest shift: the fraction's last place to its position, then a subnormal's leading bit below the half bit."""

_LAST = _DEEP + 23 - _MOST
"""Position of the last place of every format in the aligned frame."""


class Narrow(Component):
    """Combinational: ``value`` rounded in ``mode`` to the format of ``op``, one of ``NARROW``.

    With ``sat`` overflow and infinities give the largest finite value. ``bits`` above the format's are zero.
    """

    op: In(ValuOp)
    value: In(Unpacked)
    mode: In(Rounding)
    sat: In(1)
    bits: Out(16)
    flags: Out(FLAGS)

    def elaborate(self, platform: object) -> Module:
        """Build one shifter and one rounder for all formats, whose constants ``op`` chooses."""
        m = Module()
        value = self.value
        below, base, count = Signal(8), Signal(8), Signal(range(_DEEP + 1))
        kept, leading, full = Signal(_MOST + 1), Signal(_MOST + 1), Signal()
        magnitude, sign = Signal(16), Signal(16)
        largest, infinity, nan = Signal(16), Signal(16), Signal(16)
        frame = Signal(_DEEP + 24)
        half, rest, up = Signal(), Signal(), Signal()
        with m.Switch(self.op):
            for op, form in NARROW.items():
                with m.Case(op):
                    deep = value.exponent <= form.rebias
                    m.d.comb += [
                        # a subnormal result has the exponent of the smallest normal number
                        below.eq(Mux(deep, form.rebias + 1 - value.exponent, 0)),
                        base.eq(Mux(deep, 0, value.exponent - form.rebias - 1)),
                        count.eq(_MOST - form.fraction + Mux(below > _MOST, _MOST, below)),
                        leading.eq(1 << form.fraction),
                        full.eq(kept[: form.fraction].all() & half),
                        # the hidden bit adds the one that `base` lacks; a carry is the next exponent
                        magnitude.eq((base << form.fraction) + kept + up),
                        largest.eq(form.largest),
                        infinity.eq(form.nan if form.infinity is None else form.infinity | sign),
                        nan.eq(form.nan),
                        sign.eq(value.sign << (form.exponent + form.fraction)),
                    ]
        m.d.comb += [
            frame.eq(Cat(Const(0, _DEEP), value.significand) >> count),
            kept.eq(frame[_LAST:]),
            half.eq(frame[_LAST - 1]),
            rest.eq(frame[: _LAST - 1].any()),
            up.eq(round_up(self.mode, value.sign, kept[0], half, rest)),
        ]
        overflow, inexact, tiny, limited = Signal(), Signal(), Signal(), Signal()
        # as in round.py: tiny where an unbounded exponent, with one bit more, does not lift it to a normal number
        reaches = full & round_up(self.mode, value.sign, 1, frame[_LAST - 2], frame[: _LAST - 2].any())
        m.d.comb += [
            overflow.eq(magnitude > largest),
            inexact.eq(half | rest | overflow),
            tiny.eq(~(kept & leading).any() & ~reaches),
            limited.eq(self.sat | (~value.infinite & ~round_up(self.mode, value.sign, 1, 1, 1))),
        ]
        with m.If(value.nan):
            m.d.comb += self.bits.eq(nan)
        with m.Elif(value.infinite | overflow):
            m.d.comb += self.bits.eq(Mux(limited, largest | sign, infinity))
        with m.Else():
            m.d.comb += self.bits.eq(magnitude | sign)
        finite = ~value.nan & ~value.infinite
        raised = (inexact, tiny & inexact, overflow, Const(0, 1))
        m.d.comb += self.flags.as_value().eq(Cat(*(finite & flag for flag in raised), value.signalling))
        return m


class Widen(Component):
    """Combinational: the exact value of the low bits of ``bits`` in the source format of ``op``, one of ``WIDEN``.

    The rounding stage behind it normalises and has nothing to round.
    """

    op: In(ValuOp)
    bits: In(16)
    result: Out(UNROUNDED)

    def elaborate(self, platform: object) -> Module:
        """Build one unpacker a format."""
        m = Module()
        with m.Switch(self.op):
            for op, form in WIDEN.items():
                with m.Case(op):
                    self._unpack(m, form)
        return m

    def _unpack(self, m: Module, form: Format) -> None:
        magnitude = form.exponent + form.fraction
        word, result = self.bits[:magnitude], self.result
        fraction, exponent = word[: form.fraction], word[form.fraction :]
        normal = exponent != 0
        nan = word == form.nan if form.infinity is None else word > form.infinity
        signalling = Const(0, 1) if form.infinity is None else nan & ~fraction[-1]
        m.d.comb += [
            result.sign.eq(self.bits[magnitude]),
            result.exponent.eq((exponent | ~normal) + form.rebias),
            result.significand.eq(Cat(Const(0, 63 - form.fraction), fraction, normal)),
            result.infinite.eq(False if form.infinity is None else word == form.infinity),
            result.nan.eq(nan),
            result.invalid.eq(signalling),
        ]
