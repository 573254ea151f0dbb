"""Gate 4: MobileNetV3-Small's memory in INT8 beside FP32, both run by this project's executor.

- weights: the constants of the graphs;
- activations: the arenas of the two plans, for one image;
- process: what preparing and running one image leaves allocated, by the C library's own count, in a process each: the
  weights as the kernels pack them, the arena and all that layers keep.
"""

import ctypes
import gc
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from accord.nn.executor import Executor
from accord.nn.graph import Graph
from bench.gates.gate import Outcome
from bench.gates.small import both, image

LEAST = 3.5


class _Counts(ctypes.Structure):
    """The C library's ``struct mallinfo2``."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )


def allocated() -> int:
    """Return the bytes that are allocated now, large blocks of their own included."""
    gc.collect()
    count = ctypes.CDLL(None).mallinfo2
    count.restype = _Counts
    found = count()
    return int(found.uordblks + found.hblkhd)


def kept_by_executor(path: Path) -> int:
    """Return what an executor of a pickled graph keeps allocated once it has run an image."""
    graph, feeds = pickle.loads(path.read_bytes()), {"x": image()}
    before = allocated()
    executor = Executor(graph)
    executor.run(feeds)
    return allocated() - before


def in_a_process(graph: Graph) -> int:
    """Return :func:`kept_by_executor` of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph"
        path.write_bytes(pickle.dumps(graph))
        command = [sys.executable, "-m", __name__, str(path)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(real: Graph, made: Graph) -> Outcome:
    """Compare two networks in all three ways; the least ratio counts."""
    parts = {
        "weights": [sum(data.nbytes for data in graph.constants.values()) for graph in (real, made)],
        "activations": [Executor(graph).plan().size for graph in (real, made)],
        "process": [in_a_process(graph) for graph in (real, made)],
    }
    told = [
        f"{name} {large / 2**20:.2f} to {small / 2**20:.2f} MiB, {large / small:.2f}x"
        for name, (large, small) in parts.items()
    ]
    least = min(large / small for large, small in parts.values())
    return Outcome(f"{'; '.join(told)} (at least {LEAST})", least >= LEAST)


def measure() -> Outcome:
    """Compare INT8 with FP32."""
    return compare(*both())


def measure_bad() -> Outcome:
    """Compare FP32 with itself."""
    return compare(both()[0], both()[0])


if __name__ == "__main__":
    print(kept_by_executor(Path(sys.argv[1])))
