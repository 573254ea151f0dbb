"""Outside witnesses of quantized ONNX networks: ONNX Runtime, and integers in NumPy. Nothing of accord is used here."""
