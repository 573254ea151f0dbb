"""What operations on binary32 and the narrow formats give by definition: exact fractions, rounded once.

Slow and plain, for benches. Words are integers, modes the codes of the instruction word (RNE RTZ RDN RUP RMM), flags
RISC-V's fflags bits; every operation returns the result's word and its flags.
"""

from dataclasses import dataclass
from fractions import Fraction

RNE, RTZ, RDN, RUP, RMM = range(5)
NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16


@dataclass(frozen=True)
class Format:
    """A binary format: width in bits, stored fraction, exponent bias, and special words without their sign.

    OFP8's E4M3 has no infinity, one NaN (with its negative twin), and no signalling NaN.
    """

    width: int
    fraction: int
    bias: int
    largest: int
    infinity: int | None
    nan: int

    @property
    def sign(self) -> int:
        """The sign bit."""
        return 1 << self.width - 1

    def is_nan(self, bits: int) -> bool:
        """Whether ``bits`` is a NaN of either kind."""
        magnitude = bits & ~self.sign
        return magnitude == self.nan if self.infinity is None else magnitude > self.infinity

    def is_signalling(self, bits: int) -> bool:
        """Whether ``bits`` is a signalling NaN."""
        return self.infinity is not None and self.is_nan(bits) and not bits >> self.fraction - 1 & 1

    def is_infinite(self, bits: int) -> bool:
        """Whether ``bits`` is an infinity."""
        return bits & ~self.sign == self.infinity

    def value(self, bits: int) -> Fraction:
        """Return the value of a finite word; of one beyond ``largest``, as if the exponents went on."""
        magnitude = bits & ~self.sign
        exponent, fraction = magnitude >> self.fraction, magnitude & (1 << self.fraction) - 1
        significand = fraction | 1 << self.fraction if exponent else fraction
        number = significand * Fraction(2) ** (max(exponent, 1) - self.bias - self.fraction)
        return -number if bits & self.sign else number


BINARY32 = Format(width=32, fraction=23, bias=127, largest=0x7F7FFFFF, infinity=0x7F800000, nan=0x7FC00000)
BF16 = Format(width=16, fraction=7, bias=127, largest=0x7F7F, infinity=0x7F80, nan=0x7FC0)
E4M3 = Format(width=8, fraction=3, bias=7, largest=0x7E, infinity=None, nan=0x7F)
E5M2 = Format(width=8, fraction=2, bias=15, largest=0x7B, infinity=0x7C, nan=0x7E)

SIGN, NAN, INFINITY = BINARY32.sign, BINARY32.nan, 0x7F800000
is_nan, is_signalling, is_infinite = BINARY32.is_nan, BINARY32.is_signalling, BINARY32.is_infinite
value = BINARY32.value


def round_to_integer(number: Fraction, mode: int) -> int:
    """Return ``number`` rounded to an integer."""
    floor = number.numerator // number.denominator
    rest = number - floor
    if mode in (RNE, RMM) and rest != Fraction(1, 2):
        return floor + (rest > Fraction(1, 2))
    if mode == RNE:
        return floor + floor % 2
    toward_zero = floor if number >= 0 else floor + (rest > 0)
    away = floor + (rest > 0) if number >= 0 else floor
    return {RTZ: toward_zero, RDN: floor, RUP: floor + (rest > 0), RMM: away}[mode]


def _binade(magnitude: Fraction) -> int:
    """Return e with 2^e <= magnitude < 2^(e+1)."""
    e = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    return e if magnitude >= Fraction(2) ** e else e - 1


def round_to_format(number: Fraction, mode: int, form: Format = BINARY32, sat: bool = False) -> tuple[int, int]:
    """Return a ``number`` that is not zero rounded to ``form``; ``sat`` keeps an overflow finite."""
    sign = form.sign if number < 0 else 0
    least = 1 - form.bias
    binade = _binade(abs(number))

    def rounded(exponent: int) -> Fraction:
        quantum = Fraction(2) ** (exponent - form.fraction)
        return abs(round_to_integer(number / quantum, mode) * quantum)

    result = rounded(max(binade, least))
    if result > form.value(form.largest):
        to_infinity = mode in (RNE, RMM) or mode == (RDN if sign else RUP)
        return (infinity(form, sign) if to_infinity and not sat else sign | form.largest), OF | NX
    flags = NX if result != abs(number) else 0
    if flags and rounded(binade) < Fraction(2) ** least:
        flags |= UF
    exponent = max(_binade(result), least) if result else least
    places = int(result / Fraction(2) ** (exponent - form.fraction))
    return sign | (exponent - least << form.fraction) + places, flags


def infinity(form: Format, sign: int) -> int:
    """Return an infinity of ``form``, or what stands for it: E4M3's NaN has no sign."""
    return form.nan if form.infinity is None else sign | form.infinity


def _nan(*operands: int) -> tuple[int, int] | None:
    """Return the NaN that operands with a NaN among them give."""
    if not any(map(is_nan, operands)):
        return None
    return NAN, NV if any(map(is_signalling, operands)) else 0


def add(a: int, b: int, mode: int) -> tuple[int, int]:
    """Return a + b."""
    if nan := _nan(a, b):
        return nan
    if is_infinite(a) or is_infinite(b):
        opposite = is_infinite(a) and is_infinite(b) and a != b
        return (NAN, NV) if opposite else (a if is_infinite(a) else b, 0)
    total = value(a) + value(b)
    if total:
        return round_to_format(total, mode)
    if a == b:
        return a, 0
    return (SIGN if mode == RDN else 0), 0


def multiply(a: int, b: int, mode: int) -> tuple[int, int]:
    """Return a * b."""
    if nan := _nan(a, b):
        return nan
    sign = (a ^ b) & SIGN
    if is_infinite(a) or is_infinite(b):
        return (INFINITY | sign, 0) if a & ~SIGN and b & ~SIGN else (NAN, NV)
    product = value(a) * value(b)
    return round_to_format(product, mode) if product else (sign, 0)


def fused_multiply_add(a: int, b: int, c: int, mode: int) -> tuple[int, int]:
    """Return a*b + c, rounded once, and the flags."""
    zero_times_infinity = (is_infinite(a) and not b & ~SIGN) or (is_infinite(b) and not a & ~SIGN)
    if zero_times_infinity or any(map(is_signalling, (a, b, c))):
        return NAN, NV
    if any(map(is_nan, (a, b, c))):
        return NAN, 0
    product_sign = (a ^ b) & SIGN
    if is_infinite(a) or is_infinite(b):
        if is_infinite(c) and c & SIGN != product_sign:
            return NAN, NV
        return INFINITY | product_sign, 0
    if is_infinite(c):
        return c, 0
    total = value(a) * value(b) + value(c)
    if total:
        return round_to_format(total, mode)
    if product_sign == c & SIGN:
        return product_sign, 0
    return (SIGN if mode == RDN else 0), 0


def from_integer(number: int, mode: int) -> tuple[int, int]:
    """Return an integer as binary32, and the flags."""
    return round_to_format(Fraction(number), mode) if number else (0, 0)


def to_integer(bits: int, mode: int, width: int) -> tuple[int, int]:
    """Return a word rounded and clamped to a signed integer of ``width`` bits, and the flags."""
    largest = (1 << width - 1) - 1
    if is_nan(bits):
        return largest, NV
    if is_infinite(bits):
        return (-largest - 1 if bits & SIGN else largest), NV
    number = value(bits)
    result = round_to_integer(number, mode)
    if not -largest - 1 <= result <= largest:
        return (largest if result > 0 else -largest - 1), NV
    return result, NX if result != number else 0


def convert(bits: int, source: Format, target: Format, mode: int, sat: bool = False) -> tuple[int, int]:
    """Return a word of ``source`` in ``target``."""
    if source.is_nan(bits):
        return target.nan, NV if source.is_signalling(bits) else 0
    sign = target.sign if bits & source.sign else 0
    if source.is_infinite(bits):
        return (sign | target.largest if sat else infinity(target, sign)), 0
    number = source.value(bits)
    return round_to_format(number, mode, target, sat) if number else (sign, 0)


def _order(bits: int) -> tuple[Fraction, int]:
    """Return a key that orders numbers, infinities included, and -0 below +0."""
    return value(bits), -(bits & SIGN)


def extremum(a: int, b: int, largest: bool) -> tuple[int, int]:
    """Return maximumNumber or minimumNumber of a and b."""
    flags = NV if is_signalling(a) or is_signalling(b) else 0
    numbers = [bits for bits in (a, b) if not is_nan(bits)]
    if not numbers:
        return NAN, flags
    return (max if largest else min)(numbers, key=_order), flags


def compare(a: int, b: int, relation: str) -> tuple[int, int]:
    """Return all ones where a "eq", "lt" or "le" b, else zero."""
    if is_nan(a) or is_nan(b):
        quiet = relation == "eq" and not is_signalling(a) and not is_signalling(b)
        return 0, 0 if quiet else NV
    x, y = value(a), value(b)
    truth = {"eq": x == y, "lt": x < y, "le": x <= y}[relation]
    return (0xFFFFFFFF if truth else 0), 0
