"""ONNX export."""

from accord.nn.exporters.onnx.exporter import export_onnx

__all__ = ["export_onnx"]
