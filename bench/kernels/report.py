"""A run's results as a table and as JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table

from bench.kernels.bounds import seconds_of_bytes
from bench.kernels.candidate import Kind
from bench.kernels.cases import CALL
from bench.kernels.measure import Result
from bench.processor import lacks


def stands(result: Result) -> list[str]:
    """Return a line a target: what it bounds, its value, whether that is enough, or what it needs to be asked here."""
    lines = []
    for target in result.case.targets:
        value = result.value(target)
        lines.append(f"{target}: " + ("not measured" if value is None else f"{value:.3f}"))
        if lacks(result.case.needs):
            lines[-1] += f" (needs {result.case.needs})"
        elif value is not None and not target.met(value):
            lines[-1] += " NOT MET"
    return lines


def speed(result: Result, name: str) -> str:
    """Return a candidate's GOPS; of a call, its microseconds."""
    return f"{result.median(name) * 1e6:.2f} us" if result.case == CALL else f"{result.gops(name):.0f}"


def peer(result: Result, kind: Kind) -> tuple[str, str]:
    """Return the best of a kind with its speed, and the ratio to it; empty where there is none."""
    name, ratio = result.best(kind), result.speedup(kind)
    return ("", "") if name is None else (f"{speed(result, name)} {name.replace(' FP32', '')}", f"{ratio:.2f}")


def of_peak(result: Result) -> str:
    """Return accord's part of the INT8 peak; empty where that is not known."""
    part = result.speedup("INT8 peak")
    return "" if part is None else f"{100 * part:.0f} %"


def least(result: Result, reading: dict[str, float]) -> tuple[str, str]:
    """Return the us that bound a case: operations inside the image over the INT8 peak, bytes over the bandwidth."""
    peak, of_bytes = result.best("INT8 peak"), seconds_of_bytes(result.case, reading)
    if peak is None or of_bytes is None:
        return "", ""
    return f"{result.median(peak) * result.case.taps_inside * 1e6:.2f}", f"{of_bytes * 1e6:.2f}"


NUMBERS = ("us", "by peak", "by bytes", "GOPS", "of peak", "ratio", "ratio ")
COLUMNS = ("case", *NUMBERS[:5], "best INT8 peer", "ratio", "best FP32 peer", "ratio ", "targets")


def table(results: Sequence[Result], reading: dict[str, float]) -> Table:
    """Return accord beside the best INT8 and the best FP32 of its peers, and beside what bounds it."""
    made = Table(
        title="GOPS: 2 MAC/s; by: the least us; ratio: speed over the peer's, the median of the rounds' ratios"
    )
    for name in COLUMNS:
        made.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=name in NUMBERS)
    for result in results:
        ours = result.ours
        us = f"{result.median(ours) * 1e6:.2f}", *least(result, reading)
        cells = *us, f"{result.gops(ours):.0f}", of_peak(result)
        made.add_row(result.case.id, *cells, *peer(result, "INT8"), *peer(result, "FP32"), "\n".join(stands(result)))
    return made


def notes(results: Sequence[Result], bandwidths: dict[str, float], missing: Sequence[str]) -> list[str]:
    """Return the lines below the table: peaks, bandwidths, how near a bound by bytes is, who took no part."""
    peaks: dict[str, list[float]] = {}
    for result in results:
        for name, kind in result.kinds.items():
            if kind.endswith("peak"):
                peaks.setdefault(name, []).append(result.gops(name))
    isas = sorted({result.ours for result in results})
    lines = [
        f"measured: {', '.join(isas)}",
        "peaks, GOPS: " + ", ".join(f"{name} {np.median(gops):.0f}" for name, gops in peaks.items()),
    ]
    if bandwidths:
        lines.append("reading, GB/s: " + ", ".join(f"{size} {speed:.0f}" for size, speed in bandwidths.items()))
    for result in results:
        reading = result.speedup("read")
        if reading is not None:
            lines.append(f"{result.case.id}: {100 * reading:.0f} % of the speed of {result.best('read')} of weights")
        for name, count in result.off.items():
            if count:
                lines.append(f"{result.case.id}: {name}: {count} outputs are one off")
    if missing:
        lines.append(f"not installed, so not compared: {', '.join(missing)}")
    return lines


def as_json(result: Result) -> dict[str, Any]:
    """Return everything of a result: quartiles of each candidate, values of each target."""
    candidates = []
    for name, seconds in result.seconds.items():
        low, middle, high = (float(us) for us in np.percentile(np.multiply(seconds, 1e6), [25, 50, 75]))
        candidates.append(
            {
                "name": name,
                "kind": result.kinds[name],
                "us": {"median": middle, "q1": low, "q3": high},
                "gops": result.gops(name),
                "outputs_one_off": result.off.get(name),
            }
        )
    targets = [
        {
            "quantity": target.quantity,
            "bound": target.bound,
            "value": (value := result.value(target)),
            "met": None if lacks(result.case.needs) else value is not None and target.met(value),
        }
        for target in result.case.targets
    ]
    return {
        "id": result.case.id,
        "operations": result.case.operations,
        "copies": result.case.copies,
        "rounds": len(result.seconds[result.ours]),
        "accord": result.ours,
        "best_int8": result.best("INT8"),
        "best_fp32": result.best("FP32"),
        "speedup_int8": result.speedup("INT8"),
        "speedup_fp32": result.speedup("FP32"),
        "of_int8_peak": result.speedup("INT8 peak"),
        "targets": targets,
        "candidates": candidates,
    }
