"""PyTorch: quantized operators by each of its engines, ``_int_mm``, FP32; looped over in TorchScript, one thread.

Its operators allocate their output and are dispatched at each call; neither can be taken out of the figures.
Quantized products give u8 only: that is compared, and timed against accord's INT32 sums. The quantized operators round
in a way of their own: about one output in a million comes out one off.
"""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from bench.kernels.calls import Call
from bench.kernels.candidate import Candidate, Kind
from bench.kernels.cases import Case
from bench.kernels.data import Array, Data

torch.set_num_threads(1)

ENGINES = ("onednn", "x86", "fbgemm")


class Packed(nn.Module):
    """A layer: an operator on prepared weights."""

    def __init__(self, packed: Any) -> None:
        super().__init__()
        self.packed = packed


class QuantizedLinear(Packed):
    """u8 by s8 to u8."""

    def __init__(self, packed: Any, scale: float) -> None:
        super().__init__(packed)
        self.scale = scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        return torch.ops.quantized.linear(x, self.packed, self.scale, 0)


class QuantizedConv(QuantizedLinear):
    """The same of images, NHWC in memory."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        return torch.ops.quantized.conv2d(x, self.packed, self.scale, 0)


class IntegerProduct(Packed):
    """s8 by s8 to s32."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        return torch._int_mm(x, self.packed)


class FloatProduct(Packed):
    """FP32 by the BLAS that PyTorch brings."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        return torch.mm(x, self.packed)


class FloatConv(Packed):
    """FP32 by weights in the blocked layout of the oneDNN that PyTorch brings."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        return torch.ops.mkldnn_prepacked.conv2d_run(x, self.packed)


class Rotations(nn.Module):
    """All copies in turn. TorchScript drops outputs that nobody reads, and computes once what it sees twice.

    The sum of sizes reads them; a list of inputs, all the same, keeps it from seeing that rotations repeat.
    """

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, xs: list[torch.Tensor], rotations: int) -> int:
        """Compute so many times."""
        total = 0
        for rotation in range(rotations):
            x = xs[rotation % len(xs)]
            for layer in self.layers:
                total += layer(x).size(0)
        return total


def script(module: nn.Module) -> Any:
    """Compile with TorchScript, deprecated but the loop without Python that there is."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit.script.* is deprecated", category=DeprecationWarning)
        return torch.jit.script(module)


class Layers:
    """A candidate: prepared layers and their input."""

    def __init__(self, name: str, kind: Kind, x: torch.Tensor, layers: list[nn.Module]) -> None:
        self.name, self.kind, self.exact = f"PyTorch {name}{' FP32' * (kind == 'FP32')}", kind, not x.is_quantized
        self.x, self.layers = x, layers
        self._loop = script(Rotations(layers).eval())
        with torch.inference_mode():
            for _ in range(3):  # until TorchScript has seen enough to optimize
                self._loop([x, x], 1)

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations."""
        xs = [self.x, self.x]
        with torch.inference_mode():
            self._loop(xs, 1)
            start = time.process_time()
            self._loop(xs, rotations)
            return time.process_time() - start

    def output(self, copy: int) -> Array:
        """Return what a copy computes, as NHWC."""
        with torch.inference_mode():
            y = self.layers[copy](self.x)
        y = y.int_repr() if y.is_quantized else y
        return (y.permute(0, 2, 3, 1) if y.dim() == 4 else y).contiguous().numpy()


def _weight(case: Case, weight: Array) -> torch.Tensor:
    """Return (N, K), or OIHW in the channels-last format."""
    if case.operation == "product":
        return torch.from_numpy(np.ascontiguousarray(weight.T))
    axes = weight[None].transpose(3, 0, 1, 2) if case.operation == "depthwise" else weight.transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(axes)).contiguous(memory_format=torch.channels_last)


def _image(x: Array) -> torch.Tensor:
    """Return a product's operand as it is, an NHWC image as a channels-last tensor."""
    tensor = torch.from_numpy(x)
    return tensor.permute(0, 3, 1, 2) if tensor.dim() == 4 else tensor


def _quantized(data: Data, engine: str) -> Layers:
    case = data.case
    torch.backends.quantized.engine = engine
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions", category=UserWarning)
        x = torch._make_per_tensor_quantized_tensor(_image(data.x), 1.0, 0)
        scales, zeros = torch.from_numpy(data.weight_scale).double(), torch.zeros(case.columns, dtype=torch.long)
        weights = [torch._make_per_channel_quantized_tensor(_weight(case, w), scales, zeros, 0) for w in data.weights]
    pad, groups = [data.padding] * 2, case.columns if case.operation == "depthwise" else 1
    layers: list[nn.Module] = []
    for weight in weights:
        if case.operation == "product":
            layers.append(QuantizedLinear(torch.ops.quantized.linear_prepack(weight, None), data.out_scale))
        else:
            packed = torch.ops.quantized.conv2d_prepack(weight, None, [1, 1], pad, [1, 1], groups)
            layers.append(QuantizedConv(packed, data.out_scale))
    return Layers(engine, "INT8", x, layers)


def int8(data: Data) -> list[Candidate]:
    """Return the quantized operators of each engine that is built in, and ``_int_mm``."""
    found = torch.backends.quantized.supported_engines
    made: list[Candidate] = [_quantized(data, engine) for engine in ENGINES if engine in found]
    if data.case.operation == "product" and data.case.rows > 16:  # what _int_mm wants
        weights: list[nn.Module] = [IntegerProduct(torch.from_numpy(w)) for w in data.weights]
        made.append(Layers("_int_mm", "INT8", torch.from_numpy(data.x.view(np.int8)), weights))
    return made


def fp32(data: Data) -> list[Candidate]:
    """Return the product, or convolutions in both formats with prepared weights and the plain operator."""
    case = data.case
    if case.operation == "product":
        weights: list[nn.Module] = [FloatProduct(torch.from_numpy(w)) for w in data.weights_float]
        return [Layers("mm", "FP32", torch.from_numpy(data.x_float), weights)]
    return [
        _convolution(data, name, image, make)
        for name, image in (("NHWC", _image(data.x_float)), ("NCHW", _image(data.x_float).contiguous()))
        for make in (_plain, _prepared)
    ]


def _convolution(
    data: Data, name: str, x: torch.Tensor, make: Callable[[Data, torch.Tensor, torch.Tensor], nn.Module]
) -> Layers:
    layers = [make(data, x, _weight(data.case, w)) for w in data.weights_float]
    return Layers(f"{make.__name__.strip('_')} {name}", "FP32", x, layers)


def _plain(data: Data, x: torch.Tensor, weight: torch.Tensor) -> nn.Module:
    case = data.case
    groups = case.columns if case.operation == "depthwise" else 1
    layer = nn.Conv2d(x.shape[1], case.columns, case.kernel, padding=data.padding, groups=groups, bias=False)
    layer.weight = nn.Parameter(weight, requires_grad=False)
    return layer.to(memory_format=torch.channels_last) if not x.is_contiguous() else layer


def _prepared(data: Data, x: torch.Tensor, weight: torch.Tensor) -> nn.Module:
    case, pad = data.case, [data.padding] * 2
    groups = case.columns if case.operation == "depthwise" else 1
    prepack = torch.ops.mkldnn_prepacked.conv2d_prepack
    return FloatConv(prepack(weight, None, [1, 1], pad, [1, 1], groups, list(x.shape), "none"))


def call(data: Data) -> list[Candidate]:
    """Return the quantized linear of each engine: looped over in TorchScript, and called from Python."""
    found = torch.backends.quantized.supported_engines
    loops = [_quantized(data, engine) for engine in ENGINES if engine in found]
    return [*loops, *(_called(loop) for loop in loops)]


def _called(loop: Layers) -> Call:
    forward = script(loop.layers[0].eval()).forward
    return Call(f"{loop.name}, called", "INT8", forward, (loop.x,), lambda: forward(loop.x).int_repr().numpy())
