"""How many elements the witnesses gave in this process, to be compared with, and how they agreed with one another."""

from collections import Counter

RUNTIME, NUMPY, BOTH, DIFFER = "ONNX Runtime", "NumPy evaluator", "both", "differ"

counts: Counter[str] = Counter()


def taken() -> dict[str, int]:
    """Return the counts since the last call."""
    found = dict(counts)
    counts.clear()
    return found
