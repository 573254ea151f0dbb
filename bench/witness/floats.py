"""The parts of a network that have no sums of products of bytes: ONNX Runtime computes them, alike on every processor.

A part is what hangs together by tensors of floats. It goes to ONNX Runtime with the DequantizeLinear before and the
QuantizeLinear behind, so that there is fused what is fused in the whole network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from bench.witness.network import Grid, Network, Node
from bench.witness.runtime import plain

Array = NDArray[Any]


@dataclass
class Part:
    """Nodes, in order, and the sessions made of them, one for the shapes that came."""

    network: Network
    grids: Mapping[str, Grid]
    nodes: list[Node] = field(default_factory=list)
    sessions: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def made(self) -> list[str]:
        """The tensors that its nodes make."""
        return [name for node in self.nodes for name in node.outputs if name]

    @property
    def reads(self) -> list[str]:
        """What it needs from elsewhere, constants aside."""
        made, constants = set(self.made), self.network.constants
        names = [name for node in self.nodes for name in node.inputs]
        return list(dict.fromkeys(name for name in names if name and name not in made and name not in constants))

    @property
    def gives(self) -> list[str]:
        """What others read of it, and outputs of the network."""
        inside, network = {id(node) for node in self.nodes}, self.network
        return [
            name
            for name in self.made
            if name in network.outputs or any(id(reader) not in inside for reader in network.readers[name])
        ]

    def compute(self, values: Mapping[str, Array]) -> list[Array]:
        """Compute it; bytes that stand for numbers are dequantized there."""
        feeds = {name: np.ascontiguousarray(values[name]) for name in self.reads}
        key = tuple(array.shape for array in feeds.values())
        if key not in self.sessions:
            self.sessions[key] = plain(self._model(feeds))
        wanted = {info.name for info in self.sessions[key].get_inputs()}
        renamed = {f"{name}/bytes" if name in self.grids else name: array for name, array in feeds.items()}
        named = {name: array for name, array in renamed.items() if name in wanted}
        return list(self.sessions[key].run(self.gives, named))

    def _is_constant(self, name: str) -> bool:
        """Whether it is dequantized from a constant."""
        maker = self.network.maker.get(name)
        return maker is not None and maker.op == "DequantizeLinear" and maker.inputs[0] in self.network.constants

    def _model(self, feeds: Mapping[str, Array]) -> onnx.ModelProto:
        network, infos, nodes, constants = self.network, [], [], {}
        for name, array in feeds.items():
            given = f"{name}/bytes" if name in self.grids else name
            if self._is_constant(name):
                constants[given] = array
            else:
                kind = helper.np_dtype_to_tensor_dtype(array.dtype)
                infos.append(helper.make_tensor_value_info(given, kind, array.shape))
            if name in self.grids:
                its = self.grids[name]
                constants |= {f"{name}/scale": its.scale, f"{name}/zero": its.zero}
                inputs = [given, f"{name}/scale", f"{name}/zero"]
                nodes.append(helper.make_node("DequantizeLinear", inputs, [name], axis=its.axis))
        for node in self.nodes:
            constants |= {name: network.constants[name] for name in node.inputs if name in network.constants}
            nodes.append(node.proto)
        outputs = [helper.make_empty_tensor_value_info(name) for name in self.gives]
        tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
        graph = helper.make_graph(nodes, "part", infos, outputs, tensors)
        model = network.model
        return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
