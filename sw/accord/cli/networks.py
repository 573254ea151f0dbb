"""Networks on the command line: read from a file, fed from an archive, run batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from accord.cli.arrays import Arrays
from accord.cli.errors import Failure
from accord.cli.install import install

if TYPE_CHECKING:
    from accord.nn.executor import Executor
    from accord.nn.graph import Graph, Node

BATCH = 16
"""Samples a run, where there are more: few enough for a bar that moves, enough that calls cost nothing."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn what is raised for a network that importers or layers do not take into a Failure that names its file."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise Failure(f"{path}: {error}") from None


def read_network(path: Path) -> Graph:
    """Return the graph of an ``.onnx`` or ``.tflite`` file."""
    kind = path.suffix.lower()
    importer: Callable[[Path], Graph]
    try:
        if kind == ".onnx":
            from accord.nn.importers.onnx import import_onnx

            importer = import_onnx
        elif kind == ".tflite":
            from accord.nn.importers.tflite import import_tflite

            importer = import_tflite
        else:
            raise Failure(f"{path}: expected a network's file, .onnx or .tflite")
    except ModuleNotFoundError as error:
        raise Failure(f"Error: {error}; install what this needs: {install(kind[1:])}") from None
    try:
        with naming(path):
            return importer(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def input_shape(graph: Graph, name: str) -> tuple[int | None, ...]:
    """Return the shape of an input as its file has it; None: any number."""
    shape = graph.values[name].shape
    return (shape[0], shape[3], shape[1], shape[2]) if name in graph.channels_first else shape


def feeds_of(graph: Graph, arrays: Arrays, path: Path) -> Arrays:
    """Return an array for each input, checked. The only array of a file serves the only input under any name."""
    if len(arrays) == len(graph.inputs) == 1:
        arrays = {graph.inputs[0]: next(iter(arrays.values()))}
    missing, unknown = set(graph.inputs) - set(arrays), set(arrays) - set(graph.inputs)
    if missing or unknown:
        raise Failure(
            f"{path}: expected arrays {_listed(graph.inputs)}, the inputs of the network, got {_listed(arrays)}; "
            + (f"add {_listed(sorted(missing))}" if missing else f"leave out {_listed(sorted(unknown))}")
        )
    for name in graph.inputs:
        _check(graph, name, arrays[name], path)
    return {name: arrays[name] for name in graph.inputs}


def batches_of(graph: Graph, feeds: Arrays, path: Path) -> list[Arrays]:
    """Divide what is fed: runs of BATCH samples where the batch is open, of the network's own size where it is fixed.

    A network that looks across samples gets all of them at once.
    """
    counts = {name: len(x) for name, x in feeds.items() if x.ndim}
    is_open = [name for name in counts if graph.values[name].shape[0] is None]
    batched = is_open or list(counts)
    if len({counts[name] for name in batched}) != 1 or 0 in counts.values():
        shown = ", ".join(f"{name!r} {counts[name]}" for name in batched)
        raise Failure(f"{path}: samples along the first axis: {shown}; expected one number for all, at least 1")
    count = counts[batched[0]]
    size = BATCH if is_open else int(graph.values[batched[0]].shape[0] or 1)
    if not _keeps_samples_apart(graph):
        if not is_open and count != size:
            raise Failure(f"{path}: {count} samples, the network takes {size} at once and mixes them; give {size}")
        return [feeds]
    return [
        {name: x[at : at + size] if name in batched else x for name, x in feeds.items()} for at in range(0, count, size)
    ]


def run_batches(executor: Executor, batches: list[Arrays], names: list[str], advance: Callable[[int], None]) -> Arrays:
    """Run all batches and join what they give along the first axis."""
    parts: list[Mapping[str, NDArray[Any]]] = []
    with np.errstate(over="ignore", invalid="ignore"):  # an infinity of a float32 network is its result
        for batch in batches:
            parts.append(executor.run(batch, names))
            advance(len(parts))
    if len(parts) == 1:
        return dict(parts[0])
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _check(graph: Graph, name: str, x: NDArray[Any], path: Path) -> None:
    dtype, shape = graph.values[name].dtype, input_shape(graph, name)
    where = f"{path}: array {name!r}"
    if x.dtype != dtype:
        remedy = f"x.astype(numpy.{dtype})" if dtype == np.float32 else "quantize it as the network's input is"
        raise Failure(f"{where}: expected {dtype}, got {x.dtype}; {remedy}")
    first = shape[:1] if not x.ndim or not shape or shape[0] is None or x.shape[0] % shape[0] else x.shape[:1]
    if len(x.shape) != len(shape) or any(b not in (None, a) for a, b in zip(x.shape, first + shape[1:], strict=True)):
        sizes = ", ".join("n" if size is None else str(size) for size in shape)
        raise Failure(f"{where}: expected shape ({sizes}), got {x.shape}; the first axis counts samples")


def _keeps_samples_apart(graph: Graph) -> bool:
    """Whether every operation has the samples along the first axis, and looks at each alone."""
    return all(_is_apart(graph, node) for node in graph.nodes)


def _is_apart(graph: Graph, node: Node) -> bool:
    from accord.nn.graph import AxisAttributes, PadAttributes, SliceAttributes, TransposeAttributes

    given = [graph.values[name].shape[:1] for name in node.inputs if name not in graph.constants]
    if any(first != graph.values[node.output].shape[:1] or not first for first in given):
        return False
    match node.attributes:
        case AxisAttributes(axis) | SliceAttributes(axis):
            return axis != 0
        case TransposeAttributes(axes):
            return axes[0] == 0
        case PadAttributes(before, after):
            return before[0] == after[0] == 0
    return True


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in names) or "none"
