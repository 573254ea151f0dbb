"""``accord digits``: real handwritten digits on reference, CPU kernels, golden model and RTL, byte for byte."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from accord.cli.errors import Failure, reported
from accord.cli.install import install

if TYPE_CHECKING:
    from accord.cli.digits_job import Digits
    from accord.cli.digits_report import Report
    from accord.cli.phases import Phases
    from accord.isa.config import Config


@click.command(epilog="Examples: accord digits | accord digits --k 16 --images 100 | accord digits --no-rtl")
@click.option("--k", default=8, show_default=True, help="Lanes of the NPU: 1, 2, 4, ... 64.")
@click.option("--images", type=click.IntRange(min=1), help="Test images to classify; all by default.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of the split.")
@click.option("--rtl/--no-rtl", default=True, show_default=True, help="Run the Verilated RTL too.")
def digits(k: int, images: int | None, seed: int, rtl: bool) -> None:
    """Classify handwritten digits with an INT8 layer on CPU kernels, golden model and RTL.

    Fits a linear classifier to one half of scikit-learn's digits, quantizes it, lowers it to an NPU program and
    runs the other half on each, and through a reference in exact fractions. Every two of the four are compared:
    exit code 1 where any byte differs.
    """
    from rich.console import Console

    from accord.cli.digits_report import show
    from accord.cli.phases import Phases
    from accord.isa.config import Config

    with reported():
        config = Config(k=k)
        with Phases(Console(stderr=True)) as phases:
            report = _run(phases, config, images, seed, rtl)
    show(Console(), report)
    if any(comparison.differing for comparison in report.comparisons):
        sys.exit(1)


def _run(phases: Phases, config: Config, images: int | None, seed: int, rtl: bool) -> Report:
    from accord.cli import digits_job as job
    from accord.cli.digits_report import Report
    from accord.cli.rtl import rtl as rtl_machine
    from accord.model import Npu
    from accord.nn import linear_reference, lower_linear, run_linear

    with phases.phase("fit classifier"):
        data = _data(seed)
        classifier = job.fit(data)
    available = len(data.test_images)
    if images is not None and images > available:
        raise Failure(f"Error: --images {images}: the test half has {available}")
    pixels, labels = data.test_images[:images], data.test_labels[:images]
    count = len(pixels)
    with phases.phase("quantize and lower"):
        layer = job.quantize(data, classifier)
        plan = lower_linear(layer, config, count)
        x = job.quantized_images(layer, pixels)
        kernel = job.kernel_of(layer)
    with phases.phase("reference", count) as advance:
        results = {"reference": linear_reference(layer, x, advance)}
    cpu = f"CPU kernels ({kernel.isa})"
    with phases.phase(cpu, count):
        results[cpu] = kernel(x)
    with phases.phase("golden model", count) as advance:
        results["golden model"] = run_linear(Npu(config), plan, x, advance).outputs
    run = None
    if rtl:
        with phases.phase("build RTL"):
            machine = rtl_machine(config)
        with phases.phase("RTL", count) as advance:
            run = run_linear(machine, plan, x, advance)
        results["RTL"] = run.outputs
    return Report(
        pixels=pixels,
        labels=labels,
        predicted=results["RTL" if rtl else "golden model"].argmax(axis=1),
        float_correct=job.correct(classifier.logits(pixels), labels),
        plan=plan,
        rtl=run,
        comparisons=job.compare(results),
        seconds=phases.seconds,
    )


def _data(seed: int) -> Digits:
    from accord.cli.digits_job import load_digits

    try:
        return load_digits(seed)
    except ModuleNotFoundError as error:
        raise Failure(f"Error: {error}; install what this needs: {install('digits')}") from None
