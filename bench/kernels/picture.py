"""A run as a picture: a group of bars a case, and the processor's peak."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.kernels.measure import Result

COLORS = {"accord, INT8": "#1b6ca8", "best INT8 peer": "#e08e2b", "best FP32 peer": "#9a9a9a"}
HEIGHT = 0.27
"""Of a bar; the distance of cases is 1."""


def draw(results: Sequence[Result], path: Path) -> None:
    """Write an SVG of the cases that have peers; nothing where none has."""
    shown = [result for result in results if result.best("FP32")]
    if not shown:
        return
    matplotlib.rcParams.update({"svg.hashsalt": "accord", "svg.fonttype": "none"})
    figure = Figure(figsize=(9, 0.62 * len(shown) + 1.2), layout="constrained")
    axes = figure.subplots()
    for place, (label, color) in enumerate(COLORS.items()):
        names = [(result.ours, result.best("INT8"), result.best("FP32"))[place] for result in shown]
        gops = [result.gops(name) if name else 0.0 for result, name in zip(shown, names, strict=True)]
        at = np.arange(len(shown)) + (place - 1) * HEIGHT
        bars = axes.barh(at, gops, HEIGHT, label=label, color=color)
        texts = [f"{value:.0f}" + (f"  {name}" if place else "") for value, name in zip(gops, names, strict=True)]
        axes.bar_label(bars, texts, padding=2, fontsize=6)
    peaks = [result.gops(name) for result in shown if (name := result.best("INT8 peak"))]
    if peaks:
        axes.axvline(float(np.median(peaks)), color="black", linewidth=0.8, linestyle="--", label="INT8 peak")
    axes.set_yticks(range(len(shown)), [result.case.id.removeprefix("cpu.") for result in shown])
    axes.invert_yaxis()
    axes.margins(x=0.3)
    axes.set_xlabel("GOPS (2 MAC/s, padded taps counted) on one core")
    axes.legend(fontsize=7, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})
