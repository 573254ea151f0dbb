"""A run's results as a table and as JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table

from bench.kernels.candidate import Kind
from bench.kernels.cases import CALL
from bench.kernels.measure import Result


def verdict(result: Result) -> tuple[str, str]:
    """Return a case's targets with their values, and how they stand, a line each."""
    texts, stands = [], []
    for target in result.case.targets:
        value = result.value(target)
        texts.append(f"{target}")
        stands.append("not measured" if value is None else f"{value:.3f} {'met' if target.met(value) else 'NOT MET'}")
    return "\n".join(texts), "\n".join(stands)


def _speed(result: Result, name: str | None) -> str:
    if name is None:
        return "-"
    return f"{result.median(name) * 1e6:.2f} us" if result.case == CALL else f"{result.gops(name):.0f}"


def _short(name: str | None) -> str:
    return (name or "").replace(" FP32", "").replace("convolution", "conv")


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _percent(result: Result, name: str | None, of: Kind) -> str:
    peak = result.best(of)
    return f"{100 * result.gops(name) / result.gops(peak):.0f}" if name and peak else "-"


COLUMNS = {
    "case": "left",
    "ISA": "left",
    "us": "right",
    "GOPS": "right",
    "% of peak": "right",
    "best INT8 peer": "left",
    "its GOPS": "right",
    "ratio": "right",
    "best FP32 peer": "left",
    "its GOPS ": "right",
    "% of FP32 peak": "right",
    "ratio ": "right",
    "target": "left",
    "value": "left",
}


def table(results: Sequence[Result]) -> Table:
    """Return accord beside the best INT8 and the best FP32 of its peers, and beside the processor's peaks."""
    made = Table(title="GOPS: 2 MAC/s; ratio: accord's speed over the peer's, the median of the rounds' ratios")
    for name, justify in COLUMNS.items():
        made.add_column(name, justify=justify, no_wrap=True)
    for result in results:
        ours, int8, fp32 = result.ours, result.best("INT8"), result.best("FP32")
        made.add_row(
            result.case.id,
            ours.removeprefix("accord "),
            f"{result.median(ours) * 1e6:.2f}",
            f"{result.gops(ours):.0f}",
            _percent(result, ours, "INT8 peak"),
            _short(int8),
            _speed(result, int8),
            _ratio(result.speedup("INT8")),
            _short(fp32),
            _speed(result, fp32),
            _percent(result, fp32, "FP32 peak"),
            _ratio(result.speedup("FP32")),
            *verdict(result),
        )
    return made


def notes(results: Sequence[Result], bandwidths: dict[str, float], missing: Sequence[str]) -> list[str]:
    """Return the lines below the table: peaks, bandwidths, how near a bound by bytes is, who took no part."""
    peaks: dict[str, list[float]] = {}
    for result in results:
        for name, kind in result.kinds.items():
            if kind.endswith("peak"):
                peaks.setdefault(name, []).append(result.gops(name))
    lines = ["peaks, GOPS: " + ", ".join(f"{name} {np.median(gops):.0f}" for name, gops in peaks.items())]
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
            "met": value is not None and target.met(value),
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
