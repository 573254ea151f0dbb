"""The trained network as an FP32 ONNX file, opset 17, IR version 8; BatchNorm stays a node of its own."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from bench.digits.model import CLASSES, Block, DigitsNet, Squeeze, Unit

OPSET, IR_VERSION = 17, 8


class Writer:
    """Nodes and weights so far; every method takes the name of a tensor and returns that of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def model(self, net: DigitsNet) -> onnx.ModelProto:
        """Return the network: ``image`` (n, 1, 8, 8) to ``logits`` (n, 10)."""
        x = self._unit(net.stem, "image", "stem")
        for number, block in enumerate(net.blocks):
            assert isinstance(block, Block)
            x = self._block(block, x, f"block{number}")
        pooled = self._node("GlobalAveragePool", "pool", self._unit(net.head, x, "head"))
        hidden = self._linear(net.hidden, self._node("Flatten", "pooled", pooled), "hidden")
        self._linear(net.classes, self._node("HardSwish", "hidden/act", hidden), "logits")
        graph = helper.make_graph(
            self.nodes,
            "digits_mobilenetv3",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES])],
            self.weights,
        )
        opset = helper.make_opsetid("", OPSET)
        made = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="accord")
        onnx.checker.check_model(made, full_check=True)
        return made

    def _node(self, op: str, name: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def _weight(self, name: str, data: NDArray[np.float32]) -> str:
        self.weights.append(numpy_helper.from_array(data, name))
        return name

    def _parameters(self, module: nn.Module, name: str, *wanted: str) -> list[str]:
        state = module.state_dict()
        return [self._weight(f"{name}.{entry}", state[entry].numpy()) for entry in wanted if entry in state]

    def _conv(self, conv: nn.Conv2d, x: str, name: str) -> str:
        padding = [int(size) for size in conv.padding]
        return self._node(
            "Conv",
            name,
            x,
            *self._parameters(conv, name, "weight", "bias"),
            kernel_shape=conv.kernel_size,
            strides=conv.stride,
            pads=padding * 2,
            group=conv.groups,
        )

    def _unit(self, unit: Unit, x: str, name: str) -> str:
        conv, norm = unit[0], unit[1]
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        statistics = self._parameters(norm, f"{name}/norm", "weight", "bias", "running_mean", "running_var")
        x = self._conv(conv, x, f"{name}/conv")
        x = self._node("BatchNormalization", f"{name}/norm", x, *statistics, epsilon=norm.eps)
        if len(unit) == 2:
            return x
        return self._node("HardSwish" if isinstance(unit[2], nn.Hardswish) else "Relu", f"{name}/act", x)

    def _squeeze(self, squeeze: Squeeze, x: str, name: str) -> str:
        mean = self._node("GlobalAveragePool", f"{name}/mean", x)
        reduced = self._node("Relu", f"{name}/relu", self._conv(squeeze.reduce, mean, f"{name}/reduce"))
        expanded = self._conv(squeeze.expand, reduced, f"{name}/expand")
        gate = self._node("HardSigmoid", f"{name}/gate", expanded, alpha=1 / 6, beta=0.5)
        return self._node("Mul", f"{name}/scaled", x, gate)

    def _block(self, block: Block, x: str, name: str) -> str:
        y = self._unit(block.depthwise, self._unit(block.expand, x, f"{name}/expand"), f"{name}/depthwise")
        if block.squeeze is not None:
            y = self._squeeze(block.squeeze, y, f"{name}/squeeze")
        y = self._unit(block.project, y, f"{name}/project")
        return self._node("Add", f"{name}/sum", x, y) if block.is_residual else y

    def _linear(self, linear: nn.Linear, x: str, name: str) -> str:
        return self._node("Gemm", name, x, *self._parameters(linear, name, "weight", "bias"), transB=1)
