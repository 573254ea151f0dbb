"""The Verilated RTL in this process, with the golden model's methods: same script, other import."""

import itertools
import os
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import ADDRESS_REGISTERS, LOOP_DEPTH, LUT_BANKS, LUT_BYTES, Config
from accord.isa.machine import UNITS, Cause, Counters, Flags, MachineError, Status, TickLimitError
from accord.model.host import BYTES, WORDS, as_first, as_rows, as_tick_limit, as_words
from accord.sim import record
from accord.sim.library import library_for
from accord.sim.record import Dispatch, Event, Write

_LIMIT, _STUCK = 1, 2
_STEP_TICKS = 100_000
_wave_files = itertools.count()


class Npu:
    """An NPU of Verilated RTL with the host interface of docs/architecture.md, which the golden model has too.

    The first use of a configuration compiles it, later ones load it. Arrays handed out are read-only copies.
    Bad arguments raise TypeError, ValueError or IndexError naming the argument. With ``trace`` a run is
    recorded for ``writes``, ``dispatches``, ``in_flight`` and ``events``; ``waves`` names a VCD file to write
    (default: a file in the directory that ACCORD_WAVES names, or none). Raises ToolError or BuildError where the
    simulator cannot be built.
    """

    def __init__(
        self, config: Config | None = None, *, trace: bool = False, waves: str | os.PathLike[str] | None = None
    ) -> None:
        self.config = config or Config()
        self._trace = trace
        self._waves = _wave_file(self.config) if waves is None else Path(waves)
        self._library = library_for(self.config, waves=self._waves is not None)
        self._close: Callable[[], object] | None = None
        self._handle: int | None = None
        self.reset()

    def reset(self) -> None:
        """The state after power-up: everything zero, program memory too; not halted. Waves start afresh."""
        self.close()
        waves = os.fsencode(self._waves) if self._waves else None
        self._handle = self._library.accord_create(self.config.k, waves, self._trace)
        self._close = weakref.finalize(self, self._library.accord_destroy, self._handle)

    def close(self) -> None:
        """Free the simulator and complete the waves; only ``reset`` is of use afterwards."""
        if self._close is not None:
            self._close()
            self._handle = None

    def load(self, program: Iterable[int]) -> None:
        """Put a ``Program``, or words, into program memory from address 0; the rest is 0, an illegal word.

        PC = 0, counters, halted, cause and loop stack cleared; registers, ACC, T, scratchpad, lookup banks, A and
        flags stay. Raises ProgramTooLongError where it does not fit, TypeError or ValueError for a word that is
        not 32 bits.
        """
        words = np.array(as_words(program, self.config), np.uint32)
        self._library.accord_load(self._live(), words.ctypes.data, len(words))

    def run(self, max_ticks: int = 1_000_000) -> Status:
        """Run from PC until halted or trapped; from 0 with counters and loop stack cleared where halted already.

        Raises TickLimitError where ``max_ticks`` ticks were not enough: older work has drained, the state is
        that between two instructions, and another ``run`` continues.
        """
        limit = as_tick_limit(max_ticks)
        if self._result(self._library.accord_run(self._live(), limit)) == _LIMIT:
            raise TickLimitError(
                f"not halted after max_ticks={limit} ticks, at PC {self.status.pc}; run() again continues there"
            )
        return self.status

    def step(self) -> Status:
        """Execute one instruction, the first of the program where halted already, and return the status."""
        self._result(self._library.accord_step(self._live(), _STEP_TICKS))
        return self.status

    def ext_write_vx(self, row: int, rows: npt.ArrayLike) -> None:
        """Write ``rows``, (K,) or (n, K) int8 or uint8, to VX[row] and the registers after it."""
        array = as_rows(rows, "rows", k=self.config.k, dtypes=BYTES)
        first = as_first(row, "row", rows=len(array), count=self.config.vx_count)
        self._library.accord_ext_write(self._live(), False, first, len(array), array.ctypes.data)

    def ext_write_vr(self, index: int, values: npt.ArrayLike) -> None:
        """Write ``values``, (K,) or (n, K) int32, uint32 or float32, to VR[index] and the registers after it."""
        array = as_rows(values, "values", k=self.config.k, dtypes=WORDS)
        first = as_first(index, "index", rows=len(array), count=self.config.vr_count)
        self._library.accord_ext_write(self._live(), True, first, len(array), array.ctypes.data)

    def write_scratchpad(self, row: int, rows: npt.ArrayLike) -> None:
        """Write ``rows``, (K,) or (n, K) int8 or uint8, to consecutive scratchpad rows from ``row`` on."""
        array = as_rows(rows, "rows", k=self.config.k, dtypes=BYTES)
        first = as_first(row, "row", rows=len(array), count=self.config.scratchpad_rows)
        self._library.accord_spad_write(self._live(), first, len(array), array.ctypes.data)

    def clear_flags(self) -> None:
        """Clear the sticky floating-point flags."""
        self._library.accord_clear_flags(self._live())

    @property
    def vx(self) -> npt.NDArray[np.int8]:
        """VX registers, (L, K)."""
        out = np.empty((self.config.vx_count, self.config.k), np.int8)
        self._library.accord_ext_read(self._live(), False, len(out), out.ctypes.data)
        return _read_only(out)

    @property
    def ve(self) -> npt.NDArray[np.int16]:
        """VE registers, (L/2, K): lane j of VE[i] is {VX[2i+1][j], VX[2i][j]}."""
        pairs = self.vx.reshape(self.config.ve_count, 2, self.config.k).transpose(0, 2, 1)
        return _read_only(np.ascontiguousarray(pairs).view(np.int16)[:, :, 0])

    @property
    def vr(self) -> npt.NDArray[np.int32]:
        """VR registers, (L/4, K); ``.view(numpy.float32)`` reads them as FP32."""
        out = np.empty((self.config.vr_count, self.config.k), np.int32)
        self._library.accord_ext_read(self._live(), True, len(out), out.ctypes.data)
        return _read_only(out)

    @property
    def acc(self) -> npt.NDArray[np.int32]:
        """The accumulators, (K, K)."""
        return self._read_tile(committed=False)

    @property
    def tile(self) -> npt.NDArray[np.int32]:
        """T, the last committed tile, (K, K)."""
        return self._read_tile(committed=True)

    @property
    def scratchpad(self) -> npt.NDArray[np.int8]:
        """The scratchpad, (rows, K)."""
        out = np.empty((self.config.scratchpad_rows, self.config.k), np.int8)
        self._library.accord_spad_read(self._live(), 0, len(out), out.ctypes.data)
        return _read_only(out)

    @property
    def a(self) -> npt.NDArray[np.uint32]:
        """The address registers, (32,)."""
        out = np.empty(ADDRESS_REGISTERS, np.uint32)
        self._library.accord_read_a(self._live(), len(out), out.ctypes.data)
        return _read_only(out)

    @property
    def loops(self) -> npt.NDArray[np.uint32]:
        """The loop stack, (4, 3): start, length, remaining of each entry, outermost first; unused ones are zero."""
        out = np.empty((LOOP_DEPTH, 3), np.uint32)
        self._library.accord_read_loops(self._live(), len(out), out.ctypes.data)
        return _read_only(out)

    @property
    def lut(self) -> npt.NDArray[np.uint8]:
        """The lookup banks A and B, (2, 256)."""
        out = np.empty((len(LUT_BANKS), LUT_BYTES), np.uint8)
        self._library.accord_read_lut(self._live(), len(out), self.config.lut_segments, out.ctypes.data)
        return _read_only(out)

    @property
    def status(self) -> Status:
        """Halted, trap cause, PC and sticky flags."""
        out = np.empty(4, np.uint64)
        self._library.accord_status(self._live(), out.ctypes.data)
        halted, cause, pc, flags = out.tolist()
        return Status(bool(halted), Cause(cause), pc, Flags(flags))

    @property
    def counters(self) -> Counters:
        """Ticks in all, instructions completed, busy and stall ticks of each unit."""
        out = np.empty(2 + 2 * len(UNITS), np.uint64)
        self._library.accord_counters(self._live(), out.ctypes.data)
        cycles, retired, *units = out.tolist()
        busy, stall = units[: len(UNITS)], units[len(UNITS) :]
        return Counters(cycles, retired, dict(zip(UNITS, busy, strict=True)), dict(zip(UNITS, stall, strict=True)))

    @property
    def ticks(self) -> int:
        """Edges simulated since ``reset``, those of the host's own reads and writes included."""
        return int(self._library.accord_ticks(self._live()))

    def events(self) -> list[Event]:
        """Return the array feeds and results of the last ``run`` or ``step``, in order of ticks.

        Raises MachineError where the NPU was not made with ``trace=True``.
        """
        return record.events(self._recorded("events"))

    def writes(self) -> list[Write]:
        """Return every change of the state in the last ``run`` or ``step``, in order of ticks.

        Raises MachineError where the NPU was not made with ``trace=True``.
        """
        raw = self._recorded("writes")
        data = np.empty(self._library.accord_written_count(self._live()), np.uint8)
        self._library.accord_written(self._live(), data.ctypes.data)
        return record.writes(raw, data.tobytes(), self.config)

    def dispatches(self) -> list[Dispatch]:
        """Return the instructions that entered the issue window in the last ``run`` or ``step``, in program order.

        Raises MachineError where the NPU was not made with ``trace=True``.
        """
        return record.dispatches(self._recorded("dispatches"))

    def in_flight(self) -> list[int]:
        """Return, for every set of units, how many ticks of the last ``run`` or ``step`` just those were at work.

        The index is a mask in the order of UNITS (1 mmalu, 2 valu, 4 lsu). Raises MachineError where the NPU was
        not made with ``trace=True``.
        """
        self._need_trace("in_flight")
        out = np.empty(1 << len(UNITS), np.uint64)
        self._library.accord_in_flight(self._live(), out.ctypes.data)
        return [int(ticks) for ticks in out]

    def _recorded(self, name: str) -> npt.NDArray[np.void]:
        self._need_trace(name)
        out = np.empty(self._library.accord_event_count(self._live()), record.RAW_EVENT)
        self._library.accord_events(self._live(), out.ctypes.data)
        return out

    def _need_trace(self, name: str) -> None:
        if not self._trace:
            raise MachineError(f"{name}(): nothing was recorded; make the Npu with trace=True")

    def _live(self) -> int:
        if self._handle is None:
            raise MachineError("this Npu was closed; reset() opens it again")
        return self._handle

    def _result(self, result: int) -> int:
        """Return ``result`` of a run or step; MachineError where the machine came to no end."""
        if result == _STUCK:
            raise MachineError(f"the RTL did not drain after it was stopped at PC {self.status.pc}")
        return result

    def _read_tile(self, committed: bool) -> npt.NDArray[np.int32]:
        out = np.empty((self.config.k, self.config.k), np.int32)
        self._library.accord_read_tile(self._live(), committed, out.ctypes.data)
        return _read_only(np.ascontiguousarray(out.T))


def _wave_file(config: Config) -> Path | None:
    """Return a new file name in the directory that ACCORD_WAVES names, and say it; None where it is not set."""
    directory = os.environ.get("ACCORD_WAVES")
    if not directory:
        return None
    path = Path(directory).absolute() / f"npu-k{config.k}-{os.getpid()}-{next(_wave_files)}.vcd"
    path.parent.mkdir(parents=True, exist_ok=True)
    print(f"waves: {path}")
    return path


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
