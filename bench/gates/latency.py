"""Gate 3: MobileNetV3-Small in INT8 beside the best FP32 that runs here, ONNX Runtime's on one thread.

Both are timed from the Python call with a float32 NCHW array to float32 logits, in turns, on one processor.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import onnx

from accord.nn.executor import Executor
from bench.gates.gate import Outcome
from bench.gates.networks import network
from bench.gates.small import FILE, both, image
from bench.witness.runtime import plain

LEAST, FIRST_MARK, GOAL = 2.5, 3.0, 4.5
WARM, TURNS, TOGETHER = 20, 20, 20
"""Calls before, turns, calls a turn: the first calls of a turn find the other's data in the caches."""


@contextmanager
def one_processor() -> Iterator[None]:
    """Stay on one processor, the last: the first serves interrupts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def in_turns(calls: list[Callable[[], object]]) -> list[float]:
    """Return the median seconds of each call; they take turns, so that all meet the same disturbances."""
    times: list[list[float]] = [[] for _ in calls]
    with one_processor():
        for call in calls * WARM:
            call()
        for _ in range(TURNS):
            for call, found in zip(calls, times, strict=True):
                for _ in range(TOGETHER):
                    start = time.perf_counter()
                    call()
                    found.append(time.perf_counter() - start)
    return [statistics.median(one) for one in times]


def fp32() -> Callable[[], object]:
    """Return a call of ONNX Runtime's FP32 network."""
    session = plain(onnx.load(network(FILE)))
    feeds = {session.get_inputs()[0].name: image()}
    return lambda: session.run(None, feeds)


def seconds(isa: str | None = None) -> list[float]:
    """Return what an image takes in INT8 and in FP32; ``isa`` forces an instruction set of the kernels."""
    executor, feeds = Executor(both()[1], isa=isa), {"x": image()}
    return in_turns([lambda: executor.run(feeds), fp32()])


def measure(isa: str | None = None) -> Outcome:
    """Time both."""
    ours, theirs = seconds(isa)
    told = f"INT8 {ours * 1e3:.3f} ms, ONNX Runtime FP32 {theirs * 1e3:.3f} ms: {theirs / ours:.2f}x"
    return Outcome(f"{told} (at least {LEAST}, first mark {FIRST_MARK}, goal {GOAL})", theirs / ours >= LEAST)


def measure_bad() -> Outcome:
    """Time kernels without vectors: they have to be too slow."""
    return measure("scalar")
