"""Networks as people use them, cut in width and depth: none of them was looked at when the importer was written."""

from collections.abc import Callable

import numpy as np

from .onnx_networks import Net

IMAGE = (1, 3, 64, 64)


def head(net: Net, x: str, depth: int, classes: int = 10) -> str:
    return net.gemm(net.add("Flatten", net.add("GlobalAveragePool", x)), depth, classes)


def six(net: Net, x: str) -> str:
    return net.add("Clip", x, net.real(0), net.real(6))


def relu(net: Net, x: str) -> str:
    return net.add("Relu", x)


def swish(net: Net, x: str) -> str:
    return net.add("Mul", x, net.add("Sigmoid", x))


def inverted(net: Net, x: str, depth: int, channels: int, stride: int, wide: int, taps: int, act: Callable) -> str:
    y = act(net, net.conv(x, depth, wide, 1)) if wide != depth else x
    y = act(net, net.conv(y, wide, wide, taps, group=wide, strides=[stride] * 2))
    y = net.conv(y, wide, channels, 1)
    return net.add("Add", x, y) if stride == 1 and depth == channels else y


def mobilenet_v2(net: Net) -> str:
    x, depth = six(net, net.conv("x", 3, 16, strides=[2, 2])), 16
    plan = [(1, 8, 1), (6, 12, 2), (6, 12, 1), (6, 16, 2), (6, 16, 1), (6, 32, 2), (6, 32, 1), (6, 40, 1), (6, 48, 2)]
    for factor, channels, stride in plan:
        x = inverted(net, x, depth, channels, stride, factor * depth, 3, six)
        depth = channels
    return head(net, six(net, net.conv(x, depth, 96, 1)), 96)


def resnet18(net: Net) -> str:
    x, depth = relu(net, net.conv("x", 3, 16, 7, strides=[2, 2])), 16
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for channels, stride in ((16, 1), (16, 1), (32, 2), (32, 1), (48, 2), (48, 1), (64, 2), (64, 1)):
        y = relu(net, net.conv(x, depth, channels, strides=[stride] * 2))
        y = net.conv(y, channels, channels)
        x = net.conv(x, depth, channels, 1, strides=[stride] * 2) if stride > 1 else x
        x, depth = relu(net, net.add("Add", y, x)), channels
    return head(net, x, depth)


def resnext(net: Net) -> str:
    x, depth = relu(net, net.conv("x", 3, 24, strides=[2, 2])), 24
    for channels, stride in ((32, 2), (32, 1), (64, 2)):
        y = relu(net, net.conv(x, depth, 32, 1))
        y = net.conv(relu(net, net.conv(y, 32, 32, group=8, strides=[stride] * 2)), 32, channels, 1)
        x = x if stride == 1 else net.conv(x, depth, channels, 1, strides=[stride] * 2)
        x, depth = relu(net, net.add("Add", x, y)), channels
    return head(net, x, depth)


def efficientnet(net: Net) -> str:
    x, depth = swish(net, net.conv("x", 3, 16, strides=[2, 2])), 16
    for channels, stride, taps in ((16, 1, 3), (24, 2, 3), (24, 1, 3), (40, 2, 5), (40, 1, 5)):
        wide = 4 * depth
        y = swish(net, net.conv(x, depth, wide, 1))
        y = swish(net, net.conv(y, wide, wide, taps, group=wide, strides=[stride] * 2))
        s = swish(net, net.conv(net.add("GlobalAveragePool", y), wide, 8, 1))
        y = net.add("Mul", net.add("Sigmoid", net.conv(s, 8, wide, 1)), y)
        y = net.conv(y, wide, channels, 1)
        x = net.add("Add", y, x) if stride == 1 and depth == channels else y
        depth = channels
    return head(net, swish(net, net.conv(x, depth, 64, 1)), 64)


def inception(net: Net) -> str:
    x = relu(net, net.conv("x", 3, 16, strides=[2, 2]))
    depth = 16
    for wide in (8, 12):
        a = relu(net, net.conv(x, depth, wide, 1))
        b = relu(net, net.conv(relu(net, net.conv(x, depth, 8, 1)), 8, wide, (1, 7)))
        b = relu(net, net.conv(b, wide, wide, (7, 1)))
        c = relu(net, net.conv(relu(net, net.conv(x, depth, 6, 1)), 6, wide, 5))
        d = net.add("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
        d = relu(net, net.conv(d, depth, wide, 1))
        x, depth = net.add("Concat", a, b, c, d, axis=1), 4 * wide
        y = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
        z = relu(net, net.conv(x, depth, wide, strides=[2, 2], pads=[0, 0, 0, 0]))
        x, depth = net.add("Concat", y, z, axis=1), depth + wide
    return head(net, x, depth)


def densenet(net: Net) -> str:
    x, depth = relu(net, net.conv("x", 3, 16, strides=[2, 2])), 16
    for _ in range(2):
        for _ in range(3):
            y = relu(net, net.conv(x, depth, 16, 1))
            x, depth = net.add("Concat", x, relu(net, net.conv(y, 16, 8)), axis=1), depth + 8
        x = relu(net, net.conv(x, depth, depth // 2, 1))
        x, depth = net.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2]), depth // 2
    return head(net, x, depth)


def shufflenet(net: Net) -> str:
    x = relu(net, net.conv("x", 3, 16, strides=[2, 2]))
    for _ in range(3):
        kept, y = net.add("Split", x, net.constant(np.array([8, 8])), outputs=2, axis=1)
        y = relu(net, net.conv(y, 8, 8, 1))
        y = relu(net, net.conv(net.conv(y, 8, 8, group=8), 8, 8, 1))
        x = net.add("Concat", kept, y, axis=1)
        x = net.add("Reshape", x, net.constant(np.array([1, 2, 8, 32, 32])))
        x = net.add("Transpose", x, perm=[0, 2, 1, 3, 4])
        x = net.add("Reshape", x, net.constant(np.array([1, 16, 32, 32])))
    return head(net, x, 16)


def squeezenet(net: Net) -> str:
    x, depth = relu(net, net.conv("x", 3, 16, strides=[2, 2], pads=[0, 0, 0, 0])), 16
    for wide in (8, 12):
        x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        x = relu(net, net.conv(x, depth, wide, 1))
        both = relu(net, net.conv(x, wide, 2 * wide, 1)), relu(net, net.conv(x, wide, 2 * wide))
        x, depth = net.add("Concat", *both, axis=1), 4 * wide
    x = relu(net, net.conv(x, depth, 10, 1))
    return net.add("Softmax", net.add("Flatten", net.add("GlobalAveragePool", x)), axis=1)


def vgg(net: Net) -> str:
    x, depth, size = "x", 3, 64
    for channels in (8, 16, 24):
        x = relu(net, net.conv(relu(net, net.conv(x, depth, channels)), channels, channels))
        x, depth, size = net.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), channels, size // 2
    x = net.add("Reshape", x, net.constant(np.array([0, -1])))
    return net.gemm(relu(net, net.gemm(x, depth * size * size, 32)), 32, 10)


def odd_windows(net: Net) -> str:
    x = relu(net, net.conv("x", 3, 12, (1, 7)))
    x = relu(net, net.conv(x, 12, 12, (7, 1), strides=[1, 2]))
    x = net.conv(x, 12, 16, 5, strides=[3, 3], pads=[2, 0, 1, 3])
    x = net.add("LeakyRelu", net.conv(x, 16, 16, 3, dilations=[2, 3], pads=[2, 3, 2, 3]), alpha=0.1)
    x = six(net, net.conv(x, 16, 24, (2, 4), group=4, strides=[2, 1], pads=[1, 0, 0, 3]))
    x = net.add("Tanh", net.conv(x, 24, 24, (5, 3), group=24, strides=[1, 2], pads=[4, 1, 0, 2]))
    x = net.conv(x, 24, 48, 3, group=24, dilations=[1, 2], pads=[1, 2, 1, 2])
    x = net.add("MaxPool", x, kernel_shape=[2, 3], strides=[1, 2], pads=[0, 1, 1, 1])
    return head(net, x, 48)


def dilated(net: Net) -> str:
    """A network that segments: dilated branches, joined, an image-level branch, classes a pixel."""
    x = relu(net, net.conv("x", 3, 16, strides=[2, 2]))
    branches = [relu(net, net.conv(x, 16, 8, 3, dilations=[d, d], pads=[d] * 4)) for d in (1, 2, 4, 6)]
    x = net.add("Concat", *branches, relu(net, net.conv(x, 16, 8, 1)), axis=1)
    return net.add("Softmax", net.conv(relu(net, net.conv(x, 40, 16, 1)), 16, 5, 1), axis=1)


def tensorflow(net: Net) -> str:
    """Images with channels last, padded by nodes of their own, means by ReduceMean, biases by Add."""
    x = net.add("Pad", net.add("Transpose", "x", perm=[0, 1, 2, 3]), net.constant(np.array([0, 0, 0, 0, 0, 0, 1, 1])))
    x = six(net, net.conv(x, 3, 16, strides=[2, 2], pads=[0, 0, 0, 0]))
    x = inverted(net, x, 16, 16, 1, 48, 3, six)
    x = net.add("Transpose", net.add("GlobalAveragePool", x), perm=[0, 2, 3, 1])
    x = net.add("MatMul", net.add("Reshape", x, net.constant(np.array([-1, 16]))), net.numbers(16, 10, spread=0.25))
    return net.add("Softmax", net.add("Add", x, net.numbers(10)), axis=-1)


def scaled(net: Net) -> str:
    """Learned numbers between the layers, a gate that two branches multiply, a difference, a quotient by a number."""
    x = swish(net, net.conv("x", 3, 8, strides=[2, 2]))
    gate = net.add("Sigmoid", net.conv(x, 8, 8, 1))
    y = net.add("Mul", gate, net.add("Tanh", net.conv(x, 8, 8)))
    y = net.add("Add", net.add("Mul", y, net.real(0.5)), x)
    y = net.conv(net.add("Div", y, net.real(2.5)), 8, 8)
    return head(net, net.add("Mul", y, net.add("HardSigmoid", net.conv(y, 8, 8, 1), alpha=0.2, beta=0.5)), 8)


def attentive(net: Net) -> str:
    """Channels weighted by their means and their largest values, places by a convolution with a large window."""
    x = relu(net, net.conv("x", 3, 16, strides=[2, 2]))
    shared = net.numbers(8, 16, 1, 1), net.numbers(16, 8, 1, 1)
    branches = [
        net.add("Conv", relu(net, net.add("Conv", net.add(op, x), shared[0])), shared[1])
        for op in ("GlobalAveragePool", "GlobalMaxPool")
    ]
    x = net.add("Mul", net.add("Sigmoid", net.add("Add", *branches)), x)
    x = net.add("Mul", x, net.add("Sigmoid", net.conv(x, 16, 1, 7)))
    return net.gemm(net.add("Flatten", net.add("GlobalMaxPool", net.conv(x, 16, 24))), 24, 10)


def falling(net: Net) -> str:
    """The largest values of functions that fall somewhere."""
    x = net.add("MaxPool", net.add("HardSwish", net.conv("x", 3, 8)), kernel_shape=[2, 2], strides=[2, 2])
    x = swish(net, net.conv(x, 8, 8))
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = net.add("Pad", net.add("Softplus", net.conv(x, 8, 8)), net.constant(np.array([0, 0, 1, 0, 0, 0, 0, 2])))
    x = net.add("Mul", net.conv(x, 8, 8), net.real(-1))
    return net.conv(relu(net, net.add("MaxPool", x, kernel_shape=[3, 2])), 8, 4)


FULL = (1, 3, 224, 224)


def full_mobilenet_v2(net: Net) -> str:
    """The published network."""
    x, depth = six(net, net.conv("x", 3, 32, strides=[2, 2])), 32
    plan = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for factor, channels, count, stride in plan:
        for number in range(count):
            x = inverted(net, x, depth, channels, 1 if number else stride, factor * depth, 3, six)
            depth = channels
    return head(net, six(net, net.conv(x, depth, 1280, 1)), 1280, 1000)


def full_resnet18(net: Net) -> str:
    """The published network."""
    x, depth = relu(net, net.conv("x", 3, 64, 7, strides=[2, 2])), 64
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for channels, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        y = net.conv(relu(net, net.conv(x, depth, channels, strides=[stride] * 2)), channels, channels)
        x = x if stride == 1 else net.conv(x, depth, channels, 1, strides=[stride] * 2)
        x, depth = relu(net, net.add("Add", y, x)), channels
    return head(net, x, depth, 1000)


UNSEEN: dict[str, Callable[[Net], str]] = {
    rule.__name__: rule
    for rule in (
        mobilenet_v2,
        resnet18,
        resnext,
        efficientnet,
        inception,
        densenet,
        shufflenet,
        squeezenet,
        vgg,
        odd_windows,
        dilated,
        tensorflow,
        scaled,
        attentive,
        falling,
    )
}
