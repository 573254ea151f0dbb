"""Equalization of a network: the ranges of its channels, measured, and weights scaled by them."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from accord.nn.executor import Executor
from accord.nn.graph import Graph
from accord.nn.passes.equalize import equalized, free_groups
from accord.nn.quantization.calibrate import Batch
from accord.nn.quantization.simplify import simplified


def equalize(graph: Graph, batches: Iterable[Batch], *, progress: Callable[[int], None] | None = None) -> Graph:
    """Return a simplified float32 graph, the same function but for rounding, whose channels have more equal ranges.

    Calibrate and quantize what it returns. A channel's range is the mean over samples of its largest magnitude.
    ``batches`` and ``progress`` as for :func:`calibrate`. ValueError where no batch came.
    """
    simple = simplified(graph)
    names = [name for group in free_groups(simple) for name in group]
    executor = Executor(simple, keep_all=True)
    totals: dict[str, NDArray[np.float64]] = {}
    count = 0
    for count, feeds in enumerate(batches, 1):
        for name, values in executor.run(feeds, names).items():
            channels = np.moveaxis(values, 1, -1) if name in simple.channels_first else values
            largest = np.abs(channels).reshape(len(values), -1, channels.shape[-1]).max(axis=1)
            totals[name] = totals.get(name, 0.0) + largest.sum(axis=0, dtype=np.float64)
        if progress is not None:
            progress(count)
    if not count:
        raise ValueError("batches: none came; equalization needs at least one")
    return equalized(simple, totals)
