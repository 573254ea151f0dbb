"""Random networks: operations chosen one by one, on any tensor there is, several of them outputs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import onnx
from onnx import TensorProto, helper

from .onnx_networks import Net

IMAGE = (1, 3, 16, 16)
STEPS = 12
EXACT = ("Relu", "Abs", "Neg", "Floor", "Clip")
"""Functions that keep whole numbers whole."""
CURVED = ("HardSwish", "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Softplus", "HardSigmoid", "Erf", "Selu")


@dataclass(frozen=True)
class Image:
    """A tensor (1, channels, height, width) of the network."""

    name: str
    channels: int
    height: int
    width: int


class Random:
    """Adds one random operation a step."""

    def __init__(self, net: Net, functions: tuple[str, ...]) -> None:
        self.net, self.rng, self.functions = net, net.rng, functions
        x = Image("x", *IMAGE[1:])
        self.images = [replace(x, name=net.conv("x", x.channels, 6), channels=6)]
        self.rules: list[Callable[[Image], Image | None]] = [
            self.conv,
            self.conv,
            self.function,
            self.function,
            self.joined,
            self.joined,
            self.concat,
            self.pool,
            self.moved,
            self.scaled,
        ]

    def step(self) -> None:
        rule = self.rules[self.rng.integers(len(self.rules))]
        # late tensors are likelier
        place = len(self.images) - 1 - min(int(self.rng.exponential(1.5)), len(self.images) - 1)
        found = rule(self.images[place])
        if found is not None:
            self.images.append(found)

    def pick(self, *choices: int) -> int:
        return int(choices[self.rng.integers(len(choices))])

    def conv(self, x: Image) -> Image | None:
        kernel = self.pick(1, 2, 3, 5), self.pick(1, 2, 3, 5)
        strides, dilations = (self.pick(1, 1, 2), self.pick(1, 1, 2)), (self.pick(1, 1, 2), self.pick(1, 1, 2))
        pads = [int(one) for one in self.rng.integers(0, 3, 4)]
        group = x.channels if self.pick(0, 1) else 1
        sizes = [
            (size + pads[axis] + pads[axis + 2] - dilations[axis] * (kernel[axis] - 1) - 1) // strides[axis] + 1
            for axis, size in enumerate((x.height, x.width))
        ]
        if min(sizes) < 1:
            return None
        channels = x.channels * self.pick(1, 1, 2) if group > 1 else self.pick(4, 6, 8)
        bias = bool(self.pick(0, 1))
        y = self.net.conv(
            x.name,
            x.channels,
            channels,
            kernel,
            group=group,
            bias=bias,
            strides=strides,
            dilations=dilations,
            pads=pads,
        )
        return Image(y, channels, sizes[0], sizes[1])

    def function(self, x: Image) -> Image:
        op = self.functions[self.rng.integers(len(self.functions))]
        bounds = [self.net.real(-2), self.net.real(self.pick(3, 6))] if op == "Clip" else []
        return replace(x, name=self.net.add(op, x.name, *bounds))

    def joined(self, x: Image) -> Image:
        alike = [y for y in self.images if (y.channels, y.height, y.width) == (x.channels, x.height, x.width)]
        other = alike[self.rng.integers(len(alike))]
        op = ("Add", "Add", "Mul")[self.rng.integers(3)]
        if op == "Mul" and self.pick(0, 1):
            gate = self.net.conv(self.net.add("GlobalMaxPool", x.name), x.channels, x.channels, 1)
            gate = self.net.add("Clip", gate, self.net.real(0), self.net.real(1))
            return replace(x, name=self.net.add("Mul", x.name, gate))
        return replace(x, name=self.net.add(op, x.name, other.name))

    def concat(self, x: Image) -> Image:
        alike = [y for y in self.images if (y.height, y.width) == (x.height, x.width) and y.channels < 24]
        parts = [x, *(alike[self.rng.integers(len(alike))] for _ in range(self.pick(1, 2)) if alike)]
        y = self.net.add("Concat", *(part.name for part in parts), axis=1)
        return Image(y, sum(part.channels for part in parts), x.height, x.width)

    def pool(self, x: Image) -> Image | None:
        if min(x.height, x.width) < 3:
            return None
        if self.pick(0, 1):
            y = self.net.add("MaxPool", x.name, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
            return Image(y, x.channels, (x.height + 1) // 2, (x.width + 1) // 2)
        y = self.net.add("AveragePool", x.name, kernel_shape=[2, 2], strides=[1, 2])
        return Image(y, x.channels, x.height - 1, (x.width - 2) // 2 + 1)

    def moved(self, x: Image) -> Image | None:
        kind = self.pick(0, 1, 2, 3)
        if kind == 0 and not any(node.op_type == "Pad" for node in self.net.nodes):
            # one a network: ONNX Runtime fuses several into a pool, beyond its window
            pads = self.net.constant(np.array([0, 0, 1, 0, 0, 0, 0, 1]))
            return Image(self.net.add("Pad", x.name, pads), x.channels, x.height + 1, x.width + 1)
        if kind == 1:
            return Image(self.net.add("Transpose", x.name, perm=[0, 1, 3, 2]), x.channels, x.width, x.height)
        if kind == 2 and x.channels > 1:
            bounds = (self.net.constant(np.array([bound])) for bound in (1, x.channels, 1))
            return Image(self.net.add("Slice", x.name, *bounds), x.channels - 1, x.height, x.width)
        shape = self.net.constant(np.array([1, x.width, x.channels, x.height]))
        return Image(self.net.add("Reshape", x.name, shape), x.width, x.channels, x.height) if x.width < 24 else None

    def scaled(self, x: Image) -> Image:
        op = ("Add", "Mul", "Sub")[self.rng.integers(3)]
        return replace(x, name=self.net.add(op, x.name, self.net.real(self.pick(1, 2, -1))))


def random_network(net: Net, functions: tuple[str, ...], steps: int = STEPS) -> onnx.ModelProto:
    """Return a random network that ends in a convolution."""
    build = Random(net, functions)
    while len(build.images) < steps:
        build.step()
    last = build.images[-1]
    return net.model(net.conv(last.name, last.channels, 4, 1))


def with_outputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a network with every third of its tensors as an output as well."""
    for node in model.graph.node[:-1:3]:
        model.graph.output.append(helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None))
    return model
