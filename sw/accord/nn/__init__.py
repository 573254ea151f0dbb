"""Quantization: its types, calibration, layers, lowering to NPU programs and running them."""

from accord.nn.lowering import LinearPlan, LoweringError, lower_linear
from accord.nn.params import QuantizationMode, QuantizationParams, QuantizationScheme
from accord.nn.quantize import (
    QuantizedLinear,
    QuantParams,
    activation_params,
    quantize_activation,
    quantize_linear,
)
from accord.nn.reference import linear_reference
from accord.nn.run import LinearRun, Machine, run_linear
from accord.nn.tensor import QuantizedTensor

__all__ = [
    "LinearPlan",
    "LinearRun",
    "LoweringError",
    "Machine",
    "QuantParams",
    "QuantizationMode",
    "QuantizationParams",
    "QuantizationScheme",
    "QuantizedLinear",
    "QuantizedTensor",
    "activation_params",
    "linear_reference",
    "lower_linear",
    "quantize_activation",
    "quantize_linear",
    "run_linear",
]
