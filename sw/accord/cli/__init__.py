"""The ``accord`` command: one module a subcommand, heavy packages imported where a subcommand runs."""

import click

from accord.cli.asm import asm
from accord.cli.cosim import cosim
from accord.cli.digits import digits
from accord.cli.dis import dis
from accord.cli.programs import programs
from accord.cli.quantize import quantize
from accord.cli.run import run


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Examples: accord digits --k 16 | accord quantize model.onnx --calibrate data.npz -o model.int8.onnx | "
    "accord run model.int8.onnx --input x.npz --output y.npz | accord asm program.s -o program.hex",
)
@click.version_option(package_name="accord-npu")
def main() -> None:
    """Run accord, an INT8 NPU whose RTL, golden model and CPU kernels agree bit for bit."""


main.add_command(asm)
main.add_command(cosim)
main.add_command(digits)
main.add_command(dis)
main.add_command(programs)
main.add_command(quantize)
main.add_command(run)
