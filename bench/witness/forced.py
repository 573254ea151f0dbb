"""ACCORD_PROCESSOR: the processor that tests and witnesses are to take this one for."""

import os

MASKS = {"": "", "novnni": "avxvnni,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi"}
"""What it may say, and the capabilities that are hidden from the kernels then."""


def chosen() -> str:
    """Return it, empty where nothing is asked for. ValueError for what there is not."""
    name = os.environ.get("ACCORD_PROCESSOR", "")
    if name not in MASKS:
        raise ValueError(f"ACCORD_PROCESSOR: expected novnni or nothing, got {name!r}")
    return name
