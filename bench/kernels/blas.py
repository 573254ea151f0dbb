"""NumPy: FP32 products by its BLAS. Its INT8 has no fast path: int32 products are shown in one small case."""

import time

import numpy as np

from bench.kernels.candidate import Kind
from bench.kernels.data import Array, Data, aligned

MOST_INT32_OPERATIONS = 10_000_000


class Product:
    """``np.matmul`` into a given array; the loop is Python's, a few tenths of a microsecond a call."""

    def __init__(self, name: str, kind: Kind, x: Array, weights: list[Array]) -> None:
        self.name, self.kind, self.exact = name, kind, True
        self._x, self._weights = x, weights
        self._out = aligned(np.zeros((x.shape[0], weights[0].shape[1]), x.dtype))

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations."""
        x, out, matmul = self._x, self._out, np.matmul
        for weight in self._weights:
            matmul(x, weight, out)
        start = time.process_time()
        for _ in range(rotations):
            for weight in self._weights:
                matmul(x, weight, out)
        return time.process_time() - start

    def output(self, copy: int) -> Array:
        """Return what a copy computes."""
        return np.matmul(self._x, self._weights[copy])


def candidates(data: Data) -> list[Product]:
    """Return the FP32 product, and the int32 product where that takes no age; none of convolutions."""
    if data.case.operation != "product":
        return []
    made = [Product("NumPy FP32", "FP32", data.x_float, list(data.weights_float))]
    if data.case.operations <= MOST_INT32_OPERATIONS:
        made.append(Product("NumPy int32", "INT8", data.x.astype(np.int32), [w.astype(np.int32) for w in data.weights]))
    return made
