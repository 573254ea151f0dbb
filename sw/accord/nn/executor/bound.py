"""A graph for one batch size: every call has its memory already."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Calls
from accord.nn.executor.plan import make_plan
from accord.nn.executor.prepare import Layer
from accord.nn.graph import Graph, Node, Op

HAVE_THEM = (Op.CONV, Op.LINEAR, Op.BATCH_NORM)
"""Operations whose layers have their weights and the like already."""


class Bound:
    """Layers on fixed memory. Kernels that follow one another are one call of Python."""

    def __init__(self, graph: Graph, layers: list[Layer], batch: int, keep: bool) -> None:
        self.plan = make_plan(graph, batch, keep)
        self._arena = np.zeros(self.plan.size, np.uint8)
        self.views: dict[str, NDArray[Any]] = {
            name: self._view(graph, name, offset) for name, offset in self.plan.offsets.items()
        }
        self._steps = list(self._made(graph, layers))
        self._runs: list[Callable[[], Any]] = []
        calls: Calls | None = None
        for _, step, is_native in self._steps:
            if not is_native:
                self._runs.append(step)
                calls = None
                continue
            if calls is None:
                calls = Calls()
                self._runs.append(calls)
            with calls:
                step()

    def run(self) -> None:
        """Compute every activation from the inputs, which are in their views."""
        for run in self._runs:
            run()

    def timed(self) -> Iterator[tuple[Node, float]]:
        """Do the same step by step; yield what each took, in seconds."""
        for node, step, is_native in self._steps:
            calls = Calls()
            if is_native:
                with calls:
                    step()
            start = time.perf_counter()
            (calls if is_native else step)()
            yield node, time.perf_counter() - start

    def _made(self, graph: Graph, layers: list[Layer]) -> Iterator[tuple[Node, Callable[[], Any], bool]]:
        """Yield a call for each node that does anything, and whether kernels are all it calls."""
        given: Mapping[str, NDArray[Any]] = {**self.views, **graph.constants}
        for layer, node in zip(layers, graph.nodes, strict=True):
            operands = [given[name] for name in (node.inputs[:1] if node.op in HAVE_THEM else node.inputs)]
            out = self.views[node.output]
            if node.op is Op.RESHAPE and operands[0].ctypes.data == out.ctypes.data:
                continue  # the plan gives both the same memory
            is_native = getattr(layer, "is_native", None)
            yield node, partial(layer, *operands, out=out), is_native is not None and is_native(*operands)

    def _view(self, graph: Graph, name: str, offset: int) -> NDArray[Any]:
        shape, dtype = self.plan.shapes[name], graph.values[name].dtype
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        return self._arena[offset : offset + size].view(dtype).reshape(shape)
