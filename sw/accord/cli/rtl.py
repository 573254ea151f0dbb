"""The RTL as the subcommands run it: where it cannot be had, a message says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.cli.errors import Failure

if TYPE_CHECKING:
    from accord.isa.config import Config
    from accord.sim import Npu


def rtl(config: Config) -> Npu:
    """Return the Verilated RTL of ``config``, compiled at its first use; Failure where it cannot be simulated."""
    try:
        from accord.sim import Npu
        from accord.sim.build import BuildError
        from accord.sim.verilator import ToolError
    except ModuleNotFoundError as error:
        raise Failure(
            f"Error: {error}; install the simulator: pip install 'accord-npu[sim]', or give --no-rtl"
        ) from None
    try:
        return Npu(config)
    except (BuildError, ToolError) as error:
        raise Failure(f"Error: the RTL cannot be simulated: {error}") from None
