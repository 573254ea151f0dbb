"""One run: which peers there are, what takes part in a case, and all of it measured."""

import importlib.metadata
import importlib.util
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from bench import processor
from bench.kernels import blas, calls, onednn, ort
from bench.kernels.bounds import bounds
from bench.kernels.build import native
from bench.kernels.candidate import accord, check
from bench.kernels.cases import CALL, Case
from bench.kernels.data import draw
from bench.kernels.measure import Result, measure

PACKAGES = ("numpy", "onnxruntime", "torch")


@contextmanager
def one_processor() -> Iterator[int]:
    """Pin this process, libraries' threads included, to its last processor; yield that one's number."""
    allowed = os.sched_getaffinity(0)
    chosen = max(allowed)
    os.sched_setaffinity(0, {chosen})
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        with threadpool_limits(1):
            yield chosen
    finally:
        os.sched_setaffinity(0, allowed)


def has_torch() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def missing() -> list[str]:
    """Return the peers that take no part because they are not installed."""
    return ["oneDNN 2.x (header and library)"] * (not onednn.is_there()) + ["PyTorch"] * (not has_torch())


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, and with what."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES if importlib.util.find_spec(name)}
    if onednn.is_there():
        versions["oneDNN"] = native().onednn_version()
    return {
        "processor": processor.name(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
    }


def run(cases: Iterable[Case], seed: int, rounds: int, advance: Callable[[], None]) -> Iterator[Result]:
    """Check and measure cases one by one. ValueError where a candidate computes anything but what it should."""
    for case in cases:
        yield _call(seed, rounds, advance) if case == CALL else _layer(case, seed, rounds, advance)


def _layer(case: Case, seed: int, rounds: int, advance: Callable[[], None]) -> Result:
    data = draw(case, seed)
    ours = accord(data)
    candidates: list[Any] = [ours]
    if not case.isa:
        candidates += [ort.int8(data), *ort.fp32(data), *blas.candidates(data)]
        if onednn.is_there():
            candidates += [*onednn.candidates(data, "INT8"), *onednn.candidates(data, "FP32")]
        if has_torch():
            from bench.kernels import pytorch

            candidates += [*pytorch.int8(data), *pytorch.fp32(data)]
    off = check(candidates, data)
    if not case.isa:
        candidates += ort.fp32_chain(data)
    result = measure(case, [*candidates, *bounds(case, ours.isa)], rounds, advance)
    result.off = off
    return result


def _call(seed: int, rounds: int, advance: Callable[[], None]) -> Result:
    data = calls.data(seed)
    candidates: list[Any] = [calls.accord(data), calls.onnx_runtime(data)]
    if has_torch():
        from bench.kernels import pytorch

        candidates += pytorch.call(data)
    off = check(candidates, data)
    result = measure(CALL, candidates, rounds, advance)
    result.off = off
    return result
