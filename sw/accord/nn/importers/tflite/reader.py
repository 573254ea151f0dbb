"""A `.tflite` file as plain Python: tensors with their quantization, operators with their options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from accord.nn.graph import Shape
from accord.nn.importers.errors import ModelError
from accord.nn.params import QuantizationParams

DTYPES: dict[int, np.dtype[Any]] = {
    tflite.TensorType.FLOAT32: np.dtype(np.float32),
    tflite.TensorType.INT8: np.dtype(np.int8),
    tflite.TensorType.INT32: np.dtype(np.int32),
    tflite.TensorType.INT64: np.dtype(np.int64),
}


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of the file; ``data`` is None where it is computed. A batch of 1 stands for one of any size."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    params: QuantizationParams | None
    data: NDArray[Any] | None

    @property
    def open_shape(self) -> Shape:
        """Its sizes, the first one None where it is 1."""
        return (None, *self.shape[1:]) if self.shape[:1] == (1,) else self.shape


@dataclass(frozen=True)
class Operator:
    """An operator: its name, the tensors it reads (None where one is left out) and writes, its options."""

    name: str
    inputs: tuple[Tensor | None, ...]
    output: Tensor
    options: Any

    def __str__(self) -> str:
        return f"{self.name} '{self.output.name}'"

    def input(self, index: int) -> Tensor:
        """Return a tensor that has to be given."""
        found = self.inputs[index] if index < len(self.inputs) else None
        if found is None:
            raise ModelError(f"{self}: input {index} is left out")
        return found


@dataclass(frozen=True)
class Network:
    """The one subgraph of a file."""

    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    operators: list[Operator]


OPTIONS = {
    "ADD": tflite.AddOptions,
    "AVERAGE_POOL_2D": tflite.Pool2DOptions,
    "CONCATENATION": tflite.ConcatenationOptions,
    "CONV_2D": tflite.Conv2DOptions,
    "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions,
    "FULLY_CONNECTED": tflite.FullyConnectedOptions,
    "MAX_POOL_2D": tflite.Pool2DOptions,
    "MUL": tflite.MulOptions,
    "SOFTMAX": tflite.SoftmaxOptions,
}
"""The tables of options that are read, by operator."""


def read(path: Path) -> Network:
    """Return what a file says. ModelError for more than one subgraph or a type that is not read here."""
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise ModelError(f"{path.name}: is no .tflite file")
    model = tflite.Model.GetRootAs(content, 0)
    if model.SubgraphsLength() != 1:
        raise ModelError(f"{path.name}: has {model.SubgraphsLength()} subgraphs, expected one")
    graph = model.Subgraphs(0)
    names: set[str] = set()
    tensors = [_tensor(model, graph.Tensors(i), names) for i in range(graph.TensorsLength())]
    operators = [_operator(model, graph.Operators(i), tensors) for i in range(graph.OperatorsLength())]
    ends = [[tensors[i] for i in found] for found in (graph.InputsAsNumpy(), graph.OutputsAsNumpy())]
    return Network(path.stem, ends[0], ends[1], operators)


def _tensor(model: Any, entry: Any, names: set[str]) -> Tensor:
    name = (entry.Name() or b"tensor").decode()
    while name in names:
        name += "'"
    names.add(name)
    if entry.Type() not in DTYPES:
        raise ModelError(f"tensor {name}: its type, number {entry.Type()} of the schema, is not read")
    dtype = DTYPES[entry.Type()]
    shape = tuple(int(size) for size in entry.ShapeAsNumpy()) if entry.ShapeLength() else ()
    content, data = model.Buffers(entry.Buffer()), None
    if content.DataLength():
        data = content.DataAsNumpy().view(dtype).reshape(shape)
    return Tensor(name, shape, dtype, _params(name, entry.Quantization(), dtype), data)


def _params(name: str, entry: Any, dtype: np.dtype[Any]) -> QuantizationParams | None:
    """Return what bytes mean; None for other types, a bias being in steps of S_x * S_w whatever its file says."""
    if dtype != np.int8 or entry is None or not entry.ScaleLength():
        return None
    scale, zero = entry.ScaleAsNumpy(), entry.ZeroPointAsNumpy().astype(np.int32)
    try:
        if len(scale) == 1:
            return QuantizationParams(scale[0], int(zero[0]), dtype)
        return QuantizationParams(scale, zero, dtype, int(entry.QuantizedDimension()))
    except ValueError as error:
        raise ModelError(f"tensor {name}: {error}") from None


def _operator(model: Any, entry: Any, tensors: list[Tensor]) -> Operator:
    code = model.OperatorCodes(entry.OpcodeIndex())
    # the first field is one byte wide, and full for operators that came later
    name = tflite.opcode2name(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
    outputs = entry.OutputsAsNumpy()
    if len(outputs) != 1:
        raise ModelError(f"{name} '{tensors[outputs[0]].name}': has {len(outputs)} outputs, expected one")
    options, table = None, entry.BuiltinOptions()
    if name in OPTIONS:
        options = OPTIONS[name]()
        if table is not None:
            options.Init(table.Bytes, table.Pos)
    inputs = tuple(tensors[i] if i >= 0 else None for i in entry.InputsAsNumpy())
    return Operator(name, inputs, tensors[outputs[0]], options)
