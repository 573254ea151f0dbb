"""ONNX Runtime as the witness of whole networks: quantizes them, runs them, shows every quantized tensor."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx

TYPES = {"uint8": QuantType.QUInt8, "int8": QuantType.QInt8}
FORMATS = {"QDQ": QuantFormat.QDQ, "QOperator": QuantFormat.QOperator}


class Samples(CalibrationDataReader):
    def __init__(self, name: str, samples: list[NDArray[np.float32]]) -> None:
        self._feeds = iter([{name: sample} for sample in samples])

    def get_next(self) -> Any:
        return next(self._feeds, None)


def quantized(
    model: onnx.ModelProto,
    samples: list[NDArray[np.float32]],
    folder: Path,
    *,
    form: str = "QDQ",
    activation: str = "uint8",
    weight: str = "int8",
    per_channel: bool = True,
    **options: Any,
) -> onnx.ModelProto:
    """Return what ONNX Runtime's quantizer makes of a network."""
    quantize_static(
        model,
        folder / "quantized.onnx",
        Samples(model.graph.input[0].name, samples),
        quant_format=FORMATS[form],
        activation_type=TYPES[activation],
        weight_type=TYPES[weight],
        per_channel=per_channel,
        extra_options=options,
    )
    return onnx.load(folder / "quantized.onnx")


def exposed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network with every QuantizeLinear's output among its own; floats stay inside, where they are fused."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    have = {info.name for info in shown.graph.output}
    for node in shown.graph.node:
        if node.op_type == "QuantizeLinear" and node.output[0] not in have:
            shown.graph.output.append(helper.make_empty_tensor_value_info(node.output[0]))
    return shown


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def differences(model: onnx.ModelProto, inputs: list[NDArray[np.float32]], **settings: Any) -> tuple[int, dict]:
    """Return how many elements were compared, and the numbers that differ by tensor."""
    witness, executor = session(model), Executor(import_onnx(model), **settings)
    names, name = [info.name for info in witness.get_outputs()], witness.get_inputs()[0].name
    compared, wrong = 0, {}
    for x in inputs:
        got = executor.run({name: x})
        for output, want in zip(names, witness.run(names, {name: x}), strict=True):
            assert (got[output].shape, got[output].dtype) == (want.shape, want.dtype), output
            compared += want.size
            count = int((got[output] != want).sum())
            if count:
                wrong[output] = wrong.get(output, 0) + count
    return compared, wrong
