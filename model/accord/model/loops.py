"""The stack of hardware loops: which body is being executed, and where it goes on at its end."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accord.isa.config import LOOP_DEPTH

LOOP_MEMBERS = ("start", "length", "remaining")
"""What each entry of the stack holds, in the order of the columns of ``LoopStack.table``."""

_NOWHERE = -1
"""An end that no instruction comes to."""


@dataclass(slots=True)
class _Loop:
    """A body of the words from ``start`` to ``end`` - 1, to be executed ``remaining`` times, this one included."""

    start: int
    end: int
    remaining: int


class LoopStack:
    """Up to LOOP_DEPTH loops, each body inside the one before. Empty at first.

    ``end`` is the address behind the innermost body, an address that is never reached while the stack is empty:
    a plain attribute, because every instruction compares its successor with it.
    """

    def __init__(self) -> None:
        self._loops: list[_Loop] = []
        self.end = _NOWHERE

    @property
    def is_full(self) -> bool:
        """Whether LOOP_DEPTH loops are on the stack."""
        return len(self._loops) == LOOP_DEPTH

    def holds(self, end: int) -> bool:
        """Return whether a body that ends before the address ``end`` may begin inside the innermost one."""
        return not self._loops or end <= self.end

    def push(self, start: int, length: int, count: int) -> None:
        """Enter a body of ``length`` words from ``start`` on, to be executed ``count`` times, at least once."""
        self.end = start + length
        self._loops.append(_Loop(start, self.end, count))

    def after(self, address: int) -> int:
        """Return where execution goes on when it comes to ``address`` = ``end``: bodies may end together.

        The innermost loop that has to go around again goes to its start, those inside it are left.
        """
        while address == self.end:
            innermost = self._loops[-1]
            innermost.remaining -= 1
            if innermost.remaining:
                return innermost.start
            self._loops.pop()
            self.end = self._loops[-1].end if self._loops else _NOWHERE
        return address

    @property
    def table(self) -> npt.NDArray[np.uint32]:
        """Start, length, remaining of each entry, outermost first, zero where unused: (LOOP_DEPTH, 3), a copy."""
        table = np.zeros((LOOP_DEPTH, len(LOOP_MEMBERS)), np.uint32)
        for row, loop in zip(table, self._loops, strict=False):
            row[:] = loop.start, loop.end - loop.start, loop.remaining
        return table
