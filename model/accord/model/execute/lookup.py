"""What lookups in the banks do, and the writing of a bank's segment."""

import numpy as np

from accord.isa.config import LUT_BANKS
from accord.model.execute.registry import Bound, Semantics, semantics
from accord.model.state import State


def _look_up(bank: int) -> Semantics:
    """Return: each lane is the bank's byte at the lane's index, an unsigned byte."""

    def look_up(state: State, i: Bound) -> None:
        i.rd.view(np.uint8)[:] = state.lut[bank, i.rs1.view(np.uint8)]

    return look_up


def _set(bank: int) -> Semantics:
    """Return: byte 4K * segment + r * K + j of the bank = lane j of row r of the register."""

    def set_segment(state: State, i: Bound) -> None:
        first = i.rows.size * i.imm
        state.lut[bank, first : first + i.rows.size] = i.rows.view(np.uint8).reshape(-1)

    return set_segment


for _bank, _name in enumerate(LUT_BANKS):
    semantics(f"lut_{_name}")(_look_up(_bank))
    semantics(f"setlut_{_name}")(_set(_bank))
