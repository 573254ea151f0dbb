"""Integer operations in Python's own integers and fractions, and operands where they go wrong."""

import itertools
import math
import operator
from fractions import Fraction

import numpy as np

WIDTH = {"VX": 8, "VE": 16, "VR": 32}


def wrap(number, width):
    return (number + (1 << (width - 1))) % (1 << width) - (1 << (width - 1))


def clamp(number, width):
    return min(max(number, -(1 << (width - 1))), (1 << (width - 1)) - 1)


def unsigned(number, width):
    return number % (1 << width)


def _rotate_left(number, places, width):
    text = f"{unsigned(number, width):0{width}b}"
    return int(text[places:] + text[:places], 2)


def _nearest(quotient):
    """The nearest integer, ties away from zero."""
    magnitude = math.floor(abs(quotient) + Fraction(1, 2))
    return -magnitude if quotient < 0 else magnitude


BINARY = {
    "add": lambda a, b, width: a + b,
    "sub": lambda a, b, width: a - b,
    "rsub": lambda a, b, width: b - a,
    "mul": lambda a, b, width: a * b,
    "max": lambda a, b, width: max(a, b),
    "min": lambda a, b, width: min(a, b),
    "eq": lambda a, b, width: -1 if a == b else 0,
    "lt": lambda a, b, width: -1 if a < b else 0,
    "le": lambda a, b, width: -1 if a <= b else 0,
    "mulh": lambda a, b, width: math.floor(Fraction(a * b, 1 << width)),
    "sqrdmulh": lambda a, b, width: clamp(math.floor(Fraction(2 * a * b, 1 << width) + Fraction(1, 2)), width),
    "rshr": lambda a, b, width: _nearest(Fraction(a, 1 << b % width)),
    "sll": lambda a, b, width: a * 2 ** (b % width),
    "srl": lambda a, b, width: unsigned(a, width) // 2 ** (b % width),
    "sra": lambda a, b, width: a // 2 ** (b % width),
    "rol": lambda a, b, width: _rotate_left(a, b % width, width),
    "xor": lambda a, b, width: a ^ b,
    "or": lambda a, b, width: a | b,
    "and": lambda a, b, width: a & b,
}
"""By ``op``: of two signed lanes and their width, a result whose low bits, or which clamped, is the lane's."""

UNARY = {"neg": operator.neg, "abs": abs, "not": operator.invert, "mov": operator.pos}


def corners(width):
    """Signed numbers of ``width`` bits: the extremes, and each power of two and its neighbours in both signs."""
    powers = [1 << place for place in range(width)]
    near = {sign * power + offset for power in powers for sign in (1, -1) for offset in (-1, 0, 1)}
    return sorted(number for number in near | {0} if wrap(number, width) == number)


def pairs(width, random):
    """Lists of left and right operands: all pairs of bytes; of wider lanes all pairs of corners and random ones."""
    if width == 8:
        columns = itertools.product(range(-128, 128), repeat=2)
    else:
        limit = 1 << (width - 1)
        anything = random.integers(-limit, limit, (20_000, 2)).tolist()
        near = [(a, wrap(a + offset, width)) for a, _ in anything[:500] for offset in (-1, 0, 1)]
        columns = itertools.chain(itertools.product(corners(width), repeat=2), anything, near)
    left, right = zip(*columns, strict=True)
    return list(left), list(right)


def bits(numbers, width):
    """Signed or unsigned integers as raw bits."""
    return np.array([unsigned(number, width) for number in numbers], f"u{width // 8}")


def assert_same(got, want, *operands):
    """Equality of arrays, with the first operands that give another result in the message."""
    assert got.dtype == want.dtype
    wrong = np.flatnonzero(got != want)
    assert not len(wrong), [
        f"{[hex(array[i]) for array in operands]}: {got[i]:#x}, not {want[i]:#x}" for i in wrong[:5]
    ]
