"""The kernels' tests on a build that checks addresses and undefined behaviour: nothing is found but what is planted."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .extension import build, copy_and_build, extension
from .tree import ROOT, break_once, run_tests

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


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    return sanitized_variables()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_and_build(tmp_path_factory.mktemp("sanitized") / "tree", "-DACCORD_SANITIZE=address,undefined")


@contextmanager
def planted(tree: Path, file: str, old: str, new: str) -> Iterator[None]:
    path = tree / "sw" / "csrc" / file
    sound = path.read_text()
    break_once(path, old, new)
    try:
        build(tree)
        yield
    finally:
        path.write_text(sound)


def test_every_planted_error_applies():
    for file, old, _ in (OVERREAD, OVERFLOW):
        assert (ROOT / "sw" / "csrc" / file).read_text().count(old) == 1


@pytest.mark.nightly
def test_no_address_is_wrong_and_no_behaviour_undefined(tree, variables, record_property):
    build(tree)
    symbols = subprocess.run(["nm", "-D", extension(tree, **variables)], capture_output=True, text=True, check=True)
    assert "__asan_init" in symbols.stdout
    assert "__ubsan_handle_add_overflow_abort" in symbols.stdout
    result = run_tests(tree, "-s", "tests/sw/kernels", **variables)
    assert result.returncode == 0, f"{result.stdout[-3000:]}{result.stderr[-5000:]}"
    (passed,) = re.findall(r"^(\d+) passed", result.stdout, re.MULTILINE)
    assert int(passed) > 500
    assert "skipped" not in result.stdout
    record_property("compared", f"kernels under address and undefined-behaviour sanitizers: {passed} tests, no finding")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("plant", "tests", "finding"),
    [
        # of a vector that begins inside the sanitizer knows only that it is wrong
        (OVERREAD, "tests/sw/kernels/test_conv2d.py", "AddressSanitizer: (heap-buffer-overflow|unknown-crash)"),
        (OVERFLOW, "tests/sw/kernels/test_dot.py", "runtime error: signed integer overflow"),
    ],
    ids=["overread", "overflow"],
)
def test_a_planted_error_is_found(tree, variables, plant, tests, finding):
    with planted(tree, *plant):
        result = run_tests(tree, "-s", tests, **variables)
    assert result.returncode != 0
    assert re.search(finding, result.stderr), f"{result.stdout[-3000:]}{result.stderr[-3000:]}"
