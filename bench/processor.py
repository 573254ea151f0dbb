"""The processor that figures are of, and what it lacks of what some of them are about."""

import platform
from pathlib import Path

from accord.cli.pair_sums import VNNI
from accord.kernels import available, capabilities


def name() -> str:
    """Return what the processor calls itself."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":")[1].strip() if names else platform.processor() or platform.machine()


def header() -> str:
    """Return the line above figures: the processor, what it can do, the instruction sets of kernels that run on it."""
    can = ", ".join(capabilities()) or "none"
    return f"processor: {name()}; capabilities: {can}; kernels: {', '.join(available())}"


def lacks(needed: str) -> str:
    """Return what is said of a figure that needs ``VNNI``, or an instruction set: empty where it can be measured."""
    has = not VNNI.isdisjoint(capabilities()) if needed == "VNNI" else needed in available()
    return "" if has or not needed else f"not measurable here: needs {needed}"
