"""What the processor can do, as candidates: the time that a case would take at its peak."""

from dataclasses import dataclass
from typing import Any

from bench.kernels.build import native
from bench.kernels.candidate import Kind
from bench.kernels.cases import Case

VNNI = ("vnni512", "vnni256")
INT8_PEAKS = {"avx512vbmi": VNNI, "avx512vnni": VNNI, "vnni256": VNNI, "avx2": ("avx2",)}
"""By the instruction set that accord runs on: the loops that bound it."""
FP32_PEAKS = ("fp32.512", "fp32.256")
READ_BYTES = (16 << 10, 512 << 10, 4 << 20)
"""Inside the first, the second and the third cache of most processors."""
CALLS = 200
"""Of a peak, a sample."""
READS = 25


def _label(size: int) -> str:
    return f"{size >> 10:,} KiB"


@dataclass
class Bound:
    """A native loop whose work a call is known, scaled to the work of a case."""

    name: str
    kind: Kind
    loop: Any
    calls: int
    scale: float
    """Seconds of a rotation over seconds of a call."""

    def time(self, rotations: int) -> float:
        """Return the seconds that so many rotations would take at the peak."""
        return float(self.loop.time(self.calls)) / self.calls * self.scale * rotations


def _bound(name: str, kind: Kind, case: Case) -> Bound:
    module = native()
    return Bound(name, kind, module.peak(name), CALLS, case.operations * case.copies / module.peak_work(name))


def bounds(case: Case, isa: str) -> list[Bound]:
    """Return the peaks of this processor that bound a case on an instruction set, and FP32."""
    there = native().peak_names()
    found = [_bound(name, "INT8 peak", case) for name in INT8_PEAKS.get(isa, ()) if name in there]
    found += [_bound(name, "FP32 peak", case) for name in FP32_PEAKS if name in there]
    if case.rows == 1 and there:  # every weight is read for one multiplication
        size = case.weight_bytes * case.copies // 1024 * 1024
        scale = case.weight_bytes * case.copies / size
        found.append(Bound(f"reading {size >> 10:,} KiB", "read", native().reader(size), READS, scale))
    return found


def bandwidths() -> dict[str, float]:
    """Return GB/s of reading over and over so many bytes, the best of nine; none on a processor without AVX2."""
    if not native().peak_names():
        return {}
    result = {}
    for size in READ_BYTES:
        loop, calls = native().reader(size), (64 << 20) // size
        result[_label(size)] = size * calls / min(loop.time(calls) for _ in range(9)) / 1e9
    return result


def seconds_of_bytes(case: Case, reading: dict[str, float]) -> float | None:
    """Return the seconds to read weights, input and output once, at the GB/s of the nearest cache that has all copies.

    None where ``reading``, what ``bandwidths`` returns, is empty.
    """
    if not reading:
        return None
    whole = case.copies * case.weight_bytes + case.activation_bytes
    size = next((size for size in READ_BYTES if whole <= size), READ_BYTES[-1])
    return (case.weight_bytes + case.activation_bytes) / (reading[_label(size)] * 1e9)
