"""Load/store unit and scratchpad: a row a tick between scratchpad and registers."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import LsuOp, Width
from accord.hw.uop import SEQUENCE_BITS
from accord.hw.window import ISSUE, SLOTS
from accord.isa.config import Config


def host_signature(config: Config) -> Signature:
    """Return the host's scratchpad port: one row a tick, read data one tick later."""
    return Signature(
        {
            "en": Out(1),
            "write": Out(1),
            "addr": Out(20),
            "wdata": Out(8 * config.k),
            "rdata": In(8 * config.k),
        }
    )


class LoadStoreUnit(Component):
    """VE and VR move their rows in VX order. ``idle`` gives the scratchpad to the host."""

    def __init__(self, config: Config):
        self.config = config
        row = 8 * config.k
        super().__init__(
            {
                "issue": In(ISSUE),
                "done": Out(SLOTS),
                "store_row": Out(5),
                "store_data": In(row),
                "load": Out(Signature({"en": Out(1), "row": Out(5), "data": Out(row)})),
                "load_sequence": Out(SEQUENCE_BITS),
                "store": Out(Signature({"en": Out(1), "row": Out(20), "data": Out(row)})),  # into the scratchpad
                "busy": Out(1),
                "idle": In(1),
                "host": In(host_signature(config)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        config = self.config
        m.submodules.scratchpad = memory = Memory(shape=8 * config.k, depth=config.scratchpad_rows, init=[])
        read, write = memory.read_port(), memory.write_port()
        uop = self.issue.uop
        is_load, is_store = uop.op == LsuOp.LOAD, uop.op == LsuOp.STORE

        step = Signal(2)
        last_step = Signal(2)
        m.d.comb += last_step.eq(Mux(uop.dst == Width.X, 0, Mux(uop.dst == Width.E, 1, 3)))
        final = step == last_step
        row = Signal(5)
        first = Mux(uop.dst == Width.X, uop.rd, Mux(uop.dst == Width.E, uop.rd << 1, uop.rd << 2))
        m.d.comb += [
            row.eq(first + step),
            self.store_row.eq(row),
            self.issue.take.eq(self.issue.valid & final),
        ]
        with m.If(self.issue.valid):
            m.d.sync += step.eq(Mux(final, 0, step + 1))

        loaded = Signal(SLOTS)
        m.d.sync += [
            self.load.en.eq(self.issue.valid & is_load),
            self.load.row.eq(row),
            self.load_sequence.eq(self.issue.sequence),
            loaded.eq(Mux(self.issue.take & is_load, self.issue.slot, 0)),
        ]
        m.d.comb += [
            self.done.eq(loaded | Mux(self.issue.take & is_store, self.issue.slot, 0)),
            self.load.data.eq(read.data),
            self.host.rdata.eq(read.data),
            self.busy.eq(self.issue.valid | self.load.en),
        ]
        address = (uop.imm + step)[:20]
        m.d.comb += [
            self.store.en.eq(self.issue.valid & is_store),
            self.store.row.eq(address),
            self.store.data.eq(self.store_data),
        ]
        with m.If(self.idle):
            m.d.comb += [
                read.addr.eq(self.host.addr),
                write.addr.eq(self.host.addr),
                write.data.eq(self.host.wdata),
                read.en.eq(self.host.en & ~self.host.write),
                write.en.eq(self.host.en & self.host.write),
            ]
        with m.Else():
            m.d.comb += [
                read.addr.eq(address),
                write.addr.eq(self.store.row),
                write.data.eq(self.store.data),
                read.en.eq(self.issue.valid & is_load),
                write.en.eq(self.store.en),
            ]
        return m
