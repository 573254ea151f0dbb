"""A slow FP32 reference in exact integers: every number is a whole multiple of 2^-298, the least product's unit.

Written apart from accord.model: element by element, no float64, no bit tricks but packing the result.
"""

from accord.isa.fields import ROUNDING

UNIT = 298
NX, UF, OF, NV = 1, 2, 4, 16
NAN = 0x7FC00000
INF = 0x7F800000


def is_nan(bits: int) -> bool:
    return bits & 0x7FFFFFFF > INF


def is_signalling(bits: int) -> bool:
    return is_nan(bits) and not bits & 0x00400000


def is_inf(bits: int) -> bool:
    return bits & 0x7FFFFFFF == INF


def value(bits: int) -> int:
    """A finite FP32 number, in units of 2^-298."""
    exponent, fraction = bits >> 23 & 0xFF, bits & 0x7FFFFF
    significand = fraction | 1 << 23 if exponent else fraction
    magnitude = significand << (max(exponent, 1) - 150 + UNIT)
    return -magnitude if bits >> 31 else magnitude


def divide(number: int, unit: int, rounding: str) -> int:
    """number / unit rounded to an integer, in a mode; unit is positive and even, or 1."""
    quotient, rest = divmod(abs(number), unit)
    up = {
        "rne": 2 * rest > unit or (2 * rest == unit and quotient % 2 == 1),
        "rtz": False,
        "rdn": rest > 0 and number < 0,
        "rup": rest > 0 and number > 0,
        "rmm": rest > 0 and 2 * rest >= unit,
    }[rounding]
    quotient += up
    return -quotient if number < 0 else quotient


def round_f32(number: int, rounding: str, zero: int = 0) -> tuple[int, int]:
    """FP32 bits and flags of a number in units of 2^-298; ``zero`` the bits of an exact zero."""
    if number == 0:
        return zero, 0
    sign = 1 << 31 if number < 0 else 0
    exponent = abs(number).bit_length() - 1 - UNIT
    free_quantum = 1 << max(exponent - 23 + UNIT, 0)
    quantum = max(free_quantum, 1 << (UNIT - 149))
    rounded = abs(divide(number, quantum, rounding)) * quantum
    flags = NX if rounded != abs(number) else 0
    if rounded >= 1 << (128 + UNIT):
        away = rounding in ("rne", "rmm") or rounding == ("rdn" if number < 0 else "rup")
        return sign | (INF if away else INF - 1), OF | NX
    free = abs(divide(number, free_quantum, rounding)) * free_quantum
    if flags and free < 1 << (UNIT - 126):
        flags |= UF
    if rounded < 1 << (UNIT - 126):
        return sign | rounded >> (UNIT - 149), flags
    top = rounded.bit_length() - 1
    return sign | (top - UNIT + 127) << 23 | (rounded >> (top - 23)) - (1 << 23), flags


def fma(a: int, b: int, c: int, rounding: str) -> tuple[int, int]:
    """a * b + c: bits and flags."""
    signals = any(is_signalling(x) for x in (a, b, c))
    inf_times_zero = (is_inf(a) and b << 1 & 0xFFFFFFFF == 0) or (is_inf(b) and a << 1 & 0xFFFFFFFF == 0)
    if signals or inf_times_zero:
        return NAN, NV
    if any(is_nan(x) for x in (a, b, c)):
        return NAN, 0
    product_sign, addend_sign = (a ^ b) >> 31, c >> 31
    if is_inf(a) or is_inf(b):
        if is_inf(c) and product_sign != addend_sign:
            return NAN, NV
        return product_sign << 31 | INF, 0
    if is_inf(c):
        return c, 0
    zero_sign = product_sign if product_sign == addend_sign else int(rounding == "rdn")
    # each factor in units of 2^-149, so that the product is in units of 2^-298
    product = (value(a) >> (UNIT - 149)) * (value(b) >> (UNIT - 149))
    return round_f32(product + value(c), rounding, zero_sign << 31)


def add(a: int, b: int, rounding: str) -> tuple[int, int]:
    """a + b: bits and flags."""
    if is_nan(a) or is_nan(b):
        return NAN, NV if is_signalling(a) or is_signalling(b) else 0
    if is_inf(a) or is_inf(b):
        if is_inf(a) and is_inf(b) and a != b:
            return NAN, NV
        return (a if is_inf(a) else b), 0
    zero = a if a == b else int(rounding == "rdn") << 31
    return round_f32(value(a) + value(b), rounding, zero & 1 << 31)


def mul(a: int, b: int, rounding: str) -> tuple[int, int]:
    """a * b: bits and flags."""
    if is_nan(a) or is_nan(b):
        return NAN, NV if is_signalling(a) or is_signalling(b) else 0
    sign = (a ^ b) & 1 << 31
    if is_inf(a) or is_inf(b):
        zero = a << 1 & 0xFFFFFFFF == 0 or b << 1 & 0xFFFFFFFF == 0
        return (NAN, NV) if zero else (sign | INF, 0)
    return round_f32((value(a) >> (UNIT - 149)) * (value(b) >> (UNIT - 149)), rounding, sign)


def int_to_f32(number: int, rounding: str) -> tuple[int, int]:
    return round_f32(number << UNIT, rounding)


def f32_to_int(bits: int, width: int, rounding: str) -> tuple[int, int]:
    """A signed integer of ``width`` bits, and flags."""
    low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
    if is_nan(bits):
        return high, NV
    if is_inf(bits):
        return (low if bits >> 31 else high), NV
    rounded = divide(value(bits), 1 << UNIT, rounding)
    if not low <= rounded <= high:
        return (low if rounded < low else high), NV
    return rounded, NX if rounded << UNIT != value(bits) else 0


assert ROUNDING == ("rne", "rtz", "rdn", "rup", "rmm")
