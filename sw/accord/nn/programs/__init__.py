"""Vector programs: documented functions that emit an NPU program for any K. See docs/programs.md."""

from accord.nn.programs.add import add_fma, add_onnx, add_tflite
from accord.nn.programs.builder import VectorProgram, run_program
from accord.nn.programs.clamp import clamp, relu, relu6
from accord.nn.programs.lookup import gelu, hard_sigmoid, hard_swish, lookup, lookup_table, sigmoid, tanh
from accord.nn.programs.pool import Windows, average_pool, max_pool
from accord.nn.programs.requantize import (
    quantize_multiplier,
    requantize_fma,
    requantize_onnx,
    requantize_tflite,
)
from accord.nn.programs.softmax import exponentials, softmax
from accord.nn.programs.softmax_layout import SoftmaxLayout
from accord.nn.rows import word_rows

__all__ = [
    "SoftmaxLayout",
    "VectorProgram",
    "Windows",
    "add_fma",
    "add_onnx",
    "add_tflite",
    "average_pool",
    "clamp",
    "exponentials",
    "gelu",
    "hard_sigmoid",
    "hard_swish",
    "lookup",
    "lookup_table",
    "max_pool",
    "quantize_multiplier",
    "relu",
    "relu6",
    "requantize_fma",
    "requantize_onnx",
    "requantize_tflite",
    "run_program",
    "sigmoid",
    "softmax",
    "tanh",
    "word_rows",
]
