"""Random operands for the vector ALU, drawn where they hurt."""

import random

from accord.sim.benches import exact_float
from accord.sim.benches.exact_integer import clamp

FLOAT_CORNERS = (
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007FFFFE, 0x007FFFFF, 0x00800000, 0x00800001,
    0x00FFFFFF, 0x01000000, 0x1FFFFFFF, 0x20000000, 0x33800000, 0x34000000, 0x3EFFFFFF, 0x3F000000,
    0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40200000, 0x42FE0000, 0x42FF0000,
    0x43000000, 0x4B000001, 0x4B800000, 0x4EFFFFFF, 0x4F000000, 0x4F000001, 0x7EFFFFFF, 0x7F000000,
    0x7F7FFFFE, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7FC12345, 0x7F800001, 0x7FBFFFFF,
)  # fmt: skip

SPECIALS = (0x00000000, 0x00000001, 0x3F800000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7F800001)


def integer(width: int) -> int:
    """Return a random signed integer of ``width`` bits, its extremes, small ones and powers of two often."""
    largest = (1 << width - 1) - 1
    near = random.choice((-largest - 1, largest, 0, 1 << random.randrange(width - 1), -1 << random.randrange(width)))
    return random.choice((clamp(near + random.randint(-2, 2), width), random.randint(-largest - 1, largest)))


def integer_pair(width: int) -> tuple[int, int]:
    """Return two random signed integers of ``width`` bits."""
    return integer(width), integer(width)


def near_pair(width: int) -> tuple[int, int]:
    """Return operands of a comparison: any, or at most one apart."""
    a = integer(width)
    return a, random.choice((integer(width), clamp(a + random.randint(-1, 1), width)))


def shift_pair(width: int) -> tuple[int, int]:
    """Return a value and a shift amount, half the time with other bits above it."""
    return integer(width), random.choice((random.randrange(width), integer(width)))


def rounding_pair(width: int) -> tuple[int, int]:
    """Return a value next to a tie between multiples of 2^n, or any, and n, half the time with other bits above it."""
    n = random.randrange(width)
    tie = (2 * random.getrandbits(width) + 1) * 2**n // 2
    near = (tie + random.randint(-1, 1)) % 2**width - 2 ** (width - 1)
    return random.choice((near, integer(width))), random.choice((n, integer(width - 5) * 32 + n))


def product_pair(width: int) -> tuple[int, int]:
    """Return factors: any, whose doubled product's upper half is a tie, or with the least number among them."""
    least = -(2 ** (width - 1))
    low = random.randrange(width - 1)
    ties = [_odd(width - exponent) << exponent for exponent in (low, width - 2 - low)]
    return random.choice((integer_pair(width), (ties[0], ties[1]), (least, random.choice((least, integer(width))))))


def _odd(width: int) -> int:
    """Return a random odd signed integer of ``width`` > 1 bits."""
    return 2 * random.getrandbits(width - 1) + 1 - 2 ** (width - 1)


def bit_runs(width: int, count: int) -> list[int]:
    """Return signed integers of which all but a few have, or all but a few lack, any one bit."""
    sparse = [random.choice((0, 1 << random.randrange(width - 1), -1 << width - 1)) for _ in range(count)]
    return sparse if random.getrandbits(1) else [~lane for lane in sparse]


def float_near(exponent: int) -> int:
    """Return a finite word of about that biased exponent, with a fraction of runs or at random."""
    run = random.randrange(24)
    ones = 0x7FFFFF
    fraction = random.choice((0, ones, ones >> run, ones << run & ones, 1 << run & ones, random.getrandbits(23)))
    return random.getrandbits(1) << 31 | max(0, min(254, exponent)) << 23 | fraction


def float_word() -> int:
    """Return a word of any kind."""
    corner = random.choice(FLOAT_CORNERS) | random.getrandbits(1) << 31
    return random.choice((corner, random.getrandbits(32), float_near(random.randrange(255))))


def float_triple() -> tuple[int, int, int]:
    """Return operands of a multiply-add: corners crossed, cancellation, ties, tininess and overflow."""
    kind = random.randrange(9)
    if kind == 0:
        return float_word(), float_word(), float_word()
    if kind == 8:  # zeros, infinities, NaNs
        a, b, c = (random.choice(SPECIALS) | random.getrandbits(1) << 31 for _ in range(3))
        return a, b, c
    if kind == 1:  # aligned within reach of one another
        ea, eb = random.randrange(255), random.randrange(255)
        return float_near(ea), float_near(eb), float_near(ea + eb - 127 + random.randint(-55, 55))
    if kind == 7:  # single bits, one of them just below the last place that the adder keeps of the other
        ea, eb = random.randint(65, 190), random.randint(65, 190)
        ec = ea + eb - 127 + random.choice((-1, 1)) * random.randint(60, 64)
        return ea << 23, eb << 23, random.getrandbits(1) << 31 | max(1, min(254, ec)) << 23
    if kind == 2:  # cancellation down to the last bits
        a, b = float_near(random.randint(64, 190)), float_near(random.randint(1, 254))
        product = exact_float.fused_multiply_add(a, b, 0, random.randrange(5))[0]
        return a, b, (product ^ exact_float.SIGN) + random.randint(-2, 2) & 0xFFFFFFFF
    if kind == 3:  # products near 2^-126, addend zero or tiny
        ea = random.randint(1, 127)
        a, b = float_near(ea), float_near(128 - ea - random.randrange(26))
        return a, b, random.getrandbits(1) << 31 | random.choice((0, random.randrange(4), 0x800000))
    if kind == 4:  # the same, to within an ulp
        significand = 0x800000 | random.getrandbits(23)
        cofactor = min((1 << 47) // significand + random.randint(-1, 1), 0xFFFFFF)
        ea = random.randint(1, 126)
        a = random.getrandbits(1) << 31 | ea << 23 | significand & 0x7FFFFF
        return a, 128 - ea - random.randrange(2) << 23 | cofactor & 0x7FFFFF, random.getrandbits(1) << 31
    if kind == 5:  # products of 25 bits: ties, broken by a small addend or not
        wide = random.randint(2, 13)
        pa, pb = (1 << wide - 1 | random.getrandbits(wide) | 1), (1 << 24 - wide | random.getrandbits(24 - wide) | 1)
        a = exact_float.from_integer(pa, 0)[0]
        b = exact_float.from_integer(pb, 0)[0] - (random.randrange(138) << 23)
        return a, b, random.choice((0, exact_float.SIGN, float_near(random.randrange(30))))
    ea = random.randint(127, 254)  # around overflow
    return float_near(ea), float_near(381 - ea + random.randint(-3, 2)), float_near(random.randint(225, 254))


def float_pair() -> tuple[int, int]:
    """Return operands of a sum or a comparison: any, near one another, equal but for sign and a few ulps, tiny."""
    kind = random.randrange(6)
    if kind == 0:
        return float_word(), float_word()
    if kind == 1:
        exponent = random.randrange(255)
        return float_near(exponent), float_near(exponent + random.randint(-27, 27))
    if kind == 2:
        word = float_word()
        return word, (word ^ random.choice((0, exact_float.SIGN))) + random.randint(-2, 2) & 0xFFFFFFFF
    if kind == 3:
        return float_near(random.randrange(30)), float_near(random.randrange(30))
    if kind == 4:
        return float_near(254), float_near(random.randint(228, 254))
    word = float_word()
    return word, word ^ random.choice((0, exact_float.SIGN))


def float_around(form: exact_float.Format) -> int:
    """Return a word to be rounded to ``form``: any, about its range, or next to its values and halfway between."""
    kind = random.randrange(4)
    if kind == 0:
        return float_word()
    if kind == 1:
        least = 128 - form.bias - form.fraction
        return float_near(random.randint(least - 3, least + (form.largest >> form.fraction) + form.fraction + 2))
    low = random.choice((random.randrange(form.largest + 2), form.largest, random.randrange(4 << form.fraction)))
    point = form.value(low) + (form.value(low + 1) - form.value(low)) * random.choice((0, 1, 2, 3)) / 4
    word = exact_float.round_to_format(point, exact_float.RTZ)[0] if point else 0
    return max(0, word + random.randint(-1, 1)) | random.getrandbits(1) << 31
