"""What runs here: instruction sets, capabilities of the processor, implementations chosen."""

from accord.kernels import _core, check


def available() -> list[str]:
    """Return the instruction sets that can run here, the best first; "scalar" is always the last.

    The variable ACCORD_CPU_MASK hides capabilities, by the names of :func:`capabilities`, separated by commas.
    ValueError for a name in it that is none.
    """
    return _core.available()


def capabilities() -> list[str]:
    """Return what the processor and its operating system can do, less what ACCORD_CPU_MASK hides."""
    return _core.capabilities()


def implementation(operation: str, isa: str | None = None) -> str:
    """Return the instruction set that an operation runs on: the best there is, from ``isa`` or ACCORD_ISA downward.

    ``operation``: "gemm" (Matmul, Conv2d), "depthwise", "dot", "requantize", "pointwise" or "pool". ValueError for
    an unknown operation, or an instruction set that is not available here.
    """
    return _core.implementation(check.identifier("operation", operation), check.name_or_empty("isa", isa))
