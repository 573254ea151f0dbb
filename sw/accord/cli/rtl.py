"""The RTL as the subcommands run it: where it cannot be had, a message says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from accord.cli.errors import Failure
from accord.cli.install import install

if TYPE_CHECKING:
    from accord.isa.config import Config
    from accord.sim import Npu


@contextmanager
def simulating(instead: str = "") -> Iterator[None]:
    """Turn a simulator that is not installed, or cannot be built, into a Failure; ``instead`` ends the advice."""
    try:
        from accord.sim.build import BuildError
        from accord.sim.verilator import ToolError
    except ModuleNotFoundError as error:
        raise Failure(f"Error: {error}; install the simulator: {install('sim')}{instead}") from None
    try:
        yield
    except (BuildError, ToolError) as error:
        raise Failure(f"Error: the RTL cannot be simulated: {error}") from None


def rtl(config: Config) -> Npu:
    """Return the Verilated RTL of ``config``, compiled at its first use; Failure where it cannot be simulated."""
    with simulating(", or give --no-rtl"):
        from accord.sim import Npu

        return Npu(config)
