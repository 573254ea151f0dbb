"""Quantized layers: quantization, lowering to NPU programs, running them. Needs NumPy only."""

from accord.nn.lowering import LinearPlan, LoweringError, lower_linear
from accord.nn.quantize import (
    QuantizedLinear,
    QuantParams,
    activation_params,
    quantize_activation,
    quantize_linear,
)
from accord.nn.reference import linear_reference
from accord.nn.run import LinearRun, Machine, run_linear

__all__ = [
    "LinearPlan",
    "LinearRun",
    "LoweringError",
    "Machine",
    "QuantParams",
    "QuantizedLinear",
    "activation_params",
    "linear_reference",
    "lower_linear",
    "quantize_activation",
    "quantize_linear",
    "run_linear",
]
