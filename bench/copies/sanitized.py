"""Builds that check addresses and undefined behaviour, and errors to plant in them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.copies.extension import build
from bench.copies.tree import break_once

SANITIZE = "-DACCORD_SANITIZE=address,undefined"
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0",  # Python leaves memory to its end on purpose
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "PYTHONMALLOC": "malloc",  # each object by itself, with red zones around it
}

OVERREAD = ("layers/settings.cpp", "(channels + channel_padding - 1) / channel_padding * channel_padding", "channels")
"""Channels without the entries that vectors read behind the last one: no result changes, and no guard page is near."""

OVERFLOW = (
    "layers/dot.cpp",
    "uint32_t sum = static_cast<uint32_t>(bias) + static_cast<uint32_t>(table.dot(x, input.is_signed, w, count));",
    "int32_t sum = bias + table.dot(x, input.is_signed, w, count);",
)
"""A signed sum that wraps: the processor gives the right bits, the language promises nothing."""


def library(name: str) -> str:
    """Return the path of a library of the compiler that builds the extension."""
    compiler = os.environ.get("CXX") or shutil.which("c++") or "g++"
    listing = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    path = listing.stdout.strip()
    assert Path(path).is_absolute(), f"{name} is missing: install the sanitizers of {compiler}"
    return path


def sanitized_variables() -> dict[str, str]:
    """Return the environment in which the sanitizer comes first, and finds the C++ library's exceptions beside it."""
    return {"LD_PRELOAD": os.pathsep.join([library("libasan.so"), library("libstdc++.so")]), **OPTIONS}


@contextmanager
def planted(tree: Path, file: str, old: str, new: str) -> Iterator[None]:
    """Have a string of a file below sw/csrc replaced, and the copy built so, meanwhile."""
    path = tree / "sw" / "csrc" / file
    sound = path.read_text()
    break_once(path, old, new)
    try:
        build(tree)
        yield
    finally:
        path.write_text(sound)
