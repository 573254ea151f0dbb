"""The issue window: the row-granular scoreboard that lets units run ahead of one another.

Every vector instruction waits in a slot with the masks of the rows it reads and writes. Against each older instruction
that is still in a slot it notes two kinds of wait: *take*, the older one must have read its operands (WAR; the tile
register; order inside a unit), and *done*, its result must stand in its register (RAW, WAW). It issues when none is
left.
"""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import Unit
from accord.hw.uop import SEQUENCE_BITS, UOP
from accord.isa.config import Config
from accord.isa.machine import UNITS

SLOTS = 16
"""Enough for the requantize chains of two tiles and the tiles in flight, at every K."""


def entry_layout(config: Config) -> data.StructLayout:
    """Return what the window keeps of an instruction besides its uop."""
    rows = config.vx_count
    return data.StructLayout({"unit": Unit, "reads": rows, "writes": rows, "reads_tile": 1, "writes_tile": 1})


HAZARDS = data.StructLayout({"raw": 1, "war": 1, "waw": 1, "tile": 1})
"""Why an instruction has to wait for older ones: for a result, for operands still to be read, or for T."""

ISSUE = Signature(
    {
        "valid": Out(1),
        "uop": Out(UOP),
        "sequence": Out(SEQUENCE_BITS),
        "slot": Out(SLOTS),  # one-hot; the unit hands it back through `done`
        "take": In(1),  # operands are read in this tick (the last of them, where that takes several)
        "waiting": Out(1),  # some instruction of the unit has not been taken, issuable or not
    }
)
"""The window's side of one unit: its oldest instruction, when that may issue."""


class Window(Component):
    """Allocates on ``push``, issues in order inside a unit, frees on ``done`` (a mask over the slots)."""

    def __init__(self, config: Config):
        self._entry = entry_layout(config)
        push = {"valid": Out(1), "ready": In(1), "entry": Out(self._entry)}
        push |= {"uop": Out(UOP), "sequence": Out(SEQUENCE_BITS)}
        super().__init__(
            {
                "push": In(Signature(push)),
                "units": Out(ISSUE).array(len(UNITS)),
                "done": In(SLOTS),
                "empty": Out(1),
                "hazards": Out(HAZARDS),  # of the instruction on `push`
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        valid, taken, take = Signal(SLOTS), Signal(SLOTS), Signal(SLOTS)
        free, allocate = Signal(SLOTS), Signal(SLOTS)
        m.d.comb += [
            free.eq(~valid),
            self.push.ready.eq(free != 0),
            self.empty.eq(valid == 0),
            allocate.eq(Mux(self.push.valid, free & -free, 0)),
        ]
        m.d.sync += [
            valid.eq((valid & ~self.done) | allocate),
            taken.eq((taken | take) & ~allocate),
        ]
        entries = [Signal(self._entry, name=f"entry_{s}") for s in range(SLOTS)]
        in_flight, untaken = valid & ~self.done, valid & ~taken & ~take
        blocks_take, blocks_done = self._conflicts(m, entries, in_flight, untaken)
        ready = Signal(SLOTS)
        for s, entry in enumerate(entries):
            wait_take, wait_done = Signal(SLOTS, name=f"take_{s}"), Signal(SLOTS, name=f"done_{s}")
            with m.If(allocate[s]):
                m.d.sync += [
                    entry.eq(self.push.entry),
                    wait_take.eq(blocks_take & untaken),
                    wait_done.eq(blocks_done & in_flight),
                ]
            with m.Else():
                m.d.sync += [wait_take.eq(wait_take & ~take), wait_done.eq(wait_done & ~self.done)]
            m.d.comb += ready[s].eq(valid[s] & ~taken[s] & (wait_take == 0) & (wait_done == 0))
        self._issue(m, entries, allocate, ready, valid & ~taken, take)
        return m

    def _conflicts(self, m: Module, entries, in_flight, untaken):
        """Return the masks of slots whose take and whose result the instruction now pushed has to wait for."""
        blocks_take, blocks_done = Signal(SLOTS), Signal(SLOTS)
        waits = {name: Signal(SLOTS, name=f"{name}_of") for name, _ in HAZARDS}
        new = self.push.entry
        for s, old in enumerate(entries):
            read_after_write = (new.reads & old.writes) != 0
            write_after_write = (new.writes & old.writes) != 0
            write_after_read = (new.writes & old.reads) != 0
            tile = (new.reads_tile & old.writes_tile) | (new.writes_tile & old.reads_tile)
            m.d.comb += [
                blocks_take[s].eq(write_after_read | tile | (new.unit == old.unit)),
                blocks_done[s].eq(read_after_write | write_after_write),
                waits["raw"][s].eq(read_after_write),
                waits["waw"][s].eq(write_after_write),
                waits["war"][s].eq(write_after_read),
                waits["tile"][s].eq(tile),
            ]
        for name, of in waits.items():
            still = in_flight if name in ("raw", "waw") else untaken
            m.d.comb += self.hazards[name].eq((of & still).any())
        return blocks_take, blocks_done

    def _issue(self, m: Module, entries, allocate, ready, untaken, take):
        payload = data.StructLayout({"uop": UOP, "sequence": SEQUENCE_BITS})
        stored = [Signal(payload, name=f"payload_{s}") for s in range(SLOTS)]
        for s, slot in enumerate(stored):
            with m.If(allocate[s]):
                m.d.sync += [slot.uop.eq(self.push.uop), slot.sequence.eq(self.push.sequence)]
        taken_now = 0
        for code, unit in enumerate(self.units):
            mine = Signal(SLOTS, name=f"of_{UNITS[code]}")
            m.d.comb += mine.eq(Cat(entry.unit == Unit(code) for entry in entries))
            m.d.comb += [
                unit.slot.eq(ready & mine),
                unit.valid.eq(unit.slot != 0),
                unit.waiting.eq((untaken & mine) != 0),
            ]
            for s, slot in enumerate(stored):
                with m.If(unit.slot[s]):
                    m.d.comb += [unit.uop.eq(slot.uop), unit.sequence.eq(slot.sequence)]
            taken_now = taken_now | Mux(unit.take, unit.slot, 0)
        m.d.comb += take.eq(taken_now)
