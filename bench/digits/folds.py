"""INT8 beside FP32 over all 1,797 digits, each classified by the network that did not see it, for every method."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.nn.executor import Executor
from accord.nn.graph import Graph
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization import calibrate, equalize, quantize_graph
from accord.nn.quantization.calibrate import METHODS
from bench.digits.data import Fold, folds, path

CALIBRATING = 100
"""Images, the first of those a network was trained on."""
BATCH = 50
LIMIT, TARGET = 0.01, 0.002
"""Of accuracy, that INT8 may differ by."""


@dataclass(frozen=True)
class Row:
    """One method: how many images of each fold INT8 and FP32 have right, and how many they see alike."""

    method: str
    images: tuple[int, ...]
    int8: tuple[int, ...]
    fp32: tuple[int, ...]
    alike: tuple[int, ...]

    @property
    def difference(self) -> float:
        """Accuracy of INT8 less that of FP32, over all folds."""
        return (sum(self.int8) - sum(self.fp32)) / sum(self.images)


def measure(weight_bits: int = 8) -> Iterator[Row]:
    """Yield a row a method, weights of 8 or 7 bits."""
    parts = folds()
    graphs = [import_onnx(path(number)) for number in range(len(parts))]
    real = [classes(graph, part) for graph, part in zip(graphs, parts, strict=True)]
    fp32 = tuple(right(found, part) for found, part in zip(real, parts, strict=True))
    for method in METHODS:
        made = [quantized(graph, part, method, weight_bits) for graph, part in zip(graphs, parts, strict=True)]
        found = [classes(graph, part) for graph, part in zip(made, parts, strict=True)]
        yield Row(
            method,
            tuple(len(part.test_labels) for part in parts),
            tuple(right(one, part) for one, part in zip(found, parts, strict=True)),
            fp32,
            tuple(int((one == other).sum()) for one, other in zip(found, real, strict=True)),
        )


def quantized(graph: Graph, fold: Fold, method: str, weight_bits: int = 8) -> Graph:
    """Return an FP32 network in INT8, calibrated on images that it was trained on."""
    images = fold.train_images[:CALIBRATING]
    batches = [{"image": images[at : at + BATCH]} for at in range(0, CALIBRATING, BATCH)]
    even = equalize(graph, batches)
    return quantize_graph(even, calibrate(even, batches, method), weight_bits=weight_bits)


def classes(graph: Graph, fold: Fold) -> NDArray[np.int64]:
    """Return what a network takes the images held out for."""
    found: NDArray[np.int64] = Executor(graph).run({"image": fold.test_images})["logits"].argmax(axis=1)
    return found


def right(found: NDArray[np.int64], fold: Fold) -> int:
    """Return how many are what they are."""
    return int((found == fold.test_labels).sum())


def table(rows: list[Row]) -> Iterator[str]:
    """Yield the lines of a table: images right, by fold, and what INT8 changes in all."""
    count = sum(rows[0].images)
    titles = "".join(f"fold {number:<3}" for number in range(len(rows[0].images)))
    yield f"{'':12}{titles}     all    accuracy   INT8-FP32"
    yield _line("images", rows[0].images)
    yield f"{_line('FP32', rows[0].fp32)}   {100 * sum(rows[0].fp32) / count:7.2f} %"
    for row in rows:
        share = f"{100 * sum(row.int8) / count:7.2f} %   {100 * row.difference:+8.2f} %"
        yield f"{_line(row.method, row.int8)}   {share}   {count - sum(row.alike)} seen otherwise"


def _line(name: str, numbers: tuple[int, ...]) -> str:
    return f"{name:12}{''.join(f'{number:6}  ' for number in numbers)}{sum(numbers):8,}"
