"""Minimum, maximum and comparisons of binary32 words."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from accord.hw.fp.round import CANONICAL_NAN
from accord.hw.fp.unpack import Unpacked
from accord.hw.types import ValuOp

OPERATIONS = (ValuOp.FMIN, ValuOp.FMAX, ValuOp.FEQ, ValuOp.FLT, ValuOp.FLE)


class Compare(Component):
    """Combinational: ``data`` of one of ``OPERATIONS`` on words ``a`` and ``b``, and whether it raises NV.

    Minimum and maximum are minimumNumber and maximumNumber of IEEE 754-2019: -0 < +0, a NaN loses against a
    number. Comparisons give all ones or zero; equality is quiet, the others signal on every NaN. ``a_value`` and
    ``b_value`` are the same words unpacked.
    """

    op: In(ValuOp)
    a: In(32)
    b: In(32)
    a_value: In(Unpacked)
    b_value: In(Unpacked)
    data: Out(32)
    invalid: Out(1)

    def elaborate(self, platform: object) -> Module:
        """Build one magnitude comparison and what hangs on it."""
        m = Module()
        a, b = self.a_value, self.b_value
        below, zeros, unordered, signalling = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [
            below.eq(_order(self.a) < _order(self.b)),
            zeros.eq((self.a[:31] == 0) & (self.b[:31] == 0)),
            unordered.eq(a.nan | b.nan),
            signalling.eq(a.signalling | b.signalling),
        ]
        less, equal = below & ~zeros & ~unordered, ((self.a == self.b) | zeros) & ~unordered
        truth = Signal()
        m.d.comb += truth.eq((less & (self.op != ValuOp.FEQ)) | (equal & (self.op != ValuOp.FLT)))

        selects = (self.op == ValuOp.FMIN) | (self.op == ValuOp.FMAX)
        with m.If(~selects):
            m.d.comb += self.data.eq(truth.replicate(32))
        with m.Elif(a.nan & b.nan):
            m.d.comb += self.data.eq(CANONICAL_NAN)
        with m.Else():
            m.d.comb += self.data.eq(Mux(b.nan | (~a.nan & (below == (self.op == ValuOp.FMIN))), self.a, self.b))

        loud = (self.op == ValuOp.FLT) | (self.op == ValuOp.FLE)
        m.d.comb += self.invalid.eq(Mux(loud, unordered, signalling))
        return m


def _order(word: Value) -> Value:
    """Return a signed integer that orders words as their values, -0 below +0."""
    return Cat(word[:31] ^ word[31].replicate(31), word[31]).as_signed()
