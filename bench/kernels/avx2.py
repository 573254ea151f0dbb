"""``make bench ONLY=avx2``: accord's exact AVX2 kernels beside FP32 of libraries that are kept to AVX2.

INT8 on AVX2 that rounds nothing is bounded: of operands widened to 16 bits, a multiplication and an addition make 16
products, and one instruction of FP32 makes 8. The peaks of both are measured in the same rounds. The libraries' own
switches keep them to AVX2; ONNX Runtime has none, and takes no part.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console

from accord.kernels import dot
from accord.sim.seed import seed
from bench.kernels import blas, onednn
from bench.kernels.bounds import bounds
from bench.kernels.candidate import Kind, accord, check
from bench.kernels.cases import Case, Target
from bench.kernels.data import Array, Data, draw
from bench.kernels.measure import ROUNDS, Result, measure
from bench.kernels.page import PAGE, put
from bench.kernels.session import has_torch, one_processor
from bench.processor import header, lacks

ISA = "avx2"
LIMITS = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
"""Read when the libraries are loaded."""
PEAK = "fp32.256"
DOT = "cpu.avx2.dot.262144"


def _case(name: str, operation: Any, rows: int, depth: int, columns: int, promise: float, kernel: int = 1) -> Case:
    return Case(name, operation, rows, depth, columns, (Target("x best FP32", promise),), kernel, ISA)


CASES = (
    _case("cpu.avx2.conv3.28x128", "convolution", 28**2, 128, 128, 2, kernel=3),
    _case("cpu.avx2.dw3.28x120", "depthwise", 28**2, 1, 120, 2, kernel=3),
    _case("cpu.avx2.dw5.14x240", "depthwise", 14**2, 1, 240, 2, kernel=5),
    _case("cpu.avx2.gemm512", "product", 512, 512, 512, 3),
    _case(DOT, "product", 1, 262144, 1, 4),
)
"""With what the source document promises of each, times FP32."""
BEGIN, END = "<!-- begin: make bench ONLY=avx2 DOCS=1 -->\n", "<!-- end: avx2 -->\n"
HEAD = (
    "| case | us | GOPS | of exact peak | best FP32 on AVX2 | times FP32 | promised | peaks' ratio |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


class Dot:
    """``accord.kernels.dot``, called from Python."""

    name, isa, exact = "accord avx2", ISA, True
    kind: Kind = "accord"

    def __init__(self, data: Data) -> None:
        self._x, self._weights = data.x[0], [weight[:, 0].copy() for weight in data.weights]

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations."""
        start = time.process_time()
        for _ in range(rotations):
            for weight in self._weights:
                dot(self._x, weight, isa=ISA)
        return time.process_time() - start

    def output(self, copy: int) -> Array:
        """Return what a copy computes."""
        return np.array([[dot(self._x, self._weights[copy], isa=ISA)]], np.int32)


def _measured(case: Case, number: int, rounds: int) -> Result:
    data = draw(case, number)
    ours: Any = Dot(data) if case.id == DOT else accord(data)
    peers: list[Any] = [one for one in blas.candidates(data) if one.kind == "FP32"]
    if onednn.is_there() and case.id != DOT:
        peers += onednn.candidates(data, "FP32")
    if has_torch() and case.id != DOT:
        from bench.kernels import pytorch

        peers += pytorch.fp32(data)
    check([ours, *peers], data)
    limits = [one for one in bounds(case, ISA) if one.kind != "FP32 peak" or one.name == PEAK]
    return measure(case, [ours, *peers, *limits], rounds)


def _row(result: Result) -> str:
    name, ratio, part = result.best("FP32"), result.speedup("FP32"), result.speedup("INT8 peak")
    assert part is not None
    peaks = result.median(PEAK) / result.median(ISA)
    reading = result.speedup("read")
    of_peak = f"{100 * part:.0f} %" if reading is None else f"{200 * reading:.0f} % of reading both"
    promise = result.case.targets[0].bound
    peer = f"{result.gops(name):.0f} {name.replace(' FP32', '')}" if name else "none installed"
    times = "" if ratio is None else f"{ratio:.2f}"
    figures = f"{result.median(result.ours) * 1e6:.2f} | {result.gops(result.ours):.0f} | {of_peak}"
    return f"| `{result.case.id}` | {figures} | {peer} | {times} | {promise:g} | {peaks:.2f} |\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write down if asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernels.avx2", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--docs", action="store_true", help="put the table into docs/kernels.md as well")
    options = parser.parse_args(arguments)
    if any(os.environ.get(name) != value for name, value in LIMITS.items()):
        os.execve(sys.executable, [sys.executable, "-m", "bench.kernels.avx2", *sys.argv[1:]], os.environ | LIMITS)
    print(header())
    if lack := lacks(ISA):
        print(lack)
        return 0
    console = Console(stderr=True)
    with one_processor(), console.status("measuring") as status:
        rows = []
        for case in CASES:
            status.update(case.id)
            rows.append(_row(_measured(case, seed(), options.rounds)))
    text = HEAD + "".join(rows)
    print(text)
    if options.docs:
        put(text, PAGE, BEGIN, END)
    return 0


if __name__ == "__main__":
    sys.exit(main())
