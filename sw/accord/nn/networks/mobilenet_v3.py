"""MobileNetV3-Small (Howard et al., "Searching for MobileNetV3", 2019, table 2), with seeded weights."""

from dataclasses import dataclass

from accord.nn.graph import Graph, Op
from accord.nn.networks.normalized import NormalizedNetwork

IMAGES = 16
"""That the statistics of the batch normalizations come from."""


@dataclass(frozen=True)
class Bottleneck:
    """A block: depthwise taps, width inside, channels out, squeeze-and-excite or not, activation, stride."""

    taps: int
    wide: int
    channels: int
    squeezes: bool
    activation: str
    stride: int


SMALL = (
    Bottleneck(3, 16, 16, True, "Relu", 2),
    Bottleneck(3, 72, 24, False, "Relu", 2),
    Bottleneck(3, 88, 24, False, "Relu", 1),
    Bottleneck(5, 96, 40, True, "HardSwish", 2),
    Bottleneck(5, 240, 40, True, "HardSwish", 1),
    Bottleneck(5, 240, 40, True, "HardSwish", 1),
    Bottleneck(5, 120, 48, True, "HardSwish", 1),
    Bottleneck(5, 144, 48, True, "HardSwish", 1),
    Bottleneck(5, 288, 96, True, "HardSwish", 2),
    Bottleneck(5, 576, 96, True, "HardSwish", 1),
    Bottleneck(5, 576, 96, True, "HardSwish", 1),
)
STEM, LAST, HIDDEN = 16, 576, 1024


def divisible(channels: float, by: int = 8) -> int:
    """Return the multiple of ``by`` nearest to a number of channels, but at least nine tenths of it."""
    near = max(by, int(channels + by / 2) // by * by)
    return near + by if near < 0.9 * channels else near


def mobilenet_v3_small(classes: int = 1000, size: int = 224, seed: int = 0) -> Graph:
    """Return the float32 network: "input" (N, 3, size, size) to "logits" (N, classes).

    Weights are random, normal after He; batch normalizations have the statistics of seeded smooth images. The same
    arguments give the same bits on every machine. ValueError for sizes that the network cannot have.
    """
    if size < 32 or classes < 1:
        raise ValueError(f"size {size}, classes {classes}: expected at least 32 and 1")
    net = NormalizedNetwork("mobilenet_v3_small", size, seed, IMAGES)
    x = _unit(net, "stem", "input", STEM, 3, "HardSwish", stride=2)
    for number, block in enumerate(SMALL, 1):
        x = _bottleneck(net, f"block{number}", x, block)
    x = net.pool("pool", _unit(net, "last", x, LAST, 1, "HardSwish"))
    x = net.function("hidden.activation", net.linear("hidden", net.flatten("flat", x), HIDDEN), "HardSwish")
    return net.finished(net.linear("logits", x, classes))


def _unit(
    net: NormalizedNetwork,
    name: str,
    x: str,
    channels: int,
    taps: int,
    activation: str | None,
    *,
    stride: int = 1,
    groups: int = 1,
) -> str:
    """Add a convolution, its normalization and its activation."""
    made = net.conv(f"{name}.conv", x, channels, taps, stride=stride, groups=groups)
    made = net.normalize(f"{name}.norm", made)
    return made if activation is None else net.function(f"{name}.activation", made, activation)


def _bottleneck(net: NormalizedNetwork, name: str, x: str, block: Bottleneck) -> str:
    y = x
    if block.wide != net.channels(x):
        y = _unit(net, f"{name}.expand", y, block.wide, 1, block.activation)
    y = _unit(
        net, f"{name}.depthwise", y, block.wide, block.taps, block.activation, stride=block.stride, groups=block.wide
    )
    if block.squeezes:
        y = _excited(net, f"{name}.squeeze", y)
    y = _unit(net, f"{name}.project", y, block.channels, 1, None)
    same = block.stride == 1 and block.channels == net.channels(x)
    return net.joined(f"{name}.add", Op.ADD, x, y) if same else y


def _excited(net: NormalizedNetwork, name: str, x: str) -> str:
    """Add squeeze-and-excite: channels scaled by a function of their means."""
    wide = net.channels(x)
    y = net.conv(f"{name}.reduce", net.pool(f"{name}.pool", x), divisible(wide / 4), bias=True)
    y = net.conv(f"{name}.expand", net.function(f"{name}.relu", y, "Relu"), wide, bias=True)
    y = net.function(f"{name}.gate", y, "HardSigmoid", alpha=float.fromhex("0x1.555556p-3"), beta=0.5)
    return net.joined(f"{name}.scale", Op.MULTIPLY, x, y)
