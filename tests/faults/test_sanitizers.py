"""The kernels' tests on a build that checks addresses and undefined behaviour: nothing is found but what is planted."""

import re
import subprocess
from pathlib import Path

import pytest

from bench.copies.extension import build, copy_and_build, extension
from bench.copies.sanitized import OVERFLOW, OVERREAD, SANITIZE, planted, sanitized_variables
from bench.copies.tree import ROOT, run_tests


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    return sanitized_variables()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_and_build(tmp_path_factory.mktemp("sanitized") / "tree", SANITIZE)


BEYOND_MEMORY = "tests/sw/kernels/test_arguments.py::test_views_as_long_as_no_memory_is"
"""Asks for more memory than there is: the sanitizer ends the process where others throw."""


def test_every_planted_error_applies():
    for file, old, _ in (OVERREAD, OVERFLOW):
        assert (ROOT / "sw" / "csrc" / file).read_text().count(old) == 1


@pytest.mark.nightly
def test_no_address_is_wrong_and_no_behaviour_undefined(tree, variables, record_property):
    build(tree)
    symbols = subprocess.run(["nm", "-D", extension(tree, **variables)], capture_output=True, text=True, check=True)
    assert "__asan_init" in symbols.stdout
    assert "__ubsan_handle_add_overflow_abort" in symbols.stdout
    left_out = (
        "--deselect",
        BEYOND_MEMORY,
        "--ignore",
        "tests/sw/kernels/test_symbols.py",
    )  # of the installed extension
    result = run_tests(tree, "-s", "tests/sw/kernels", *left_out, **variables)
    assert result.returncode == 0, f"{result.stdout[-3000:]}{result.stderr[:5000]}"  # a finding begins with what it is
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
