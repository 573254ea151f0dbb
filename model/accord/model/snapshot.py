"""The whole architectural state at one moment, and what differs between two."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from accord.isa.config import LUT_BANKS
from accord.isa.machine import Cause, Counters, Flags, Status
from accord.model.loops import LOOP_MEMBERS


class Machine(Protocol):
    """What a snapshot is taken of: the golden model or the RTL."""

    @property
    def vx(self) -> npt.NDArray[np.int8]:
        """VX registers, (L, K)."""
        ...

    @property
    def acc(self) -> npt.NDArray[np.int32]:
        """Accumulators, (K, K)."""
        ...

    @property
    def tile(self) -> npt.NDArray[np.int32]:
        """The last committed tile, (K, K)."""
        ...

    @property
    def scratchpad(self) -> npt.NDArray[np.int8]:
        """Scratchpad, (rows, K)."""
        ...

    @property
    def a(self) -> npt.NDArray[np.uint32]:
        """Address registers, (32,)."""
        ...

    @property
    def loops(self) -> npt.NDArray[np.uint32]:
        """Hardware loops, (4, 3): start, length, remaining."""
        ...

    @property
    def lut(self) -> npt.NDArray[np.uint8]:
        """Lookup banks A and B, (2, 256)."""
        ...

    @property
    def status(self) -> Status:
        """Halted, cause, PC, flags."""
        ...

    @property
    def counters(self) -> Counters:
        """Instructions completed."""
        ...


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The state: VX (VE and VR are views of it), ACC, T, scratchpad, A, loops, lookup banks, status, retired.

    Compare with ``differences``: arrays do not compare as one value.
    """

    vx: npt.NDArray[np.int8]
    acc: npt.NDArray[np.int32]
    tile: npt.NDArray[np.int32]
    scratchpad: npt.NDArray[np.int8]
    a: npt.NDArray[np.uint32]
    loops: npt.NDArray[np.uint32]
    lut: npt.NDArray[np.uint8]
    flags: Flags
    cause: Cause
    pc: int
    halted: bool
    retired: int


def take(npu: Machine) -> Snapshot:
    """Return the state of ``npu``, read through its public properties."""
    status = npu.status
    return Snapshot(
        vx=npu.vx,
        acc=npu.acc,
        tile=npu.tile,
        scratchpad=npu.scratchpad,
        a=npu.a,
        loops=npu.loops,
        lut=npu.lut,
        flags=status.flags,
        cause=status.cause,
        pc=status.pc,
        halted=status.halted,
        retired=npu.counters.retired,
    )


_Place = Callable[..., str]
"""Names an element of an array by its index."""

_ARRAYS: dict[str, _Place] = {
    "vx": "VX[{}] lane {}".format,
    "acc": "ACC[{}][{}]".format,
    "tile": "T[{}][{}]".format,
    "scratchpad": "scratchpad row {} lane {}".format,
    "a": "A[{}]".format,
    "loops": lambda loop, member: f"loop {loop} {LOOP_MEMBERS[member]}",
    "lut": lambda bank, byte: f"LUT {LUT_BANKS[bank].upper()} byte {byte}",
}
_SCALARS = ("flags", "cause", "pc", "halted", "retired")


def differences(a: Snapshot, b: Snapshot) -> list[str]:
    """Return a line for each element that differs: its place, ``a``'s value and ``b``'s.

    Raises ValueError where the two are of different configurations.
    """
    lines: list[str] = []
    for name, place in _ARRAYS.items():
        lines += _array_differences(name, place, getattr(a, name), getattr(b, name))
    for name in _SCALARS:
        if getattr(a, name) != getattr(b, name):
            lines.append(f"{name}: {getattr(a, name)!r} != {getattr(b, name)!r}")
    return lines


def _array_differences(name: str, place: _Place, a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Iterator[str]:
    if a.shape != b.shape:
        raise ValueError(f"{name}: shapes {a.shape} and {b.shape}: snapshots of different configurations")
    for index in np.argwhere(a != b).tolist():
        yield f"{place(*index)}: {a[*index]} != {b[*index]}"
