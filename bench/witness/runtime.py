"""ONNX Runtime's sessions are made here and nowhere else: on the CPU, of one thread."""

from pathlib import Path
from typing import Any

import onnx
import onnxruntime

LEVEL = onnxruntime.GraphOptimizationLevel
PRECISION = "session.x64quantprecision"
"""The option that has ONNX Runtime make unsigned weights of signed constants, where its sums would saturate."""
FATAL = 4


def plain(
    model: onnx.ModelProto, level: Any = LEVEL.ORT_ENABLE_ALL, optimized: Path | None = None, **settings: str
) -> onnxruntime.InferenceSession:
    """Return a session; ``optimized`` is where the optimized network goes as a file, ``settings`` its own options."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = level
    options.log_severity_level = FATAL  # what it refuses is an exception anyway
    if optimized is not None:
        options.optimized_model_filepath = str(optimized)
    for name, value in settings.items():
        options.add_session_config_entry(name, value)
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
