"""Builds a float32 network whose batch normalizations have the statistics of seeded images.

While nodes are added, a few images run through them in double. Activations are kept to steps of 2^-10 below 2^6 and
weights are whole numbers of 15 bits times a power of two, so that every product and every sum is exact, in whatever
order a machine adds: the statistics, and so the network, are the same to the bit everywhere.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions import evaluate_double
from accord.nn.graph import (
    Apply,
    BatchNormAttributes,
    ClampAttributes,
    ConvAttributes,
    FunctionAttributes,
    Graph,
    Node,
    Op,
    Value,
    Window,
    X,
)
from accord.nn.graph.attributes import Attributes
from accord.nn.layers.real import RealConv2d
from accord.nn.networks.seeded import Seeded

Doubles = NDArray[np.float64]
STEP, LARGEST = 2.0**-10, 2.0**6 - 1
EPSILON = 1e-3
"""What MobileNetV3's batch normalizations add to the variance."""
SCALES, OFFSETS = (0.5, 1.5), (-0.5, 0.5)
"""Ranges of a batch normalization's own scale and bias."""


def _stepped(x: Doubles) -> Doubles:
    """Return x in steps, and bounded."""
    return np.asarray(np.clip(np.rint(x / STEP) * STEP, -LARGEST, LARGEST))


class NormalizedNetwork:
    """A graph under construction. Methods add a node and return its output's name; the first axis is a batch."""

    def __init__(self, name: str, size: int, seed: int, images: int) -> None:
        self.graph = Graph(name, "onnx")
        self._random = Seeded(seed)
        self._data: dict[str, Doubles] = {}
        self._define("input", _stepped(self._random.images(images, size)))
        self.graph.inputs.append("input")

    def channels(self, name: str) -> int:
        """Return the channels of a value."""
        return int(self._data[name].shape[-1])

    def _define(self, name: str, data: Doubles) -> None:
        self._data[name] = data
        self.graph.values[name] = Value(name, (None, *data.shape[1:]), np.dtype(np.float32))
        if data.ndim == len("NHWC"):
            self.graph.channels_first.add(name)

    def _constant(self, name: str, data: Doubles) -> str:
        kept = data.astype(np.float32)
        self.graph.constants[name] = kept
        self.graph.values[name] = Value(name, kept.shape, kept.dtype)
        return name

    def _add(self, name: str, op: Op, inputs: list[str], data: Doubles, attributes: Attributes | None = None) -> str:
        self._define(name, _stepped(data))
        self.graph.nodes.append(Node(name, op, tuple(inputs), name, attributes))
        return name

    def conv(
        self, name: str, x: str, channels: int, taps: int = 1, *, stride: int = 1, groups: int = 1, bias: bool = False
    ) -> str:
        """Add a convolution, padded by half its taps; weights after He, of the fan-out that a channel's output has."""
        depth = self.channels(x) // groups
        deviation = math.sqrt(2 / (taps * taps * depth))
        weight = self._random.weights(deviation, channels, taps, taps, depth)
        inputs = [x, self._constant(f"{name}.weight", weight)]
        inputs += [self._constant(f"{name}.bias", np.zeros(channels))] if bias else []
        window = Window((taps, taps), (stride, stride), (1, 1), (taps // 2,) * 4)
        given = self._data[x]
        out = np.empty((len(given), *window.out_size(*given.shape[1:3]), channels))
        RealConv2d(weight, None, window, groups, None)(given, out)  # type: ignore[arg-type]
        return self._add(name, Op.CONV, inputs, out, ConvAttributes(window, groups))

    def normalize(self, name: str, x: str) -> str:
        """Add a batch normalization by the mean and variance that x has here."""
        data = self._data[x]
        count, axes = data.size // data.shape[-1], tuple(range(data.ndim - 1))
        mean = (data.sum(axis=axes) / count).astype(np.float32).astype(np.float64)
        variance = (np.square(data).sum(axis=axes) / count - mean * mean).astype(np.float32).astype(np.float64)
        scale, bias = (
            self._random.uniform(*ends, data.shape[-1]).astype(np.float32).astype(np.float64)
            for ends in (SCALES, OFFSETS)
        )
        parts = {"scale": scale, "bias": bias, "mean": mean, "variance": variance}
        inputs = [x] + [self._constant(f"{name}.{part}", number) for part, number in parts.items()]
        out = (data - mean) / np.sqrt(variance + EPSILON) * scale + bias
        return self._add(name, Op.BATCH_NORM, inputs, out, BatchNormAttributes(EPSILON))

    def function(self, name: str, x: str, op: str, **options: float) -> str:
        """Add an activation."""
        expression = Apply(op, (X,), tuple(options.items()))
        return self._add(
            name, Op.FUNCTION, [x], evaluate_double(expression, self._data[x]), FunctionAttributes(expression)
        )

    def joined(self, name: str, op: Op, a: str, b: str) -> str:
        """Add a sum or a product."""
        combine: Callable[..., Doubles] = np.add if op is Op.ADD else np.multiply
        return self._add(name, op, [a, b], combine(self._data[a], self._data[b]), ClampAttributes())

    def pool(self, name: str, x: str) -> str:
        """Add the mean over the image."""
        data = self._data[x]
        mean = data.sum(axis=(1, 2), keepdims=True) / (data.shape[1] * data.shape[2])
        return self._add(name, Op.GLOBAL_AVERAGE_POOL, [x], mean)

    def flatten(self, name: str, x: str) -> str:
        """Add a reshape to rows."""
        return self._add(name, Op.RESHAPE, [x], self._data[x].reshape(len(self._data[x]), -1))

    def linear(self, name: str, x: str, size: int) -> str:
        """Add a linear layer; weights as those of a convolution."""
        depth = self.channels(x)
        weight = self._random.weights(math.sqrt(1 / depth), size, depth)
        inputs = [x, self._constant(f"{name}.weight", weight), self._constant(f"{name}.bias", np.zeros(size))]
        return self._add(name, Op.LINEAR, inputs, self._data[x] @ weight.T, ClampAttributes())

    def finished(self, output: str) -> Graph:
        """Return the graph, checked."""
        self.graph.outputs.append(output)
        self.graph.check()
        return self.graph
