"""Gates 5 and 7: test suites run as they are, and broken copies of the project in which they have to fail."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.copies.extension import copy_and_build
from bench.copies.sanitized import OVERREAD, SANITIZE, planted, sanitized_variables
from bench.copies.tree import run_tests
from bench.gates.gate import Outcome

ROOT = Path(__file__).parents[2]
NO_FINDING = r"kernels under address and undefined-behaviour sanitizers: (\d+) tests, no finding"
FAULT = ("layers/settings.cpp", "static_cast<uint32_t>(bias[n]) - ", "static_cast<uint32_t>(bias[n]) + ")
"""Zero points added, not taken."""


def run_suite(*arguments: str) -> tuple[int, str]:
    """Run pytest here; return its status and what it printed, which goes to standard error meanwhile."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    lines = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            print(line, end="", file=sys.stderr, flush=True)
    return process.returncode, "".join(lines)


def safety() -> Outcome:
    """Run the kernels' tests, which go through the bindings, under address and undefined-behaviour sanitizers."""
    status, text = run_suite("-m", "nightly", "tests/faults/test_sanitizers.py")
    found = re.search(NO_FINDING, text)
    told = found.group(0) if found else "no result; what pytest printed says why"
    return Outcome(told, status == 0 and found is not None)


def safety_bad() -> Outcome:
    """Do the same where vectors are read beyond the end of an array."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_and_build(Path(folder) / "tree", SANITIZE)
        with planted(tree, *OVERREAD):
            result = run_tests(tree, "-s", "tests/sw/kernels/test_conv2d.py", **sanitized_variables())
    found = re.search(r"AddressSanitizer: [a-z-]+", result.stderr)
    return Outcome(found.group(0) if found else "nothing found", result.returncode == 0)


def regression() -> Outcome:
    """Run all tests but the nightly ones."""
    status, text = run_suite("-n", "auto")
    found = re.findall(r"^=*\s*(\d+ (?:passed|failed)[^=\n]*?)\s*=*$", text, re.MULTILINE)
    return Outcome(found[-1] if found else "no result; what pytest printed says why", status == 0 and bool(found))


def regression_bad() -> Outcome:
    """Run the tests of the kernels in a copy in which one is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_and_build(Path(folder) / "tree")
        with planted(tree, *FAULT):
            result = run_tests(tree, "tests/sw/kernels/test_matmul.py")
    found = re.search(r"\d+ (?:passed|failed).*", result.stdout)
    return Outcome(found.group(0) if found else "no test ran", result.returncode == 0)
