"""The instruction sets that the tests run, one list an operation: those that have an implementation of it here."""

from accord.kernels import available, implementation

OPERATIONS = ["gemm", "depthwise", "dot", "requantize", "pointwise", "pool"]


def isas(operation: str) -> list[str]:
    """Every available instruction set with an implementation of its own; scalar is always among them."""
    return [isa for isa in available() if implementation(operation, isa) == isa]


def vectors(operation: str) -> list[str]:
    """Those of ``isas`` whose bytes are compared with what scalar gives."""
    return [isa for isa in isas(operation) if isa != "scalar"]
