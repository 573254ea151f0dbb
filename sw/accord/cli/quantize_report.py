"""What ``accord quantize`` shows and writes of each layer: errors beside FP32, the worst ones named."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from accord.cli.layers_table import layers_table
from accord.nn.calibration import Record
from accord.nn.quantization import LayerError

FORMAT = "accord.Quantization 1"
NAMED = 5
"""Worst layers."""


def worst(errors: Sequence[LayerError]) -> list[LayerError]:
    """Return the layers with the least signal to noise, the worst first; not those whose tables' results count."""
    return sorted((error for error in errors if not error.is_inner), key=lambda error: error.figures.sqnr_db)[:NAMED]


def show(console: Console, errors: Sequence[LayerError]) -> None:
    """Print a line a layer, the worst ones marked, and then by name; dim where tables' results count."""
    named = worst(errors)
    table = layers_table(["cosine", "SQNR dB", "saturated %"], ["operation"], "layer")
    for error in errors:
        found = error.figures
        table.add_row(
            f"{found.cosine:.6f}",
            f"{found.sqnr_db:.1f}",
            f"{100 * found.saturation_rate:.3f}",
            error.node.op.value,
            escape(error.node.name),
            style="bold red" if error in named else "dim" if error.is_inner else None,
        )
    console.print(table)
    text = f"worst layers: {', '.join(_named(error) for error in named)}"
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _named(error: LayerError) -> str:
    return f"{error.node.name} ({error.figures.sqnr_db:.1f} dB)"


def json_text(errors: Sequence[LayerError], records: Mapping[str, Record], model: Path, data: Path) -> str:
    """Return the report as JSON: layers in execution order, ranges as calibration found them, worst layers' names.

    Decibels that are infinite, where there is no error or no signal, are null.
    """
    found = {
        "format": FORMAT,
        "model": model.name,
        "calibration": data.name,
        "worst": [error.node.name for error in worst(errors)],
        "layers": [_layer(error) for error in errors],
        "ranges": {name: asdict(record) for name, record in records.items()},
    }
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def _layer(error: LayerError) -> dict[str, Any]:
    figures = {name: value if math.isfinite(value) else None for name, value in asdict(error.figures).items()}
    params = error.params
    return {
        "name": error.node.name,
        "operation": error.node.op.value,
        "tensor": error.node.output,
        "dtype": "float32" if params is None else str(params.dtype),
        "scale": None if params is None else float(params.scale),
        "zero_point": None if params is None else int(params.zero_point),
        "is_inner": error.is_inner,
        **figures,
    }
