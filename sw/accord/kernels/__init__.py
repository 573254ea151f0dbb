"""INT8 kernels of the CPU: exact on every input, the same bytes on every instruction set.

>>> import numpy as np
>>> from accord.kernels import Matmul, Output
>>> weight = np.array([[1, -2], [3, 4], [-5, 6]], np.int8)
>>> x = np.array([[1, 2, 3], [255, 0, 255]], np.uint8)
>>> Matmul(weight)(x)
array([[   -8,    24],
       [-1020,  1020]], dtype=int32)
>>> Matmul(weight, output=Output("fma", multiplier=0.0625, zero_point=3))(x)
array([[  3,   5],
       [-61,  67]], dtype=int8)
"""

from accord.kernels.calls import Calls
from accord.kernels.dispatch import available, capabilities, implementation
from accord.kernels.layers import Conv2d, DepthwiseConv2d, Matmul
from accord.kernels.output import Output, output_multiplier
from accord.kernels.pointwise import (
    Add,
    Multiply,
    add,
    dequantize,
    dot,
    lookup,
    multiply,
    quantize,
    quantize_image,
    requantize,
)
from accord.kernels.pool import AveragePool, average_pool, max_pool

__all__ = [
    "Add",
    "AveragePool",
    "Calls",
    "Conv2d",
    "DepthwiseConv2d",
    "Matmul",
    "Multiply",
    "Output",
    "add",
    "available",
    "average_pool",
    "capabilities",
    "dequantize",
    "dot",
    "implementation",
    "lookup",
    "max_pool",
    "multiply",
    "output_multiplier",
    "quantize",
    "quantize_image",
    "requantize",
]
