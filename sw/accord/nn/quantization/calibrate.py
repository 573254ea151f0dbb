"""Calibration of a graph: its activations in float32, observed batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration import METHODS as TENSOR_METHODS
from accord.nn.calibration import Observer, Record, Relative, observe
from accord.nn.executor import Executor
from accord.nn.graph import Graph
from accord.nn.quantization.ranges import calibrated_values
from accord.nn.quantization.simplify import simplified

Batch = Mapping[str, NDArray[Any]]
METHODS: dict[str, Callable[[], Observer]] = {**TENSOR_METHODS, Relative.method: Relative}
"""By name: those of a tensor, and the one that knows of samples."""


def calibrate(
    graph: Graph,
    batches: Iterable[Batch],
    method: str | Callable[[], Observer] = "minmax",
    *,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Record]:
    """Return a record for every activation of a float32 graph that needs a range.

    ``batches``: feeds as an executor takes them, one at a time; memory does not grow with their number. ``method``: a
    name of :data:`METHODS`, or what makes an observer. ``progress`` is called with the number of
    batches seen, after each. ValueError and TypeError for an unknown method, no batch, or feeds that do not fit.
    """
    if isinstance(method, str) and method not in METHODS:
        raise ValueError(f"method={method!r}: expected one of {', '.join(METHODS)}")
    make = METHODS[method] if isinstance(method, str) else method
    simple = simplified(graph)
    names = calibrated_values(simple)
    executor = Executor(simple, keep_all=True)

    def activations() -> Iterator[dict[str, NDArray[np.float32]]]:
        for count, feeds in enumerate(batches, 1):
            yield executor.run(feeds, names)
            if progress is not None:
                progress(count)

    found = observe(activations(), make)
    if not found:
        raise ValueError("batches: none came; calibration needs at least one")
    return {name: observer.record() for name, observer in found.items()}
