"""Runs a graph: layers prepared once, activations in one block of memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import quantize, quantize_image
from accord.nn.executor.bound import Bound
from accord.nn.executor.fuse import Fused, fuse
from accord.nn.executor.plan import Plan
from accord.nn.executor.prepare import Preparer
from accord.nn.graph import Graph
from accord.nn.graph.ir import ContractName

TO_NHWC, TO_NCHW = (0, 2, 3, 1), (0, 3, 1, 2)


@dataclass(frozen=True)
class LayerTime:
    """One step of a run."""

    name: str
    op: str
    output: str
    seconds: float


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
        self._contract: ContractName = contract or graph.contract
        self._isa, self._keep = isa, keep_all
        self._fused = Fused(graph, {}) if keep_all else fuse(graph)
        preparer = Preparer(self._fused.graph, self._contract, isa)
        self._layers = [preparer.layer(node) for node in self._fused.graph.nodes]
        self._bound: dict[int, Bound] = {}

    def run(self, feeds: Mapping[str, NDArray[Any]], names: list[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return the outputs, or the values named, each in the layout its file has.

        ValueError and TypeError name the input that is missing, unknown, of another shape or another dtype.
        """
        bound = self._given(feeds)
        for name, x in feeds.items():
            self._feed(bound, name, x)
        bound.run()
        return {name: self._taken(bound, name) for name in (self.graph.outputs if names is None else names)}

    def profile(self, feeds: Mapping[str, NDArray[Any]]) -> list[LayerTime]:
        """Run, and return what each step took; taking in an input is a step as well."""
        bound = self._given(feeds)
        times = []
        for name, x in feeds.items():
            start = time.perf_counter()
            self._feed(bound, name, x)
            times.append(LayerTime(f"input {name}", "input", name, time.perf_counter() - start))
        times += [LayerTime(node.name, node.op.value, node.output, seconds) for node, seconds in bound.timed()]
        return times

    def plan(self, batch: int = 1) -> Plan:
        """Return where activations lie for a batch."""
        return self._bind(batch).plan

    def _bind(self, batch: int) -> Bound:
        if batch not in self._bound:
            self._bound[batch] = Bound(self._fused.graph, self._layers, batch, self._keep)
        return self._bound[batch]

    def _given(self, feeds: Mapping[str, NDArray[Any]]) -> Bound:
        """Return the memory for a batch of the size that is given, its inputs checked."""
        unknown = set(feeds) - set(self.graph.inputs)
        missing = set(self.graph.inputs) - set(feeds)
        if unknown or missing:
            raise ValueError(f"feeds: expected {', '.join(self.graph.inputs)}, got {', '.join(feeds) or 'nothing'}")
        return self._bind(self._batch(feeds))

    def _feed(self, bound: Bound, name: str, x: NDArray[Any]) -> None:
        """Take in an input, quantized at once where nothing else reads it."""
        is_planar = name in self.graph.channels_first
        if name not in self._fused.quantized:
            bound.views[name][...] = x.transpose(TO_NHWC) if is_planar else x
            return
        output = self._fused.quantized[name].output
        params = self.graph.values[output].params
        assert params is not None
        (quantize_image if is_planar else quantize)(
            np.ascontiguousarray(x),
            float(params.scale),
            int(params.zero_point),
            dtype=params.dtype,
            contract=self._contract,
            out=bound.views[output],
            isa=self._isa,
        )

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

    def _taken(self, bound: Bound, name: str) -> NDArray[Any]:
        if name in self.graph.constants:
            return self.graph.constants[name].copy()
        if name not in bound.views:
            raise ValueError(f"names: {name} is no activation of the network")
        if not self._keep and name not in self.graph.outputs:
            raise ValueError(f"names: {name} is no output; keep_all=True keeps every activation")
        found = bound.views[name]
        return np.array(found.transpose(TO_NCHW) if name in self.graph.channels_first else found, order="C")
