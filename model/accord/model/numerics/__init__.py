"""The arithmetic of the architecture on NumPy arrays, element by element, with each element's flags.

Floating-point numbers are bit patterns here, FP32 in uint32, so that NaN payloads, signed zeros and signalling
NaNs stay what they are.
"""

from accord.model.numerics.compare import absolute, equal, less, less_equal, maximum, minimum, negate
from accord.model.numerics.convert import f32_to_int, int_to_f32
from accord.model.numerics.fma import add, fma, multiply
from accord.model.numerics.formats import BF16, E4M3, E5M2, F32, Bits, FlagBits, Format
from accord.model.numerics.integer import (
    Integers,
    Wide,
    multiply_high,
    narrow,
    rounding_doubling_multiply_high,
    rounding_shift_right,
    widen,
)
from accord.model.numerics.reduce import reduce_tree
from accord.model.numerics.reformat import f32_to_float, float_to_f32

__all__ = [
    "BF16",
    "E4M3",
    "E5M2",
    "F32",
    "Bits",
    "FlagBits",
    "Format",
    "Integers",
    "Wide",
    "absolute",
    "add",
    "equal",
    "f32_to_float",
    "f32_to_int",
    "float_to_f32",
    "fma",
    "int_to_f32",
    "less",
    "less_equal",
    "maximum",
    "minimum",
    "multiply",
    "multiply_high",
    "narrow",
    "negate",
    "reduce_tree",
    "rounding_doubling_multiply_high",
    "rounding_shift_right",
    "widen",
]
