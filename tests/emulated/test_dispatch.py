"""What runs on each emulated processor, and what a mask or the caller makes of that."""

import numpy as np
import pytest

from .core import OPERATIONS
from .runner import Message, Regions, Runner, RunnerError
from .targets import TARGETS, start

pytestmark = pytest.mark.emulated

HAVE = {
    "neoni8mm": {"gemm"},
    "neondot": {"gemm", "depthwise", "dot"},
    "neon": set(OPERATIONS),
    "wasm": set(OPERATIONS),
    "scalar": set(OPERATIONS),
}
NEEDS = {"neoni8mm": {"neon", "dotprod", "i8mm"}, "neondot": {"neon", "dotprod"}, "neon": {"neon"}, "scalar": set()}


def dot_of_ones(runner: Runner, isa: str) -> tuple[str, int]:
    """Return what ran, and the dot product of 40 ones with 40 ones."""
    x, w, out = np.ones(40, np.uint8), np.ones(40, np.int8), np.zeros(1, np.int32)
    regions, message = Regions([x, w, out]), Message().text("dot").text(isa)
    regions.write(message)
    for array in (out, x, w):
        regions.write_view(message, array)
    text, content = runner.ask(message.integers(0, 0, 0).bytes())
    regions.read(out, content)
    return text, int(out[0])


@pytest.mark.parametrize("name", TARGETS)
def test_a_processor_has_what_its_model_has_and_runs_the_best_of_it(name: str) -> None:
    target, runner = TARGETS[name], start(TARGETS[name])
    assert tuple(runner.names("capabilities")) == target.capabilities
    assert tuple(runner.names("available")) == target.available
    for operation in OPERATIONS:
        assert runner.implementation(operation) == next(isa for isa in target.available if operation in HAVE[isa])
    runner.close()


@pytest.mark.parametrize("mask", ["", "i8mm", "dotprod", "i8mm dotprod", "neon"])
def test_a_masked_processor_runs_what_is_left(mask: str) -> None:
    target = TARGETS["max"]
    runner = start(target, ACCORD_CPU_MASK=mask)
    left = set(target.capabilities) - set(mask.split())
    assert set(runner.names("capabilities")) == left
    assert runner.names("available") == [isa for isa in target.available if NEEDS[isa] <= left]
    isa = runner.implementation("dot")
    assert dot_of_ones(runner, "") == (isa, 40)
    runner.close()


@pytest.mark.parametrize("isa", TARGETS["max"].available)
def test_an_instruction_set_is_forced(isa: str) -> None:
    runner = start(TARGETS["max"])
    ran, total = dot_of_ones(runner, isa)
    assert (ran, total) == ("neondot" if isa == "neoni8mm" else isa, 40)
    by_variable = start(TARGETS["max"], ACCORD_ISA=isa)
    assert dot_of_ones(by_variable, "") == (ran, 40)
    runner.close()
    by_variable.close()


def test_what_a_processor_lacks_is_refused() -> None:
    runner = start(TARGETS["cortex-a53"])
    with pytest.raises(RunnerError, match="'neondot' is not available here; available: neon scalar"):
        dot_of_ones(runner, "neondot")
    assert dot_of_ones(runner, "neon") == ("neon", 40)
    runner.close()


def test_the_runner_sees_an_array_left() -> None:
    """Memory ends where an array does: one too few weights and the runner dies, and says how."""
    runner = start(TARGETS["cortex-a53"])
    x, out = np.ones(40, np.uint8), np.zeros(1, np.int32)
    w = np.zeros(8192, np.int8)
    w = w[-w.ctypes.data % 4096 :][:4096][-39:]  # up to the end of a page
    regions, message = Regions([x, w, out]), Message().text("dot").text("scalar")
    regions.write(message)
    for array in (out, x, w):
        regions.write_view(message, array)
    with pytest.raises(RunnerError, match="ended with"):
        runner.ask(message.integers(0, 0, 0).bytes())
    runner.close()
