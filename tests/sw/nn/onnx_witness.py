"""Whole networks and their witnesses: quantized by ONNX Runtime's quantizer, run, every quantized tensor compared."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from bench.witness.both import Witness, exposed

__all__ = ["Witness", "differences", "exposed", "quantized"]

TYPES = {"uint8": QuantType.QUInt8, "int8": QuantType.QInt8}
FORMATS = {"QDQ": QuantFormat.QDQ, "QOperator": QuantFormat.QOperator}
Samples = tuple[tuple[tuple[int, ...], bytes], ...]


class Reader(CalibrationDataReader):
    def __init__(self, name: str, samples: Samples) -> None:
        arrays = [np.frombuffer(data, np.float32).reshape(shape) for shape, data in samples]
        self._feeds = iter([{name: array} for array in arrays])

    def get_next(self) -> Any:
        return next(self._feeds, None)


def quantized(
    model: onnx.ModelProto,
    samples: list[NDArray[np.float32]],
    *,
    form: str = "QDQ",
    activation: str = "uint8",
    weight: str = "int8",
    per_channel: bool = True,
    **options: Any,
) -> onnx.ModelProto:
    """Return what ONNX Runtime's quantizer makes of a network."""
    settings = (form, activation, weight, per_channel, tuple(options.items()))
    given = tuple((x.shape, x.tobytes()) for x in samples)
    return onnx.ModelProto.FromString(_quantized(model.SerializeToString(), given, settings))


@functools.cache
def _quantized(model: bytes, samples: Samples, settings: tuple[Any, ...]) -> bytes:
    """Several tests want the same: it is made once in a process."""
    form, activation, weight, per_channel, options = settings
    network = onnx.ModelProto.FromString(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            network,
            path,
            Reader(network.graph.input[0].name, samples),
            quant_format=FORMATS[form],
            activation_type=TYPES[activation],
            weight_type=TYPES[weight],
            per_channel=per_channel,
            extra_options=dict(options),
        )
        return onnx.load(path).SerializeToString()


def differences(model: onnx.ModelProto, inputs: list[NDArray[np.float32]], **settings: Any) -> tuple[int, dict]:
    """Return how many elements were compared, and the numbers that differ by tensor."""
    witness, executor = Witness(model), Executor(import_onnx(model), **settings)
    assert witness.are_two, "a whole network wants both"
    (name,) = witness.inputs
    compared, wrong = 0, {}
    for x in inputs:
        got = executor.run({name: x})
        for output, want in zip(witness.outputs, witness.run(None, {name: x}), strict=True):
            assert (got[output].shape, got[output].dtype) == (want.shape, want.dtype), output
            compared += want.size
            count = int((got[output] != want).sum())
            if count:
                wrong[output] = wrong.get(output, 0) + count
    return compared, wrong
