"""Fused multiply-add in two ticks: align, then add; the rounding stage follows in the second tick.

Sums and products of two operands take one tick: they run through both stages, past the register in between.

Everything fits a frame of 62 bits. The term of smaller exponent is shifted right into the frame of the other;
bits lost below jam the lowest bit, as in Berkeley SoftFloat's mulAdd. Operands are not normalised beforehand,
which is safe because

* bits of the addend are lost only after a shift of more than 38, where it is below 2^24 in a frame whose
  product is at least 2^37 (one factor is subnormal; were both, the product would be the smaller term): more
  than 24 + 2 bits of the sum are exact;
* bits of the product are lost only after a shift of more than 14, where it is below 2^48 in a frame whose
  addend has its leading bit at 61, or is subnormal, when the sum is rounded at bit 38 or above;
* the frame's exponent is never below the addend's, hence never below that of the smallest normal number.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib.wiring import Component, In, Out, PureInterface, Signature

from accord.hw.fp.round import UNROUNDED
from accord.hw.fp.unpack import Unpacked
from accord.hw.types import Rounding

_FRAME = 62
_PRODUCT_LOW = _FRAME - 48
_ADDEND_LOW = _FRAME - 24
_PRODUCT_BIAS = 126
"""Bit 61 of the product's frame has biased exponent ea + eb - 126: two biases of 127, the product below 4."""


_ALIGNED = Signature(
    {
        "larger": Out(_FRAME),
        "smaller": Out(_FRAME),
        "larger_sign": Out(1),
        "smaller_sign": Out(1),
        "exponent": Out(9),
        "infinite": Out(1),
        "nan": Out(1),
        "invalid": Out(1),
    }
)
"""Both terms, by exponent, in one frame; ``exponent`` is the biased exponent of its bit 61."""


def _shift_right_jam(value: Value, count: Value) -> Value:
    """Return a frame shifted right by ``count`` (6 bits), the lowest bit set where a nonzero bit was lost."""
    lost = value & (Const((1 << 63) - 1, 63) >> ~count)
    return (value >> count) | lost.any()


class FusedMultiplyAdd(Component):
    """``result`` = (+-a*b) +- c, exact or jammed.

    In a tick that is ``due``, of the operands that came with ``start`` one tick ago, else of those that stand on the
    inputs. ``mode`` belongs to the result.
    """

    start: In(1)
    due: In(1)
    a: In(Unpacked)
    b: In(Unpacked)
    c: In(Unpacked)
    negate_product: In(1)
    negate_addend: In(1)
    mode: In(Rounding)
    result: Out(UNROUNDED)

    def elaborate(self, platform: object) -> Module:
        """Build both ticks, and the way past the register."""
        m = Module()
        terms, stored, aligned = (_ALIGNED.create(path=(name,)) for name in ("terms", "stored", "aligned"))
        self._align(m, terms)
        with m.If(self.start):
            m.d.sync += [getattr(stored, name).eq(getattr(terms, name)) for name in _ALIGNED.members]
        for name in _ALIGNED.members:
            m.d.comb += getattr(aligned, name).eq(Mux(self.due, getattr(stored, name), getattr(terms, name)))
        self._add(m, aligned)
        return m

    def _align(self, m: Module, out: PureInterface) -> None:
        """First tick: multiply, compare exponents, shift the smaller term, find the special results."""
        a, b, c = self.a, self.b, self.c
        product = Signal(48)
        difference = Signal(signed(11))
        product_larger = Signal()
        distance = Signal(10)
        count = Signal(6)
        m.d.comb += [
            product.eq(a.significand * b.significand),
            difference.eq(a.exponent + b.exponent - c.exponent - _PRODUCT_BIAS),
            # a zero product has no exponent of its own
            product_larger.eq((difference >= 0) & (product != 0)),
            distance.eq(abs(difference)),
            count.eq(Mux(distance > 63, 63, distance)),
        ]
        product_frame = Signal(_FRAME)
        addend_frame = Signal(_FRAME)
        smaller = Signal(_FRAME)
        product_sign = Signal()
        addend_sign = Signal()
        m.d.comb += [
            product_frame.eq(Cat(Const(0, _PRODUCT_LOW), product)),
            addend_frame.eq(Cat(Const(0, _ADDEND_LOW), c.significand)),
            smaller.eq(Mux(product_larger, addend_frame, product_frame)),
            product_sign.eq(a.sign ^ b.sign ^ self.negate_product),
            addend_sign.eq(c.sign ^ self.negate_addend),
        ]

        infinite_product = Signal()
        zero_times_infinity = Signal()
        opposite_infinities = Signal()
        quiet = Signal()
        m.d.comb += [
            infinite_product.eq(a.infinite | b.infinite),
            zero_times_infinity.eq((a.infinite & (b.significand == 0)) | (b.infinite & (a.significand == 0))),
            quiet.eq(~(a.nan | b.nan | c.nan)),
            opposite_infinities.eq(infinite_product & c.infinite & (product_sign ^ addend_sign) & quiet),
        ]

        m.d.comb += [
            out.larger.eq(Mux(product_larger, product_frame, addend_frame)),
            out.smaller.eq(_shift_right_jam(smaller, count)),
            out.exponent.eq(Mux(product_larger, a.exponent + b.exponent - _PRODUCT_BIAS, c.exponent)),
            out.infinite.eq(infinite_product | c.infinite),
            out.nan.eq(~quiet | zero_times_infinity | opposite_infinities),
            out.invalid.eq(a.signalling | b.signalling | c.signalling | zero_times_infinity | opposite_infinities),
        ]
        # An infinite term lends its sign to both, so that the second tick need not know which one it was.
        with m.If(out.infinite):
            sign = Mux(infinite_product, product_sign, addend_sign)
            m.d.comb += [out.larger_sign.eq(sign), out.smaller_sign.eq(sign)]
        with m.Else():
            m.d.comb += [
                out.larger_sign.eq(Mux(product_larger, product_sign, addend_sign)),
                out.smaller_sign.eq(Mux(product_larger, addend_sign, product_sign)),
            ]

    def _add(self, m: Module, aligned: PureInterface) -> None:
        """Second tick: add or subtract magnitudes and give the result its sign."""
        larger, smaller = aligned.larger, aligned.smaller
        subtract = Signal()
        negative = Signal()
        magnitude = Signal(_FRAME + 1)
        m.d.comb += [
            subtract.eq(aligned.larger_sign ^ aligned.smaller_sign),
            # equal exponents leave open which term is the larger
            negative.eq(subtract & (smaller > larger)),
            magnitude.eq(Mux(subtract, Mux(negative, smaller - larger, larger - smaller), larger + smaller)),
        ]
        result = self.result
        m.d.comb += [
            result.exponent.eq(aligned.exponent + 1),
            result.significand.eq(Cat(Const(0, 1), magnitude)),
            result.infinite.eq(aligned.infinite),
            result.nan.eq(aligned.nan),
            result.invalid.eq(aligned.invalid),
        ]
        with m.If(subtract & (magnitude == 0)):
            m.d.comb += result.sign.eq(self.mode == Rounding.RDN)
        with m.Else():
            m.d.comb += result.sign.eq(aligned.larger_sign ^ negative)
