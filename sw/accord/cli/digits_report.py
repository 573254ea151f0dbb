"""What the digits job prints: some digits as pictures, accuracy, cycles, bytes compared, wall times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from accord.cli.digits_job import PIXEL_MAX, Comparison
from accord.nn import LinearPlan, LinearRun

SIDE = 8
SHOWN = 4
SHOWN_IN_MS = 0.005
"""Seconds below which a wall time is shown in milliseconds: no party takes 0.00 s."""
SHADES = " ░▒▓█"
ASCII_SHADES = " .:+#"


@dataclass(frozen=True)
class Report:
    """What a run of the job found; ``rtl`` is None where the RTL was left out."""

    pixels: NDArray[np.float64]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    float_correct: int
    plan: LinearPlan
    rtl: LinearRun | None
    comparisons: Sequence[Comparison]
    seconds: Mapping[str, float]


def picture(pixels: NDArray[Any], shades: str) -> str:
    """Return an image of 64 pixels as eight lines, two characters a pixel."""
    steps = np.ceil(pixels.reshape(SIDE, SIDE) * (len(shades) - 1) / PIXEL_MAX).astype(int)
    return "\n".join("".join(shades[step] * 2 for step in row) for row in steps)


def shown_images(report: Report) -> list[int]:
    """Return which images to show: the first ones, and as the last a misclassified one where there is any."""
    wrong = np.flatnonzero(report.predicted != report.labels)
    right = np.flatnonzero(report.predicted == report.labels)
    return [*right[: SHOWN - min(1, len(wrong))], *wrong[:1]]


def show(console: Console, report: Report) -> None:
    """Print the report."""
    shades = SHADES if console.encoding.lower().startswith("utf") else ASCII_SHADES
    cards = []
    for index in shown_images(report):
        predicted, label = int(report.predicted[index]), int(report.labels[index])
        style = "green" if predicted == label else "bold red"
        caption = Text(f"\npredicted {predicted}, is {label}", style=style)
        cards.append(Text(picture(report.pixels[index], shades)).append_text(caption))
    console.print()
    console.print(Columns(cards, padding=(0, 3)))
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    for title, lines in _sections(report).items():
        table.add_row(title, "\n".join(lines))
    console.print(table)
    differing = any(comparison.differing for comparison in report.comparisons)
    verdict = "Bytes DIFFER." if differing else "Every byte agrees."
    console.print(f"\n{verdict}", style="bold red" if differing else "bold green")


def _sections(report: Report) -> dict[str, list[str]]:
    return {
        "Accuracy": _accuracy(report),
        "Program": _program(report.plan),
        **({"RTL": _rtl(report.rtl, report)} if report.rtl else {}),
        "Bytes": _bytes(report.comparisons),
        "Wall time": [
            *(f"{_time(value)} {name}" for name, value in report.seconds.items()),
            f"{_time(sum(report.seconds.values()))} in all",
        ],
    }


def _time(seconds: float) -> str:
    return f"{1000 * seconds:7.2f} ms" if seconds < SHOWN_IN_MS else f"{seconds:7.2f} s "


def _bytes(comparisons: Sequence[Comparison]) -> list[str]:
    """Return who was compared, and a line for every two that differ."""
    parties = dict.fromkeys(name for item in comparisons for name in (item.left, item.right))
    wrong = [(item, item.first) for item in comparisons if item.first]
    return [
        f"{len(parties):>7} x {comparisons[0].compared:,}: {', '.join(parties)}",
        f"{len(comparisons):>7} comparisons, {len(wrong)} differ",
        *(
            f"{item.differing:>7,} differ: {item.left}, {item.right}; "
            f"image {first.image}, class {first.label}: {first.left}, {first.right}"
            for item, first in wrong
        ),
    ]


def _accuracy(report: Report) -> list[str]:
    count = len(report.labels)
    int8 = int((report.predicted == report.labels).sum())
    return [
        f"{100 * right / count:6.2f} %  {name}: {right} of {count} test images"
        for name, right in (("FP32 on the CPU", report.float_correct), ("INT8 on the NPU", int8))
    ]


def _program(plan: LinearPlan) -> list[str]:
    size = f"{len(plan.program):>7,} words for K={plan.config.k}"
    return [f"{size}: {plan.tiles} tiles of {plan.layout.inputs} feeds, {plan.images} images a run"]


def _rtl(rtl: LinearRun, report: Report) -> list[str]:
    plan, cycles = report.plan, rtl.cycles
    if cycles is None:
        raise ValueError("the RTL counts its cycles")
    feeds = rtl.runs * plan.feeds
    useful = len(report.labels) * plan.layer.channels * plan.layer.inputs
    macs = plan.config.k**2
    return [
        f"{cycles:>7,} cycles in all, {rtl.retired:,} instructions, {rtl.runs} runs",
        f"{cycles / (rtl.runs * plan.tiles):7.1f} cycles a tile",
        f"{100 * feeds / cycles:6.1f} %  utilization of the array: {macs:,} multiply-accumulates a cycle",
        f"{100 * useful / (cycles * macs):6.1f} %  without padding lanes",
    ]
