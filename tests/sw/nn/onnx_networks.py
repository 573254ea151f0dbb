"""Small seeded FP32 networks, one for each kind of structure, as ONNX models."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

IMAGE = (1, 3, 16, 16)


class Net:
    """Adds a node a call; a call returns the name of its output."""

    def __init__(self, seed: int, opset: int = 17, shape: tuple[int | str, ...] = IMAGE) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.opset, self.shape = opset, shape

    def constant(self, data: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(data), name))
        return name

    def numbers(self, *shape: int, spread: float = 0.2) -> str:
        return self.constant(self.rng.normal(0, spread, shape).astype(np.float32))

    def add(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        number = len(self.nodes)
        names = [f"t{number}{'abc'[part]}" for part in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, f"{op}_{number}", **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x: str, depth: int, channels: int, taps: Any = 3, *, group: int = 1, bias: bool = True, **at: Any):
        kernel = (taps, taps) if isinstance(taps, int) else taps
        at.setdefault("pads", [kernel[0] // 2, kernel[1] // 2] * 2)
        size = (channels, depth // group, *kernel)
        inputs = [x, self.numbers(*size, spread=(1 / np.prod(size[1:])) ** 0.5)]
        inputs += [self.numbers(channels)] if bias else []
        return self.add("Conv", *inputs, kernel_shape=kernel, group=group, **at)

    def gemm(self, x: str, depth: int, size: int, transposed: int = 1) -> str:
        shape = (size, depth) if transposed else (depth, size)
        weight = self.numbers(*shape, spread=depth**-0.5)
        return self.add("Gemm", x, weight, self.numbers(size), transB=transposed)

    def real(self, value: float) -> str:
        return self.constant(np.float32(value))

    def model(self, output: str) -> onnx.ModelProto:
        info = helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "network", [info], outputs, self.constants)
        imports = [helper.make_opsetid("", self.opset)]
        return onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=imports, ir_version=8))


def mobilenet_v2(net: Net) -> str:
    def six(x: str) -> str:
        return net.add("Clip", x, net.real(0), net.real(6))

    def block(x: str, depth: int, channels: int, stride: int) -> str:
        wide = 3 * depth
        y = six(net.conv(x, depth, wide, 1))
        y = net.conv(six(net.conv(y, wide, wide, group=wide, strides=[stride] * 2)), wide, channels, 1)
        return net.add("Add", x, y) if stride == 1 and depth == channels else y

    x = six(net.conv("x", 3, 16, strides=[2, 2]))
    x = block(block(block(x, 16, 16, 1), 16, 24, 2), 24, 24, 1)
    x = net.add("Reshape", net.add("GlobalAveragePool", x), net.constant(np.array([0, -1])))
    return net.gemm(x, 24, 10)


def residual(net: Net) -> str:
    x = net.add("Relu", net.conv("x", 3, 8, 7, strides=[2, 2]))
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    y = net.conv(net.add("Relu", net.conv(x, 8, 8)), 8, 8)
    x = net.add("Relu", net.add("Add", x, y))
    y = net.conv(net.add("Relu", net.conv(x, 8, 16, strides=[2, 2])), 16, 16)
    x = net.add("Relu", net.add("Add", net.conv(x, 8, 16, 1, strides=[2, 2]), y))
    x = net.add("Flatten", net.add("AveragePool", x, kernel_shape=[2, 2]))
    return net.gemm(x, 16, 5)


def squeeze_and_excite(net: Net) -> str:
    x = net.add("HardSwish", net.conv("x", 3, 16))
    y = net.add("Relu", net.conv(net.add("GlobalAveragePool", x), 16, 4, 1))
    y = net.add("HardSigmoid", net.conv(y, 4, 16, 1), alpha=1 / 6, beta=0.5)
    x = net.add("Mul", y, x)
    y = net.add("Sigmoid", net.conv(net.add("GlobalAveragePool", x), 16, 16, 1))
    x = net.add("Mul", x, y)
    x = net.add("Add", net.add("Mul", x, x), net.conv(x, 16, 16, 1))
    return net.gemm(net.add("Flatten", net.add("GlobalAveragePool", x)), 16, 10)


def odd_windows(net: Net) -> str:
    x = net.add("Relu", net.conv("x", 3, 12, (1, 5)))
    x = net.add("Tanh", net.conv(x, 12, 12, (5, 3), pads=[3, 0, 1, 2], group=3))
    x = net.conv(x, 12, 24, dilations=[2, 2], pads=[2, 2, 2, 2], group=12)
    x = net.conv(net.add("LeakyRelu", x, alpha=0.2), 24, 6, 2, strides=[2, 2], pads=[0, 0, 0, 0], bias=False)
    x = net.add("AveragePool", net.add("Sigmoid", x), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    return net.add("AveragePool", x, kernel_shape=[2, 2], pads=[0, 0, 1, 1], count_include_pad=1)


def automatic_padding(net: Net) -> str:
    x = net.add("Conv", "x", net.numbers(6, 3, 4, 4), auto_pad="SAME_UPPER", strides=[2, 2])
    x = net.add("Conv", net.add("Relu", x), net.numbers(6, 6, 2, 2), auto_pad="SAME_LOWER")
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    return net.add("AveragePool", x, kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1)


ACTIVATIONS = ("Elu", "Selu", "Softplus", "Softsign", "HardSwish", "Tanh", "ThresholdedRelu", "Celu", "Sigmoid", "Abs")


def activations(net: Net) -> str:
    x, depth = "x", 3
    for op in ACTIVATIONS:
        x, depth = net.add(op, net.conv(x, depth, 8)), 8
    return x


def composed_functions(net: Net) -> str:
    x = net.conv("x", 3, 8)
    x = net.conv(net.add("Mul", x, net.add("Sigmoid", x)), 8, 8, group=8)
    x = net.add("Mul", x, net.add("HardSigmoid", x, alpha=1 / 6, beta=0.5))
    y = net.add("Clip", net.add("Add", x, net.real(3)), net.real(0), net.real(6))
    x = net.conv(net.add("Mul", x, net.add("Div", y, net.real(6))), 8, 4, 1)
    y = net.add("Erf", net.add("Div", x, net.real(2**0.5)))
    y = net.add("Mul", net.add("Mul", x, net.add("Add", y, net.real(1))), net.real(0.5))
    return net.conv(y, 4, 4, 1)


def channel_shuffle(net: Net) -> str:
    x = net.add("Reshape", net.add("Relu", net.conv("x", 3, 8)), net.constant(np.array([-1, 2, 4, 16, 16])))
    x = net.add("Reshape", net.add("Transpose", x, perm=[0, 2, 1, 3, 4]), net.constant(np.array([-1, 8, 16, 16])))
    kept, x = net.add("Split", x, net.constant(np.array([4, 4])), outputs=2, axis=1)
    x = net.add("Concat", kept, net.add("Relu", net.conv(x, 4, 4)), axis=1)
    x = net.add("Slice", x, *(net.constant(np.array([bound])) for bound in (1, 2**62, 2, 2)))
    x = net.add("Reshape", net.add("Transpose", x, perm=[0, 2, 3, 1]), net.constant(np.array([-1, 1024])))
    return net.gemm(x, 1024, 6, transposed=0)


def perceptron(net: Net) -> str:
    x = net.add("MatMul", net.add("Flatten", "x"), net.numbers(768, 64, spread=0.05))
    x = net.gemm(net.add("Relu", net.add("Add", x, net.numbers(64))), 64, 32)
    x = net.add("MatMul", net.add("Tanh", x), net.numbers(32, 10))
    return net.add("Softmax", x, axis=-1)


def softmaxes(net: Net) -> str:
    x = net.conv(net.add("Softmax", net.conv("x", 3, 7), axis=1), 7, 5)
    return net.add("Softmax", x, axis=3)


NETWORKS: dict[str, Callable[[Net], str]] = {
    rule.__name__: rule
    for rule in (
        mobilenet_v2,
        residual,
        squeeze_and_excite,
        odd_windows,
        automatic_padding,
        activations,
        composed_functions,
        channel_shuffle,
        perceptron,
        softmaxes,
    )
}


def images(seed: int, count: int, shape: tuple[int, ...] = IMAGE) -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 1, shape).astype(np.float32) for _ in range(count)]
