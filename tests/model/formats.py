"""The narrow formats in exact integers: a sorted list of values each, and no bit tricks.

Written apart from accord.model. Numbers are whole multiples of 2^-298, as in exact.py.
"""

import bisect
from dataclasses import dataclass
from functools import cached_property

import ml_dtypes
import numpy as np

from . import exact


@dataclass(frozen=True)
class Narrow:
    name: str
    width: int
    precision: int  # significant bits of a normal number
    least_exponent: int  # of the least normal number
    top: int  # the pattern of the largest finite number
    has_infinity: bool
    nan: int
    witness: type  # the dtype of ml_dtypes

    @property
    def dtype(self):
        return np.dtype(f"u{self.width // 8}")

    @property
    def above(self):
        """What overflow to infinity gives, without its sign."""
        return self.top + 1 if self.has_infinity else self.nan

    @cached_property
    def values(self):
        """The magnitude of every pattern up to ``top``, ascending, and that of the next with one more exponent."""
        magnitudes = []
        for pattern in range(self.top + 2):
            exponent, fraction = divmod(pattern, 1 << (self.precision - 1))
            significand = fraction + (1 << (self.precision - 1) if exponent else 0)
            power = max(exponent, 1) - 1 + self.least_exponent - (self.precision - 1)
            magnitudes.append(significand << (power + exact.UNIT))
        return magnitudes

    def patterns(self):
        """Every pattern of the format."""
        return np.arange(1 << self.width, dtype=np.uint32).astype(self.dtype)

    def is_nan(self, patterns):
        return (patterns & (1 << (self.width - 1)) - 1) > (self.above if self.has_infinity else self.top)


BF16 = Narrow("bf16", 16, 8, -126, 0x7F7F, True, 0x7FC0, ml_dtypes.bfloat16)
E4M3 = Narrow("e4m3", 8, 4, -6, 0x7E, False, 0x7F, ml_dtypes.float8_e4m3fn)
E5M2 = Narrow("e5m2", 8, 3, -14, 0x7B, True, 0x7E, ml_dtypes.float8_e5m2)
FORMATS = {narrow.name: narrow for narrow in (BF16, E4M3, E5M2)}


def from_f32(bits: int, target: Narrow, rounding: str, sat: bool = False) -> tuple[int, int]:
    """An FP32 pattern in a narrow format: pattern and flags."""
    sign = bits >> 31 << (target.width - 1)
    if exact.is_nan(bits):
        return target.nan, exact.NV if exact.is_signalling(bits) else 0
    infinity = sign | target.above if target.has_infinity else target.nan
    if exact.is_inf(bits):
        return (sign | target.top if sat else infinity), 0
    number = exact.value(bits)
    magnitude = abs(number)
    # Rounded as with an unbounded exponent: is it beyond the largest, is it below the least normal?
    unit = 1 << max(magnitude.bit_length() - target.precision, 0)
    free = abs(exact.divide(number, unit, rounding)) * unit
    if free > target.values[target.top]:
        away = rounding in ("rne", "rmm") or rounding == ("rdn" if number < 0 else "rup")
        return (infinity if away and not sat else sign | target.top), exact.OF | exact.NX
    below = bisect.bisect_right(target.values, magnitude) - 1
    low, high = target.values[below], target.values[below + 1]
    if low == magnitude:
        return sign | below, 0
    up = {
        "rne": 2 * magnitude > low + high or (2 * magnitude == low + high and below % 2 == 1),
        "rtz": False,
        "rdn": number < 0,
        "rup": number > 0,
        "rmm": 2 * magnitude >= low + high,
    }[rounding]
    tiny = free < 1 << (target.least_exponent + exact.UNIT)
    return sign | below + up, exact.NX | (exact.UF if tiny else 0)


SPECIAL = np.array(
    [0x7F800000, 0x7FC00000, 0x7FE12345, 0x7F800001, 0x7FA00000, 0x7FFFFFFF, 0x7FBFFFFF, 0x7F7FFFFF, 1, 0x007FFFFF],
    np.uint32,
)


def neighbourhoods(target: Narrow, patterns=None):
    """FP32 patterns of both signs: each value of the format, the middle to the next one, one unit beside each.

    ``patterns``: those of which (all without it). Infinities, NaNs and FP32's extremes come with them.
    """
    below = np.arange(target.top + 1) if patterns is None else patterns
    scale = 2.0**-exact.UNIT
    values = np.array([float(value) for value in target.values]) * scale
    places = np.concatenate([values[below], (values[below] + values[below + 1]) / 2]).astype(np.float32)
    bits = places.view(np.uint32)
    near = np.concatenate([bits, bits + np.uint32(1), bits[bits > 0] - np.uint32(1), SPECIAL])
    return np.concatenate([near, near | np.uint32(1 << 31)])


def random_around(target: Narrow, seed: int, n: int):
    """FP32 patterns, half of any kind, half with exponents the format has or nearly has."""
    random = np.random.default_rng(seed)
    anything = random.integers(0, 1 << 32, n // 2, dtype=np.uint32)
    low = max(target.least_exponent - target.precision - 3 + 127, 0)
    high = min(int(target.values[target.top]).bit_length() - exact.UNIT + 127 + 2, 255)
    near = random.integers(low << 23, high << 23, n - n // 2, dtype=np.uint32)
    near |= random.integers(0, 2, len(near), dtype=np.uint32) << np.uint32(31)
    return np.concatenate([anything, near])
