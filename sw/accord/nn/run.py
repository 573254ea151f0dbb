"""Running a lowered layer on an NPU: golden model or RTL, whichever is handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from accord.isa.machine import Cause, Counters, MachineError, Status
from accord.isa.program import Program
from accord.nn.lowering import LinearPlan


class Machine(Protocol):
    """What running a layer needs of the host interface of ``accord.model.Npu`` and ``accord.sim.Npu``."""

    def reset(self) -> None:
        """Put the machine into its state after power-up."""

    def load(self, program: Program, /) -> None:
        """Put a program into program memory."""

    def run(self) -> Status:
        """Run until halted or trapped."""
        ...

    def write_scratchpad(self, row: int, rows: NDArray[Any], /) -> None:
        """Write consecutive rows."""

    @property
    def scratchpad(self) -> NDArray[np.int8]:
        """The scratchpad, (rows, K)."""
        ...

    @property
    def counters(self) -> Counters:
        """Ticks and instructions of the last run."""
        ...


@dataclass(frozen=True)
class LinearRun:
    """What a layer gave on one machine, and what it took."""

    outputs: NDArray[np.int8]
    """(n, C)."""
    runs: int
    """How often the program ran, each time for a group of images."""
    cycles: int | None
    """Ticks of all runs; None on a machine that does not count them."""
    retired: int
    """Instructions of all runs."""


def run_linear(
    machine: Machine,
    plan: LinearPlan,
    x: NDArray[np.int8],
    progress: Callable[[int], None] = lambda done: None,
) -> LinearRun:
    """Run ``plan`` on the int8 images ``x`` (n, R), a group after the other; the machine is reset first.

    ``progress`` is called with the number of images done. Raises ValueError for inputs of another shape or
    dtype and MachineError where a program traps.
    """
    machine.reset()
    machine.load(plan.program)
    machine.write_scratchpad(0, plan.resident)
    outputs, ticks, retired = [], [], 0
    for start in range(0, len(x), plan.images):
        group = x[start : start + plan.images]
        machine.write_scratchpad(plan.layout.activations, plan.activation_rows(group))
        status = machine.run()
        if status.cause is not Cause.NONE:
            raise MachineError(f"the layer's program trapped at word {status.pc}: {status.cause.name}")
        outputs.append(plan.outputs(machine.scratchpad, len(group)))
        ticks.append(machine.counters.cycles)
        retired += machine.counters.retired
        progress(start + len(group))
    if not outputs:
        raise ValueError("x: no images")
    counted = [tick for tick in ticks if tick is not None]
    return LinearRun(
        np.concatenate(outputs), len(outputs), sum(counted) if len(counted) == len(ticks) else None, retired
    )
