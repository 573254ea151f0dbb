"""``accord run``: a network on arrays from a file."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import click

from accord.cli.errors import Failure
from accord.cli.files import check_output

if TYPE_CHECKING:
    from rich.console import Console

    from accord.cli.arrays import Arrays
    from accord.nn.executor import Executor
    from accord.nn.graph import Graph
    from accord.nn.graph.ir import ContractName

CONTRACTS = ("fma", "onnx", "tflite")
ROUNDS = 5
"""Of a profile, whose figures are medians."""

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(path_type=Path)


@click.command(
    epilog="Examples: accord run model.int8.onnx --input x.npz --output y.npz | "
    "accord run model.onnx --input x.npz --output y.npz --all-tensors --profile"
)
@click.argument("model", type=EXISTING)
@click.option(
    "--input", "source", type=EXISTING, required=True, metavar="X.npz", help="Arrays named as MODEL's inputs."
)
@click.option("--output", type=WRITTEN, required=True, metavar="Y.npz", help="File to write: arrays named as tensors.")
@click.option("--all-tensors", is_flag=True, help="Write every activation, not the outputs alone.")
@click.option("--contract", type=click.Choice(CONTRACTS), help="Rule of requantization; by default the file's own.")
@click.option("--isa", metavar="NAME", help="Instruction set to use instead of the best, such as scalar or avx2.")
@click.option("--profile", is_flag=True, help="Print what each layer takes.")
def run(
    model: Path,
    source: Path,
    output: Path,
    all_tensors: bool,
    contract: ContractName | None,
    isa: str | None,
    profile: bool,
) -> None:
    """Run MODEL, an .onnx or .tflite network, on the arrays of an .npz file.

    Arrays are named as the network's inputs; where there is one of each the name need not agree. The first axis counts
    samples, and there may be any number of them, unless the network mixes them. Arrays have the dtype and layout that
    the network's file has, images of ONNX N, C, H, W, of TFLite N, H, W, C. The contract of a .tflite network is
    tflite, of an .onnx one onnx.
    """
    from rich.console import Console

    from accord.cli.arrays import read_arrays, write_arrays
    from accord.cli.networks import batches_of, feeds_of, naming, read_network, run_batches
    from accord.cli.phases import Phases

    check_output(output, model, source)
    with Phases(Console(stderr=True)) as phases:
        with phases.phase("read"):
            graph = read_network(model)
            batches = batches_of(graph, feeds_of(graph, read_arrays(source), source), source)
        with phases.phase("prepare"):
            executor = _executor(graph, model, contract, isa, all_tensors)
        with naming(model), phases.phase("run", len(batches)) as advance:
            arrays = run_batches(executor, batches, _names(graph, all_tensors), advance)
        with phases.phase("write"):
            write_arrays(output, arrays)
    console = Console()
    _show(console, output, arrays, graph.outputs)
    if profile:
        _show_profile(console, executor, batches[0])


def _executor(graph: Graph, model: Path, contract: ContractName | None, isa: str | None, all_tensors: bool) -> Executor:
    from accord.cli.networks import naming
    from accord.kernels import available
    from accord.nn.executor import Executor

    if isa is not None and isa not in available():
        raise Failure(f"--isa {isa}: expected one of {', '.join(available())}")
    with naming(model):
        return Executor(graph, contract=contract, isa=isa, keep_all=all_tensors)


def _names(graph: Graph, all_tensors: bool) -> list[str]:
    if not all_tensors:
        return graph.outputs
    return list(dict.fromkeys([*(node.output for node in graph.nodes), *graph.outputs]))


def _show(console: Console, output: Path, arrays: Arrays, names: list[str]) -> None:
    from rich.markup import escape

    from accord.cli.layers_table import layers_table

    table = layers_table([], ["type", "shape"], "tensor")
    for name in names:
        data = arrays[name]
        table.add_row(str(data.dtype), " x ".join(map(str, data.shape)), escape(name))
    console.print(table)
    console.print(
        f"{output}: {len(arrays)} array{'s' * (len(arrays) > 1)}", markup=False, highlight=False, soft_wrap=True
    )


def _show_profile(console: Console, executor: Executor, feeds: Arrays) -> None:
    """Print each layer's median over ROUNDS runs of the first batch."""
    from rich.markup import escape

    from accord.cli.layers_table import layers_table

    rounds = [executor.profile(feeds) for _ in range(ROUNDS)]
    medians = [statistics.median(time.seconds for time in times) for times in zip(*rounds, strict=True)]
    whole = sum(medians)
    count = max((len(x) for x in feeds.values() if x.ndim), default=1)
    title = f"a batch of {count}, medians of {ROUNDS} runs"
    table = layers_table(["us", "%"], ["operation"], "layer", title)
    for time, median in zip(rounds[0], medians, strict=True):
        table.add_row(f"{1e6 * median:,.1f}", f"{100 * median / whole:.1f}", time.op, escape(time.name))
    table.add_row(f"{1e6 * whole:,.1f}", "100.0", "all")
    console.print(table)
