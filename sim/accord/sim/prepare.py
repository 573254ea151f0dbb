"""``python -m accord.sim.prepare --k 8``: compile the simulator of an NPU, so that it is there when it is wanted."""

import argparse
import sys

from accord.isa.config import Config
from accord.sim.build import BuildError
from accord.sim.library import library_for
from accord.sim.verilator import ToolError


def main(arguments: list[str] | None = None) -> int:
    """Compile it; 2, and the reason, where that cannot be."""
    parser = argparse.ArgumentParser(prog="accord.sim.prepare", description=__doc__)
    parser.add_argument("--k", type=int, required=True, help="lanes")
    try:
        library_for(Config(k=parser.parse_args(arguments).k), waves=False)
    except (ValueError, BuildError, ToolError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
