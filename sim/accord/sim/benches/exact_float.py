"""What binary32 operations give by definition: exact fractions, rounded once. Slow and plain, for benches.

Modes are the codes of the instruction word (RNE RTZ RDN RUP RMM), flags are RISC-V's fflags bits.
"""

from fractions import Fraction

RNE, RTZ, RDN, RUP, RMM = range(5)
NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
NAN = 0x7FC00000
INFINITY = 0x7F800000
LARGEST = 0x7F7FFFFF
SIGN = 1 << 31


def is_nan(bits: int) -> bool:
    """Whether ``bits`` is a NaN of either kind."""
    return bits & ~SIGN > INFINITY


def is_signalling(bits: int) -> bool:
    """Whether ``bits`` is a signalling NaN."""
    return is_nan(bits) and not bits & 1 << 22


def is_infinite(bits: int) -> bool:
    """Whether ``bits`` is an infinity."""
    return bits & ~SIGN == INFINITY


def value(bits: int) -> Fraction:
    """Return the value of a finite word."""
    exponent, fraction = bits >> 23 & 0xFF, bits & 0x7FFFFF
    significand = fraction | 1 << 23 if exponent else fraction
    magnitude = Fraction(significand) * Fraction(2) ** (max(exponent, 1) - 150)
    return -magnitude if bits & SIGN else magnitude


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


def round_to_float(number: Fraction, mode: int) -> tuple[int, int]:
    """Return the word nearest to a ``number`` that is not zero, and the flags."""
    sign = SIGN if number < 0 else 0
    binade = _binade(abs(number))

    def rounded(exponent: int) -> Fraction:
        quantum = Fraction(2) ** (exponent - 23)
        return abs(round_to_integer(number / quantum, mode) * quantum)

    result = rounded(max(binade, -126))
    if result >= Fraction(2) ** 128:
        to_infinity = mode in (RNE, RMM) or mode == (RDN if sign else RUP)
        return sign | (INFINITY if to_infinity else LARGEST), OF | NX
    flags = NX if result != abs(number) else 0
    if flags and rounded(binade) < Fraction(2) ** -126:
        flags |= UF
    if result < Fraction(2) ** -126:
        return sign | int(result / Fraction(2) ** -149), flags
    exponent = _binade(result)
    return sign | (exponent + 126 << 23) + int(result / Fraction(2) ** (exponent - 23)), flags


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
        return round_to_float(total, mode)
    if product_sign == c & SIGN:
        return product_sign, 0
    return (SIGN if mode == RDN else 0), 0


def from_integer(number: int, mode: int) -> tuple[int, int]:
    """Return an integer as binary32, and the flags."""
    return round_to_float(Fraction(number), mode) if number else (0, 0)


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
