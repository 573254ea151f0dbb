"""Quantization of whole networks."""

from accord.nn.quantization.calibrate import calibrate
from accord.nn.quantization.equalize import equalize
from accord.nn.quantization.errors import LayerError, layer_errors
from accord.nn.quantization.network import quantize_graph, quantizing
from accord.nn.quantization.ranges import calibrated_values, choose_params
from accord.nn.quantization.simplify import simplified

__all__ = [
    "LayerError",
    "calibrate",
    "calibrated_values",
    "choose_params",
    "equalize",
    "layer_errors",
    "quantize_graph",
    "quantizing",
    "simplified",
]
