"""``accord quantize``: an FP32 network and data to calibrate with, to an INT8 network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from accord.cli.errors import Failure
from accord.cli.files import check_output, write_text, write_whole
from accord.cli.run import EXISTING, WRITTEN

if TYPE_CHECKING:
    from accord.cli.arrays import Arrays
    from accord.nn.graph import Graph

METHODS = ("minmax", "percentile", "mse", "entropy", "relative")
WEIGHT_BITS = (
    "8: weights within [-127, 127]. 7: within [-63, 63], for files that plain ONNX Runtime is to run on x86 processors "
    "without VNNI, with accord's bytes."
)
EQUALIZE = "Scale weights first, so that the channels of a tensor have more equal ranges."


@click.command(
    epilog="Examples: accord quantize model.onnx --calibrate data.npz -o model.int8.onnx | "
    "accord quantize model.onnx --calibrate data.npz -o model.int8.onnx --method minmax --report report.json"
)
@click.argument("model", type=EXISTING)
@click.option("--calibrate", "data", type=EXISTING, required=True, metavar="DATA.npz", help="Typical inputs of MODEL.")
@click.option("-o", "output", type=WRITTEN, required=True, metavar="OUT.onnx", help="File to write.")
@click.option(
    "--method", type=click.Choice(METHODS), default="relative", show_default=True, help="How ranges are found."
)
@click.option("--weight-bits", type=click.Choice(["7", "8"]), default="8", show_default=True, help=WEIGHT_BITS)
@click.option("--equalize/--no-equalize", "is_equalized", default=True, show_default=True, help=EQUALIZE)
@click.option("--report", type=WRITTEN, metavar="R.json", help="Write ranges, scales and errors of all layers, too.")
def quantize(
    model: Path, data: Path, output: Path, method: str, weight_bits: str, is_equalized: bool, report: Path | None
) -> None:
    """Quantize MODEL, an FP32 .onnx network, and show what it costs, layer by layer.

    Typical inputs, a few dozen samples along the first axis, tell the range of every activation. Arrays of the .npz
    file are named as the network's inputs; where there is one of each the name need not agree. What is written is an
    ONNX network in QDQ form, opset 17: `accord run` and, on x86 processors with VNNI, ONNX Runtime give the same bytes;
    without VNNI its sums of 8-bit weights may saturate, of 7-bit ones they do not. Then the same samples go through
    both networks: the errors shown are those of the layer and of all before it.
    """
    import platform

    import numpy as np
    from rich.console import Console

    from accord.cli.arrays import read_arrays
    from accord.cli.networks import batches_of, feeds_of, naming, read_network
    from accord.cli.pair_sums import warning
    from accord.cli.phases import Phases
    from accord.cli.quantize_report import json_text, show

    _check_outputs(output, report, model, data)
    with Phases(Console(stderr=True)) as phases:
        with phases.phase("read"):
            graph = read_network(model)
            _check_real(graph, model)
            feeds = feeds_of(graph, read_arrays(data), data)
            _check_finite(feeds, data)
            batches = batches_of(graph, feeds, data)
        from accord.kernels import capabilities
        from accord.nn.exporters.onnx import export_onnx
        from accord.nn.quantization import calibrate, equalize, layer_errors, quantize_graph

        # what overflows in float32 is no warning here: calibration names the tensor
        with naming(model), np.errstate(over="ignore", invalid="ignore"):
            if is_equalized:
                with phases.phase("equalize", len(batches)) as advance:
                    graph = equalize(graph, batches, progress=advance)
            with phases.phase("calibrate", len(batches)) as advance:
                records = calibrate(graph, batches, method, progress=advance)
            with phases.phase("quantize"):
                quantized = quantize_graph(graph, records, weight_bits=int(weight_bits))
                text = export_onnx(quantized).SerializeToString()
            with phases.phase("compare with FP32", len(batches)) as advance:
                errors = layer_errors(graph, quantized, batches, progress=advance)
        with phases.phase("write"):
            write_whole(output, lambda stream: stream.write(text))
            if report is not None:
                write_text(report, json_text(errors, records, model, data))
    show(Console(), errors)
    click.echo(f"{output}: {len(text):,} bytes, {model.name} has {model.stat().st_size:,}")
    note = warning(quantized, platform.machine(), capabilities())
    if note is not None:
        click.echo(note)


def _check_outputs(output: Path, report: Path | None, *read: Path) -> None:
    if output.suffix.lower() != ".onnx":
        raise Failure(f"{output}: what is written is an ONNX network; give it a name that ends in .onnx")
    check_output(output, *read)
    if report is not None:
        if report.absolute() == output.absolute():
            raise Failure(f"{report}: is the output as well; give the report another name")
        check_output(report, *read)


def _check_real(graph: Graph, model: Path) -> None:
    if any(value.params is not None for value in graph.values.values()):
        raise Failure(f"{model}: is quantized already; give the FP32 network it was made from")


def _check_finite(feeds: Arrays, path: Path) -> None:
    import numpy as np

    for name, x in feeds.items():
        finite = np.isfinite(x)
        if not finite.all():
            first = tuple(map(int, np.argwhere(~finite)[0]))
            raise Failure(
                f"{path}: array {name!r}: {(~finite).sum()} values are not finite, the first at {first}; "
                "leave such samples out"
            )
