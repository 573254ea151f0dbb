"""Architectural state: one storage under three views of the registers, tiles, memories, loops, status."""

from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import ADDRESS_REGISTERS, CLASS_ROWS, LUT_BANKS, LUT_BYTES, Config
from accord.isa.machine import Cause
from accord.model.loops import LoopStack


class State:
    """Everything zero, not halted.

    ``data`` (L/4, K, 4) uint8 is the only register storage: the bytes of one 32-bit lane lie together, least
    significant first, so that VX, VE and VR registers are views of it and a write through one shows in all.
    Lane j of VR[i] is {VX[4i+3][j], ..., VX[4i][j]}.
    """

    def __init__(self, config: Config) -> None:
        k = config.k
        self.config = config
        self.data = np.zeros((config.vr_count, k, 4), np.uint8)
        self.acc = np.zeros((k, k), np.int32)
        self.tile = np.zeros((k, k), np.int32)
        self.a = np.zeros(ADDRESS_REGISTERS, np.uint32)
        self.scratchpad = np.zeros((config.scratchpad_rows, k), np.int8)
        self.lut = np.zeros((len(LUT_BANKS), LUT_BYTES), np.uint8)
        self.loops = LoopStack()
        self.flags = 0
        self.pc = 0
        self.cause = Cause.NONE
        self.halted = False
        self.retired = 0

    def register(self, register_class: str, number: int) -> npt.NDArray[Any]:
        """Return one register as a writable view: (K,) int8, int16 or int32; an A register as (1,) uint32."""
        if register_class == "A":
            return self.a[number : number + 1]
        rows = CLASS_ROWS[register_class]
        group, first = divmod(number * rows, 4)
        return self.data[group, :, first : first + rows].view(f"<i{rows}")[:, 0]

    def rows_of(self, register_class: str, number: int) -> npt.NDArray[np.int8]:
        """Return the VX rows that one vector register covers, in VX order, as a writable (n, K) int8 view."""
        rows = CLASS_ROWS[register_class]
        group, first = divmod(number * rows, 4)
        return self.data[group, :, first : first + rows].view(np.int8).T

    def file(self, register_class: str) -> npt.NDArray[Any]:
        """Return a copy of all registers of a class: (count, K) int8, int16 or int32."""
        count = self.config.count(register_class)
        return np.stack([self.register(register_class, number) for number in range(count)])

    def restart(self) -> None:
        """Begin at address 0 again: not halted, no cause, in no loop, nothing retired; all else stays."""
        self.loops = LoopStack()
        self.pc = 0
        self.cause = Cause.NONE
        self.halted = False
        self.retired = 0
