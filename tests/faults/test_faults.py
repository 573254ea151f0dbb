"""Every deliberate fault turns its test red: the benches are tested here, not the RTL."""

import re
from pathlib import Path

import pytest

from bench.copies.tree import ROOT, break_once, copy_tree, run_tests

from .faults import FAULTS

HARDWARE = Path("hw") / "accord" / "hw"


def test_every_fault_applies_and_is_listed():
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 12
    page = (ROOT / "docs" / "verification.md").read_text()
    for fault in FAULTS:
        text = (ROOT / HARDWARE / fault.file).read_text()
        assert text.count(fault.old) == 1, fault.name
        assert fault.name in page


@pytest.mark.nightly
def test_the_sound_tree_passes(tmp_path):
    for test in sorted({fault.test for fault in FAULTS}):
        result = run_tests(copy_tree(tmp_path / re.sub(r"\W", "_", test)), test)
        assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_turns_its_test_red(fault, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    break_once(tree / HARDWARE / fault.file, fault.old, fault.new)
    result = run_tests(tree, fault.test)
    assert result.returncode == 1, f"exit code {result.returncode}\n{result.stdout[-3000:]}{result.stderr[-2000:]}"
    assert "1 failed" in result.stdout
    assert "BuildError: building" not in result.stdout
