"""The golden model: executes a program one instruction at a time, from an empty pipeline, so to speak."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import Config
from accord.isa.encoding import decode
from accord.isa.machine import Cause, Counters, Flags, Status, TickLimitError
from accord.model.execute import Bound, Trap, bind
from accord.model.host import BYTES, WORDS, as_first, as_rows, as_tick_limit, as_words
from accord.model.state import State


class Npu:
    """An NPU with the host interface of docs/architecture.md, which the RTL's has too.

    Arrays handed out are read-only copies. Bad arguments raise TypeError, ValueError or IndexError naming the
    argument. ``config`` is the configuration it was made with.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.reset()

    def reset(self) -> None:
        """The state after power-up: everything zero, program memory too; not halted."""
        self._state = State(self.config)
        self._bound: dict[int, Bound | None] = {}
        self._program: list[Bound | None] = [None] * self.config.program_words

    def load(self, program: Iterable[int]) -> None:
        """Put a ``Program``, or words, into program memory from address 0; the rest is 0, an illegal word.

        PC = 0, counters, halted, cause and loops cleared; registers, ACC, T, lookup banks, scratchpad, A and flags
        stay. Raises ProgramTooLongError where it does not fit, TypeError or ValueError for a word that is not 32 bits.
        """
        words = as_words(program, self.config)
        unfilled = self.config.program_words - len(words)
        self._program = [self._bind(word) for word in words] + [None] * unfilled
        self._state.restart()

    def run(self, max_ticks: int = 1_000_000) -> Status:
        """Run from PC until halted or trapped; from 0, counters and loops cleared, where halted already.

        A tick is an instruction. Raises TickLimitError where ``max_ticks`` instructions were not enough: the
        state is that between two instructions, and another ``run`` continues.
        """
        limit = as_tick_limit(max_ticks)
        state = self._state
        if state.halted:
            state.restart()
        for _ in range(limit):
            self._advance(state)
            if state.halted:
                return self.status
        raise TickLimitError(
            f"not halted after max_ticks={limit} instructions, at PC {state.pc}; run() again continues there"
        )

    def step(self) -> Status:
        """Execute one instruction, the first of the program where halted already, and return the status."""
        if self._state.halted:
            self._state.restart()
        self._advance(self._state)
        return self.status

    def ext_write_vx(self, row: int, rows: npt.ArrayLike) -> None:
        """Write ``rows``, (K,) or (n, K) int8 or uint8, to VX[row] and the registers after it."""
        array = as_rows(rows, "rows", k=self.config.k, dtypes=BYTES)
        first = as_first(row, "row", rows=len(array), count=self.config.vx_count)
        for number, values in enumerate(array, first):
            self._state.register("VX", number)[:] = values

    def ext_write_vr(self, index: int, values: npt.ArrayLike) -> None:
        """Write ``values``, (K,) or (n, K) int32, uint32 or float32, to VR[index] and those after it."""
        array = as_rows(values, "values", k=self.config.k, dtypes=WORDS)
        first = as_first(index, "index", rows=len(array), count=self.config.vr_count)
        for number, lanes in enumerate(array, first):
            self._state.register("VR", number)[:] = lanes

    def write_scratchpad(self, row: int, rows: npt.ArrayLike) -> None:
        """Write ``rows``, (K,) or (n, K) int8 or uint8, to consecutive scratchpad rows from ``row`` on."""
        array = as_rows(rows, "rows", k=self.config.k, dtypes=BYTES)
        first = as_first(row, "row", rows=len(array), count=self.config.scratchpad_rows)
        self._state.scratchpad[first : first + len(array)] = array

    def clear_flags(self) -> None:
        """Clear the sticky floating-point flags."""
        self._state.flags = 0

    @property
    def vx(self) -> npt.NDArray[np.int8]:
        """VX registers, (L, K)."""
        return _read_only(self._state.file("VX"))

    @property
    def ve(self) -> npt.NDArray[np.int16]:
        """VE registers, (L/2, K)."""
        return _read_only(self._state.file("VE"))

    @property
    def vr(self) -> npt.NDArray[np.int32]:
        """VR registers, (L/4, K); ``.view(numpy.float32)`` reads them as FP32."""
        return _read_only(self._state.file("VR"))

    @property
    def acc(self) -> npt.NDArray[np.int32]:
        """The accumulators, (K, K)."""
        return _read_only(self._state.acc.copy())

    @property
    def tile(self) -> npt.NDArray[np.int32]:
        """T, the last committed tile, (K, K)."""
        return _read_only(self._state.tile.copy())

    @property
    def scratchpad(self) -> npt.NDArray[np.int8]:
        """The scratchpad, (rows, K)."""
        return _read_only(self._state.scratchpad.copy())

    @property
    def a(self) -> npt.NDArray[np.uint32]:
        """The address registers, (32,)."""
        return _read_only(self._state.a.copy())

    @property
    def lut(self) -> npt.NDArray[np.uint8]:
        """Lookup banks A and B, (2, 256)."""
        return _read_only(self._state.lut.copy())

    @property
    def loops(self) -> npt.NDArray[np.uint32]:
        """Hardware loops, outermost first: start, length, remaining of each, (4, 3); unused entries are zero."""
        return _read_only(self._state.loops.table)

    @property
    def status(self) -> Status:
        """Halted, trap cause, PC and sticky flags."""
        state = self._state
        return Status(state.halted, state.cause, state.pc, Flags(state.flags))

    @property
    def counters(self) -> Counters:
        """Instructions completed; None for cycles, busy and stall, which the model does not predict."""
        return Counters(cycles=None, retired=self._state.retired, busy=None, stall=None)

    def _bind(self, word: int) -> Bound | None:
        """Return the word ready to run, None where it is illegal; each different word is looked up once."""
        if word not in self._bound:
            decoded = decode(word, self.config)
            self._bound[word] = bind(decoded, self._state) if decoded else None
        return self._bound[word]

    def _advance(self, state: State) -> None:
        """Execute the instruction at PC, or trap: nothing changed, PC where it was, not retired."""
        if state.pc >= len(self._program):  # past its end behind the body of a loop that was skipped
            return _stop(state, Cause.FETCH)
        bound = self._program[state.pc]
        if bound is None:
            return _stop(state, Cause.ILLEGAL)
        try:
            bound.run(state, bound)
        except Trap as trap:
            return _stop(state, trap.cause)
        state.retired += 1
        if not state.halted:
            following = state.pc + 1
            loops = state.loops
            state.pc = following if following != loops.end else loops.after(following)
        return None


def _stop(state: State, cause: Cause) -> None:
    state.cause = cause
    state.halted = True


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
