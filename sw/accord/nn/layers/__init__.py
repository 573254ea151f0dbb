"""Quantized layers over :mod:`accord.kernels`: NHWC, int8 or uint8, three contracts of requantization."""

from accord.nn.layers.joined import QuantizedConcat, QuantizedMultiply, QuantizedResidualAdd
from accord.nn.layers.pool import QuantizedAvgPool2d, QuantizedGlobalAvgPool2d, QuantizedMaxPool2d, real_global_average
from accord.nn.layers.softmax import QuantizedSoftmax
from accord.nn.layers.tables import requantization_table
from accord.nn.layers.weighted import QuantizedConv2d, QuantizedDepthwiseConv2d, QuantizedLinear

__all__ = [
    "QuantizedAvgPool2d",
    "QuantizedConcat",
    "QuantizedConv2d",
    "QuantizedDepthwiseConv2d",
    "QuantizedGlobalAvgPool2d",
    "QuantizedLinear",
    "QuantizedMaxPool2d",
    "QuantizedMultiply",
    "QuantizedResidualAdd",
    "QuantizedSoftmax",
    "real_global_average",
    "requantization_table",
]
