"""Quantized ONNX networks; needs the library ``onnx``."""

from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.importer import import_onnx

__all__ = ["ModelError", "import_onnx"]
