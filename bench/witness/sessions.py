"""Sessions of ONNX Runtime whose sums of bytes are exact on the processor at hand, or that say that they are not.

``runtime.plain`` makes those that its users get: for their speed, or where no bytes are multiplied.
"""

import tempfile
from pathlib import Path

import onnx
import onnxruntime

from bench.witness.processor import probed, sums_are_exact
from bench.witness.runtime import PRECISION, plain
from bench.witness.saturation import has_bytes, saturating, with_own_weights


class InexactError(ValueError):
    """ONNX Runtime's sums would saturate on this processor; names the nodes."""


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return a session of one thread.

    Where sums of u8 times s8 saturate, ONNX Runtime is told to make unsigned weights of signed ones, and what it made
    is looked at: ``InexactError`` where sums remain that saturate.
    """
    if not has_bytes(model) or sums_are_exact():
        return plain(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        made = _unsigned(model, path)
        # where only ACCORD_PROCESSOR says so, ONNX Runtime knows better, and leaves constant weights as they are
        found = saturating(onnx.load(path), constants_too=not probed())
    if found:
        raise InexactError(f"ONNX Runtime's sums saturate on this processor: {', '.join(found)}")
    return made


def _unsigned(model: onnx.ModelProto, path: Path) -> onnxruntime.InferenceSession:
    """Return a session with unsigned weights; with those of the file where its operators have none for signed data."""
    try:
        return plain(with_own_weights(model), optimized=path, **{PRECISION: "1"})
    except Exception:  # ONNX Runtime's own kinds have no common base but this
        return plain(model, optimized=path)
