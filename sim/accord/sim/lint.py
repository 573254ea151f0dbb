"""``python -m accord.sim.lint``: Verilator's lint over the emitted Verilog, at several datapath widths.

Switched off is what Yosys' writer causes by its style: names for every intermediate value, implicit widths, cases
without a default, initial values beside the reset. What remains are errors of the hardware: loops, latches,
signals driven twice or never, ports left open, selections out of range.
"""

import subprocess
import sys

from accord.isa.config import Config
from accord.sim import verilator
from accord.sim.verilog import TOP, emit

CONFIGS = (Config(k=1, vx_count=4), Config(k=2, vx_count=20), Config(k=8))

STYLE = (
    "CASEINCOMPLETE", "DECLFILENAME", "PROCASSINIT", "UNUSEDSIGNAL", "WIDTHEXPAND", "WIDTHTRUNC",
)  # fmt: skip


def lint(config: Config) -> str:
    """Return Verilator's warnings for one configuration; empty where there are none."""
    tools = verilator.find()
    quiet = [f"-Wno-{name}" for name in STYLE]
    command = [tools.command, "--lint-only", "-Wall", *quiet, "--top-module", TOP, str(emit(config))]
    result = subprocess.run(command, env=tools.environment, capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def main() -> int:
    """Lint every configuration; return 1 where one has warnings."""
    failed = False
    for config in CONFIGS:
        text = lint(config)
        failed |= bool(text)
        print(f"{config}: {text or 'clean'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
