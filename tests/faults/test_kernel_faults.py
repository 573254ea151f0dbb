"""Every deliberate fault in the kernels turns their tests red. A tree is built once, then what a fault touches.

Faults in units that this processor does not run have to be tried on one that does: the run names how many there are.
"""

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from accord.kernels import available
from bench.copies.extension import build, copy_and_build, extension
from bench.copies.tree import ROOT, break_once, run_tests

from .kernel_faults import FAULTS, Fault
from .reach import instruction_sets

HERE = [fault for fault in FAULTS if instruction_sets(fault.file) & set(available())]

CRASHES = [-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT]
"""What a guard page or the allocator makes of a kernel that leaves its arrays."""


def run(tree: Path, tests: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    file, selected = tests
    shutil.rmtree(tree / ".hypothesis", ignore_errors=True)  # each fault is to be found anew
    return run_tests(tree, f"tests/sw/kernels/{file}", "-k", selected)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_and_build(tmp_path_factory.mktemp("faults") / "tree")


@pytest.mark.nightly
def test_faults_of_other_processors_are_named(record_property):
    elsewhere = [fault for fault in FAULTS if fault not in HERE]
    wanted = sorted(set().union(*(instruction_sets(fault.file) for fault in elsewhere)))
    record_property(
        "compared",
        f"deliberate faults of the kernels: {len(HERE)} tried, {len(elsewhere)} in units of {wanted} are not",
    )
    assert not set(wanted) & set(available())
    assert len(HERE) > 80


def test_a_source_belongs_to_the_units_that_include_it():
    assert instruction_sets("kernels/gemm/vnni512.inc") == {"avx512vnni", "avx512vbmi"}
    assert instruction_sets("kernels/gemm/avx2.cpp") == {"avx2"}
    assert {"avx2", "neon", "wasm"} <= instruction_sets("kernels/finish.hpp")
    assert instruction_sets("layers/window.cpp") == {"scalar"}


def test_every_fault_applies_and_is_listed():
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 45
    page = (ROOT / "docs" / "verification.md").read_text()
    for fault in FAULTS:
        text = (ROOT / "sw" / "csrc" / fault.file).read_text()
        assert text.count(fault.old) == 1, fault.name
        assert f"| {fault.name} | `{fault.file}` | `{fault.tests[0]}` |" in page


@pytest.mark.nightly
def test_the_sound_kernels_pass(tree):
    build(tree)
    extension(tree)
    for tests in sorted({fault.tests for fault in HERE}):
        result = run(tree, tests)
        assert result.returncode == 0, f"{tests}\n{result.stdout[-3000:]}"


@pytest.mark.nightly
@pytest.mark.parametrize("fault", HERE, ids=lambda fault: fault.name)
def test_fault_turns_its_tests_red(fault: Fault, tree):
    path = tree / "sw" / "csrc" / fault.file
    sound = path.read_text()
    break_once(path, fault.old, fault.new)
    try:
        build(tree)
        result = run(tree, fault.tests)
    finally:
        path.write_text(sound)
    is_red = result.returncode == pytest.ExitCode.TESTS_FAILED and "1 failed" in result.stdout
    assert is_red or result.returncode in CRASHES, f"exit code {result.returncode}\n{result.stdout[-3000:]}"
