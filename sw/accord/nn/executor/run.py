"""Runs a graph: layers prepared once, activations in one block of memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.executor.plan import Plan, make_plan
from accord.nn.executor.prepare import Layer, Preparer
from accord.nn.graph import Graph, Node, Op
from accord.nn.graph.ir import ContractName

TO_NHWC, TO_NCHW = (0, 2, 3, 1), (0, 3, 1, 2)


@dataclass(frozen=True)
class LayerTime:
    """One step of a run."""

    name: str
    op: str
    output: str
    seconds: float


class _Bound:
    """A graph for one batch: every call has its memory already."""

    def __init__(self, graph: Graph, layers: list[Layer], batch: int, keep: bool) -> None:
        self.plan = make_plan(graph, batch, keep)
        self.arena = np.zeros(self.plan.size, np.uint8)
        self.views: dict[str, NDArray[Any]] = {
            name: self._view(graph, name, offset) for name, offset in self.plan.offsets.items()
        }
        given = {**self.views, **graph.constants}
        self.steps = [
            partial(layer, *self._operands(node, given), out=self.views[node.output])
            for layer, node in zip(layers, graph.nodes, strict=True)
        ]

    def _view(self, graph: Graph, name: str, offset: int) -> NDArray[Any]:
        shape, dtype = self.plan.shapes[name], graph.values[name].dtype
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        return self.arena[offset : offset + size].view(dtype).reshape(shape)

    @staticmethod
    def _operands(node: Node, given: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return what a layer is called with: weights and the like it has already."""
        names = node.inputs[:1] if node.op in (Op.CONV, Op.LINEAR, Op.BATCH_NORM) else node.inputs
        return [given[name] for name in names]


class Executor:
    """A network that is ready to run: ``executor.run({"x": x})``.

    ``contract``: the rules of requantization; None for those of the file the graph came from. ``isa``: forces an
    instruction set, as in :mod:`accord.kernels`. ``keep_all``: every activation keeps its memory, so that
    :meth:`run` can give any of them. ValueError names the node that cannot be prepared.

    Memory is planned at the first run of each batch size; after that a run allocates nothing but what it
    returns, averages over windows and softmax under ``onnx`` and weights in two parts excepted.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        contract: ContractName | None = None,
        isa: str | None = None,
        keep_all: bool = False,
    ) -> None:
        graph.check()
        self.graph = graph
        preparer = Preparer(graph, contract or graph.contract, isa)
        self._layers = [preparer.layer(node) for node in graph.nodes]
        self._keep = keep_all
        self._bound: dict[int, _Bound] = {}

    def run(self, feeds: Mapping[str, NDArray[Any]], names: list[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return the outputs, or the values named, each in the layout its file has.

        ValueError and TypeError name the input that is missing, unknown, of another shape or another dtype.
        """
        bound = self._feed(feeds)
        for step in bound.steps:
            step()
        return {name: self._taken(bound, name) for name in (self.graph.outputs if names is None else names)}

    def profile(self, feeds: Mapping[str, NDArray[Any]]) -> list[LayerTime]:
        """Run, and return what each step took."""
        bound = self._feed(feeds)
        times = []
        for node, step in zip(self.graph.nodes, bound.steps, strict=True):
            start = time.perf_counter()
            step()
            times.append(LayerTime(node.name, node.op.value, node.output, time.perf_counter() - start))
        return times

    def plan(self, batch: int = 1) -> Plan:
        """Return where activations lie for a batch."""
        return self._bind(batch).plan

    def _bind(self, batch: int) -> _Bound:
        if batch not in self._bound:
            self._bound[batch] = _Bound(self.graph, self._layers, batch, self._keep)
        return self._bound[batch]

    def _feed(self, feeds: Mapping[str, NDArray[Any]]) -> _Bound:
        unknown = set(feeds) - set(self.graph.inputs)
        missing = set(self.graph.inputs) - set(feeds)
        if unknown or missing:
            raise ValueError(f"feeds: expected {', '.join(self.graph.inputs)}, got {', '.join(feeds) or 'nothing'}")
        bound = self._bind(self._batch(feeds))
        for name in self.graph.inputs:
            x = feeds[name]
            bound.views[name][...] = x.transpose(TO_NHWC) if name in self.graph.channels_first else x
        return bound

    def _batch(self, feeds: Mapping[str, NDArray[Any]]) -> int:
        """Return the batch that the inputs have; ValueError and TypeError for an input that does not fit."""
        batches = set()
        for name in self.graph.inputs:
            value, x = self.graph.values[name], feeds[name]
            shape = value.shape
            if name in self.graph.channels_first:
                shape = tuple(shape[axis] for axis in TO_NCHW)
            if not isinstance(x, np.ndarray) or x.dtype != value.dtype:
                raise TypeError(f"{name}: expected a NumPy array of {value.dtype}, got {getattr(x, 'dtype', type(x))}")
            fits = len(x.shape) == len(shape) and all(b in (None, a) for a, b in zip(x.shape, shape, strict=True))
            if not fits:
                raise ValueError(f"{name}: expected shape {shape}, got {x.shape}")
            if None in shape:
                batches.add(x.shape[0])
        if len(batches) > 1:
            raise ValueError(f"feeds: inputs of one batch expected, got {sorted(batches)}")
        return batches.pop() if batches else 1

    def _taken(self, bound: _Bound, name: str) -> NDArray[Any]:
        if name in self.graph.constants:
            return self.graph.constants[name].copy()
        if name not in bound.views:
            raise ValueError(f"names: {name} is no activation of the network")
        if not self._keep and name not in self.graph.outputs:
            raise ValueError(f"names: {name} is no output; keep_all=True keeps every activation")
        found = bound.views[name]
        return np.array(found.transpose(TO_NCHW) if name in self.graph.channels_first else found, order="C")
