"""The loop stack: the address of the next word, found in the tick of dispatch.

An entry is in use while its ``remaining`` is not 0; entry 0 is the outermost loop. The stack changes where an
instruction completes (``advance``), and only there.
"""

from amaranth.hdl import Array, Const, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.isa.config import LOOP_DEPTH
from accord.isa.fields import FIELDS

PC_BITS = 17
"""A word address of the largest program memory, and of the words that a skipped body may lie behind it."""
COUNT_BITS, LENGTH_BITS = FIELDS["count"].width, FIELDS["length"].width

ENTRY = data.StructLayout({"start": PC_BITS, "end": PC_BITS, "remaining": COUNT_BITS})
"""A body's first word, the address behind its last, and how often it is still to be begun, this time included."""

LOOP = Signature({"start": Out(PC_BITS), "length": Out(LENGTH_BITS), "remaining": Out(COUNT_BITS)})
"""An entry as the host sees it."""


class LoopStack(Component):
    """``next_pc`` and ``fault`` are combinational; no tick is lost where one or more bodies end."""

    pc: In(PC_BITS)
    advance: In(1)  # the instruction at pc completes at the coming edge, and does not halt
    is_loop: In(1)  # it is a `loop`, of these:
    count: In(COUNT_BITS)
    length: In(LENGTH_BITS)
    fault: Out(1)  # that loop does not fit the stack, or into the innermost body
    next_pc: Out(PC_BITS)
    clear: In(1)
    host_index: In(range(LOOP_DEPTH))
    host: Out(LOOP)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        entries = [Signal(ENTRY, name=f"entry_{level}") for level in range(LOOP_DEPTH)]
        used = [*(entry.remaining != 0 for entry in entries), Const(0, 1)]
        following, body_end, in_sequence = Signal(PC_BITS), Signal(PC_BITS), Signal(PC_BITS)
        pushes = Signal()
        m.d.comb += [
            following.eq(self.pc + 1),
            body_end.eq(following + self.length),
            pushes.eq(self.is_loop & (self.count != 0)),
            in_sequence.eq(Mux(self.is_loop & ~pushes, body_end, following)),
            self.next_pc.eq(in_sequence),
            self.fault.eq(pushes & used[LOOP_DEPTH - 1]),
        ]
        popped = Const(0, 1)
        for level in reversed(range(LOOP_DEPTH)):
            entry = entries[level]
            innermost = used[level] & ~used[level + 1]
            is_next = ~used[level] & (used[level - 1] if level else 1)
            ends, pops = Signal(name=f"ends_{level}"), Signal(name=f"pops_{level}")
            m.d.comb += [
                ends.eq((innermost | popped) & (entry.end == in_sequence)),
                pops.eq(ends & (entry.remaining == 1)),
            ]
            popped = pops
            with m.If(ends & ~pops):
                m.d.comb += self.next_pc.eq(entry.start)
            with m.If(innermost & (body_end > entry.end)):
                m.d.comb += self.fault.eq(1)
            with m.If(self.advance & pushes & is_next):
                m.d.sync += [entry.start.eq(following), entry.end.eq(body_end), entry.remaining.eq(self.count)]
            with m.If(self.advance & ends):
                m.d.sync += entry.remaining.eq(entry.remaining - 1)
            with m.If((self.advance & pops) | self.clear):
                m.d.sync += entry.eq(0)
        self._show(m, entries)
        return m

    def _show(self, m: Module, entries):
        shown = Array(entries)[self.host_index]
        m.d.comb += [
            self.host.start.eq(shown.start),
            self.host.length.eq(shown.end - shown.start),
            self.host.remaining.eq(shown.remaining),
        ]
