"""Exact arithmetic on floats."""

from fractions import Fraction

from accord.nn.reference import round_to_f32


def exact_fma(a: float, b: float, c: float) -> float:
    """Return a * b + c rounded once to float32."""
    return float(round_to_f32(Fraction(a) * Fraction(b) + Fraction(c)))
