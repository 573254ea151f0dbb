"""The same measurement as ``measure.mjs``, in wasmtime."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import wasmtime
from numpy.typing import NDArray

LEAST_SECONDS = 4e-3
OUTPUT = (2, -121, -128, 127, 1)
"""onnx, a zero point of 7 in u8."""


class Module:
    """An instance of the module; layers are made as ``accord.js`` makes them."""

    def __init__(self, path: Path) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        self._exports = wasmtime.Instance(self._store, wasmtime.Module.from_file(engine, str(path)), []).exports(
            self._store
        )
        self.call("_initialize")
        self._random = np.random.default_rng(0)

    def call(self, name: str, *arguments: int) -> Any:
        """Call an export."""
        return self._exports[name](self._store, *arguments)  # type: ignore[operator]

    def put(self, values: NDArray[Any]) -> int:
        """Copy an array into the module's memory."""
        at = int(self.call("allocate", values.nbytes))
        self._exports["memory"].write(self._store, values.tobytes(), at)  # type: ignore[union-attr]
        return at

    def get(self, at: int, count: int) -> bytearray:
        """Return so many bytes of the module's memory."""
        return self._exports["memory"].read(self._store, at, at + count)  # type: ignore[union-attr]

    def bytes(self, count: int) -> int:
        """Return the address of random bytes."""
        return self.put(self._random.integers(-100, 100, count, np.int8))

    def floats(self, count: int) -> int:
        """Return the address of random float32 numbers."""
        return self.put(self._random.integers(-100, 100, count).astype(np.float32))

    def prepared(self, candidate: str, case: dict[str, Any]) -> Callable[[int], Any]:
        """Return a function that runs a case so many times."""
        size, kernel, depth = case.get("size", 0), case.get("kernel", 1), case["depth"]
        if case["kind"] == "depthwise":
            return self._depthwise(candidate, size, kernel, depth)
        rows, columns = case.get("rows", size * size), case["columns"]
        wide = depth * kernel * kernel if case["kind"] == "conv2d" else depth
        if candidate == "fp32":
            at = self.floats(rows * wide), self.floats(wide * columns), self.call("allocate", 4 * rows * columns)
            return lambda times: self.call("loop_matmul_f32", *at, rows, wide, columns, times)
        if candidate == "tiled":
            at = self.bytes((rows + 3) * wide), self.bytes(wide * columns), self.call("allocate", 4 * rows * columns)
            return lambda times: self.call("loop_matmul_tiled", *at, rows & ~3, wide, columns, times)
        if candidate == "relaxed":
            at = self.bytes(rows * wide), self.bytes(wide * columns), self.call("allocate", 4 * rows * columns)
            return lambda times: self.call("loop_matmul_relaxed", *at, rows, wide, columns, times)
        isa, weight, bias = candidate == "scalar", self.bytes(wide * columns), self.bytes(4 * columns)
        out = self.call("allocate", rows * columns)
        if case["kind"] == "matmul":
            x = self.bytes(rows * depth)
            layer = self.call("matmul_new", isa, depth, columns, weight, bias, 0, 3, self._output())
            return lambda times: self.call("loop_matmul", layer, x, depth, rows, out, columns, times)
        x, window = self.bytes(size * size * depth), self._window(kernel)
        layer = self.call("conv2d_new", isa, window, 1, depth, columns, weight, bias, 0, 3, self._output())
        return lambda times: self.call("loop_conv2d", layer, x, size, depth, out, columns, times)

    def _depthwise(self, candidate: str, size: int, kernel: int, depth: int) -> Callable[[int], Any]:
        out = self.call("allocate", 4 * size * size * depth)
        if candidate == "fp32":
            at = self.floats((size + kernel - 1) ** 2 * depth), self.floats(kernel * kernel * depth)
            return lambda times: self.call("loop_depthwise_f32", *at, out, size, depth, kernel, times)
        x, weight, bias = (self.bytes(count) for count in (size * size * depth, kernel * kernel * depth, 4 * depth))
        made = (candidate == "scalar", self._window(kernel), depth, weight, bias, 0, 3, self._output())
        layer = self.call("depthwise_new", *made)
        return lambda times: self.call("loop_depthwise", layer, x, size, depth, out, depth, times)

    def _output(self) -> int:
        return self.put(np.array([*OUTPUT, self.put(np.float32([1e-3])), 0, 0, 1, 0], np.int32))

    def _window(self, kernel: int) -> int:
        half = (kernel - 1) // 2
        return self.put(np.array([kernel, kernel, 1, 1, 1, 1, half, half, half, half], np.int32))


def _seconds(run: Callable[[int], Any], times: int) -> float:
    start = time.perf_counter()
    run(times)
    return (time.perf_counter() - start) / times


def measure(path: Path, rounds: int, cases: dict[str, dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """Return seconds a call of every case and candidate, which take turns."""
    results = {}
    for name, case in cases.items():
        candidates = ["simd", "scalar", "fp32"] + ["tiled", "relaxed"] * (case["kind"] != "depthwise")
        runs = {one: Module(path).prepared(one, case) for one in candidates}
        times = {one: max(1, int(LEAST_SECONDS / _seconds(run, 3)) + 1) for one, run in runs.items()}
        found: dict[str, list[float]] = {one: [] for one in candidates}
        for _ in range(rounds):
            for one, run in runs.items():
                found[one].append(_seconds(run, times[one]))
        results[name] = found
    return results
