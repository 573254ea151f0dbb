"""What integer operations give by definition, in Python integers; slow and plain, for benches.

Operands are signed; a result is right modulo 2^width, the width of the destination.
"""


def clamp(number: int, width: int) -> int:
    """Return ``number`` held to the signed range of ``width`` bits."""
    largest = (1 << width - 1) - 1
    return max(-largest - 1, min(largest, number))


def shift_left(a: int, b: int, width: int) -> int:
    """Return ``a`` shifted left by ``b`` modulo ``width``."""
    return a * 2 ** (b % width)


def shift_right_logical(a: int, b: int, width: int) -> int:
    """Return ``a``, as an unsigned number of ``width`` bits, shifted right by ``b`` modulo ``width``."""
    return a % 2**width // 2 ** (b % width)


def shift_right_arithmetic(a: int, b: int, width: int) -> int:
    """Return ``a`` shifted right by ``b`` modulo ``width``."""
    return a // 2 ** (b % width)


def rotate_left(a: int, b: int, width: int) -> int:
    """Return the ``width`` bits of ``a`` rotated left by ``b`` modulo ``width``."""
    digits, n = f"{a % 2**width:0{width}b}", b % width
    return int(digits[n:] + digits[:n], 2)


def rounding_shift_right(a: int, b: int) -> int:
    """Return ``a`` / 2^n to nearest, ties away from zero; n = ``b`` modulo 32."""
    n = b % 32
    magnitude = (2 * abs(a) + 2**n) // 2 ** (n + 1)
    return magnitude if a > 0 else -magnitude


def doubling_multiply_high(a: int, b: int) -> int:
    """Return Arm's SQRDMULH of 32-bit operands: 2 * a * b / 2^32, ties towards plus infinity, clamped."""
    return clamp((2 * a * b + 2**31) // 2**32, 32)
