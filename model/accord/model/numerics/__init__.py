"""The arithmetic of the architecture on NumPy arrays, element by element, with each element's flags.

FP32 numbers are uint32 bit patterns here, so that NaN payloads, signed zeros and signalling NaNs stay what
they are.
"""

from accord.model.numerics.convert import f32_to_int, int_to_f32
from accord.model.numerics.fma import fma
from accord.model.numerics.integer import narrow, widen

__all__ = ["f32_to_int", "fma", "int_to_f32", "narrow", "widen"]
