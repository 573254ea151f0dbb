"""The count of exact cases: every kind is among them, and a kernel that is wrong is counted."""

import importlib.util
from pathlib import Path

import pytest

from accord.kernels import available, requantize

BENCH = Path(__file__).parents[3] / "bench" / "exact_kernels.py"
CASES = 50


@pytest.fixture
def bench():
    specification = importlib.util.spec_from_file_location("exact_kernels", BENCH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("isa", available())
def test_no_case_differs(bench, isa):
    assert bench.measure(isa, CASES) == (CASES, 0)


def test_a_wrong_kernel_is_counted(bench, monkeypatch):
    monkeypatch.setattr(bench, "requantize", lambda x, output, isa: requantize(x, output, isa=isa) ^ 1)
    compared, differing = bench.measure("scalar", CASES)
    assert compared == CASES
    assert 0 < differing < CASES
