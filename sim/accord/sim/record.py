"""What a traced run leaves behind: every change of the state and every dispatch, with its tick and its instruction."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from accord.isa.config import Config

PORTS = ("feed", "mma", "valu", "lsu", "address", "lut", "store", "dispatch")
"""Trace ports by their code in the shim."""

RAW_EVENT = np.dtype([("tick", "<u8"), ("seq", "<u8"), ("place", "<u8"), ("port", "<u4"), ("flags", "<u4")])
"""The shim's record of one event; a change's bytes follow one another in a buffer of their own."""

_EVENT_PORTS = ("feed", "mma", "valu", "lsu")
_WRITE_PORTS = ("mma", "valu", "lsu", "address", "lut", "store")
_ROW_PORTS = ("mma", "valu", "lsu")
_REPLACE = 1 << 5


class Event(NamedTuple):
    """What happens at one edge of a run: operands enter the array, or a unit's result is due."""

    tick: int
    """Edges since the run began."""
    port: str
    """"feed", "mma", "valu" or "lsu"."""
    seq: int
    """The instruction: how many completed before it since the program began."""
    rows: int
    """VX rows written, a bit each; 0 for a feed and where no register is written."""


class Write(NamedTuple):
    """One change of the state, made at one edge of a run."""

    tick: int
    """Edges since the run began."""
    port: str
    """"mma" (a tile commits), "valu", "lsu", "address" (an A register), "lut" or "store"."""
    seq: int
    """The instruction: how many completed before it since the program began."""
    place: int
    """mma, valu, lsu: the VX rows written, a bit each (valu: 0 where none is); address: the register's index; lut:
    64 * bank + segment; store: the scratchpad row."""
    data: bytes
    """The bytes written: VX rows from the lowest on, lane 0 first (lut: the four of the segment; address: the
    register's four bytes, little-endian)."""
    flags: int
    """valu: sticky flags raised, or the flags' new value; elsewhere 0."""
    replace: bool
    """Whether ``flags`` replaces the flags."""


class Dispatch(NamedTuple):
    """An instruction enters the issue window; what of the older ones still in flight it has to wait for."""

    tick: int
    """Edges since the run began."""
    seq: int
    """The instruction: how many completed before it since the program began."""
    raw: bool
    """It reads a row that an older one writes."""
    war: bool
    """It writes a row that an older one has still to read."""
    waw: bool
    """It writes a row that an older one writes."""
    tile: bool
    """It reads T, which an older one has still to commit, or commits T, which an older one has still to read."""


def events(raw: npt.NDArray[np.void]) -> list[Event]:
    """Return the feeds and register writes of ``raw``, (n,) RAW_EVENT, in order of ticks."""
    return [
        Event(tick, PORTS[port], seq, place)
        for tick, seq, place, port, _ in raw.tolist()
        if PORTS[port] in _EVENT_PORTS
    ]


def writes(raw: npt.NDArray[np.void], data: bytes, config: Config) -> list[Write]:
    """Return the changes of the state in ``raw``, (n,) RAW_EVENT, in order of ticks; ``data`` holds their bytes."""
    found: list[Write] = []
    start = 0
    for tick, seq, place, code, flags in raw.tolist():
        port = PORTS[code]
        if port in _WRITE_PORTS:
            end = start + _size(port, place, config.k)
            found.append(Write(tick, port, seq, place, data[start:end], flags & ~_REPLACE, bool(flags & _REPLACE)))
            start = end
    return found


def dispatches(raw: npt.NDArray[np.void]) -> list[Dispatch]:
    """Return the dispatches of ``raw``, (n,) RAW_EVENT, in program order."""
    return [
        Dispatch(tick, seq, *(bool(flags >> bit & 1) for bit in range(4)))
        for tick, seq, _, port, flags in raw.tolist()
        if PORTS[port] == "dispatch"
    ]


def _size(port: str, place: int, k: int) -> int:
    """Return how many bytes a change has."""
    if port == "address":
        return 4
    rows = place.bit_count() if port in _ROW_PORTS else {"lut": 4, "store": 1}[port]
    return rows * k
