"""The matrix unit: takes feeds from the window, sequences bias bytes, keeps `mma.last` a tile apart, drives the array.

An instruction taken at tick t reads its rows into the feed registers; they enter processing element (0,0) at the end
of tick t+1. A `last` taken at t commits column j of T at the end of tick t+1+K+j and writes its lane dot product with
column K-1.
"""

from amaranth.hdl import Array, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out

from accord.hw.array import SystolicArray
from accord.hw.pe import CONTROL
from accord.hw.types import MmaOp
from accord.hw.uop import SEQUENCE_BITS
from accord.hw.window import ISSUE, SLOTS
from accord.isa.config import Config

IN_FLIGHT = 4
"""`last` waves on their way: 2K ticks of latency, K apart, so three at most."""


class Mmalu(Component):
    """``tile_ready``: column ``tile_column`` of T holds what every `last` taken so far committed there."""

    def __init__(self, config: Config):
        k = self.k = config.k
        self.array = SystolicArray(config)
        self.stamped = self.array.stamped
        super().__init__(
            {
                "issue": In(ISSUE),
                "done": Out(SLOTS),
                "row_a": Out(5),
                "row_b": Out(5),
                "data_a": In(8 * k),
                "data_b": In(8 * k),
                "commit": Out(1),  # VR[commit_rd] = commit_data at the coming edge
                "commit_rd": Out(5),
                "commit_data": Out(32 * k),
                "commit_sequence": Out(SEQUENCE_BITS),
                "feeding": Out(1),  # a feed enters processing element (0,0) at the coming edge
                "feeding_sequence": Out(SEQUENCE_BITS),
                "busy": Out(1),
                "idle": Out(1),  # no wave is left in the array: ACC is settled
                "tile_column": In(6),
                "tile": Out(32 * k),
                "tile_ready": Out(1),
                "host_column": In(6),
                "host_tile": Out(32 * k),
                "host_acc": Out(32 * k),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.array = array = self.array
        m.d.comb += [
            array.tile_column.eq(self.tile_column),
            array.host_column.eq(self.host_column),
            self.tile.eq(array.tile),
            self.host_tile.eq(array.host_tile),
            self.host_acc.eq(array.host_acc),
        ]
        lasts = self._track_lasts(m)
        self._take(m, array, lasts)
        settle = Signal(range(2 * self.k + 2))
        with m.If(self.issue.take):
            m.d.sync += settle.eq(2 * self.k + 1)
        with m.Elif(settle != 0):
            m.d.sync += settle.eq(settle - 1)
        m.d.comb += self.idle.eq(settle == 0)
        return m

    def _take(self, m: Module, array, lasts):
        issue, uop = self.issue, self.issue.uop
        is_last, is_bias = uop.op == MmaOp.LAST, uop.op == MmaOp.BIAS
        is_feed = (uop.op == MmaOp.FEED) | is_last
        blocked = is_last & ((lasts & ((1 << (self.k - 1)) - 1)) != 0)
        byte = Signal(2)
        m.d.comb += [
            issue.take.eq(issue.valid & ~blocked & (~is_bias | (byte == 3))),
            self.row_a.eq(Mux(is_bias, (uop.rs1 << 2) + byte, uop.rs1)),
            self.row_b.eq(uop.rs2),
        ]
        with m.If(issue.valid & is_bias):
            m.d.sync += byte.eq(byte + 1)
        control = Signal(CONTROL)
        m.d.comb += self.busy.eq(issue.valid & ~blocked)
        with m.If(self.busy):
            m.d.comb += [
                control.feed.eq(is_feed),
                control.keep.eq(uop.keep),
                control.last.eq(is_last),
                control.clear.eq(uop.op == MmaOp.RESET),
                control.bias.eq(is_bias),
                control.byte.eq(byte),
            ]
        feed_a, feed_b, feed = Signal(8 * self.k), Signal(8 * self.k), Signal(CONTROL)
        m.d.sync += [
            feed.eq(control),
            feed_a.eq(self.data_a),
            feed_b.eq(self.data_b),
            self.feeding_sequence.eq(issue.sequence),
        ]
        m.d.comb += [
            array.control.eq(feed),
            array.a.eq(feed_a),
            array.b.eq(feed_b),
            self.feeding.eq(feed.feed),
        ]

    def _track_lasts(self, m: Module):
        """Follow `last` waves: bit p of the returned signal is set p+1 ticks after one was taken."""
        take_last = Signal()
        m.d.comb += take_last.eq(self.issue.take & (self.issue.uop.op == MmaOp.LAST))
        waves = Signal(2 * self.k)
        m.d.sync += waves.eq((waves << 1) | take_last)
        still_coming = Array([(waves & ((1 << (self.k + j + 1)) - 1)) != 0 for j in range(self.k)])
        m.d.comb += self.tile_ready.eq(~still_coming[self.tile_column])

        ticket = data.StructLayout({"slot": SLOTS, "rd": 5, "sequence": SEQUENCE_BITS})
        tickets = Array([Signal(ticket, name=f"ticket_{i}") for i in range(IN_FLIGHT)])
        newest, oldest = Signal(range(IN_FLIGHT)), Signal(range(IN_FLIGHT))
        with m.If(take_last):
            entry = tickets[newest]
            m.d.sync += [
                entry.slot.eq(self.issue.slot),
                entry.rd.eq(self.issue.uop.rd),
                entry.sequence.eq(self.issue.sequence),
                newest.eq(newest + 1),
            ]
        with m.If(self.array.commit):
            m.d.sync += oldest.eq(oldest + 1)
        done_now = Mux(take_last | ~self.issue.take, 0, self.issue.slot)
        m.d.comb += [
            self.commit.eq(self.array.commit),
            self.commit_rd.eq(tickets[oldest].rd),
            self.commit_sequence.eq(tickets[oldest].sequence),
            self.commit_data.eq(self.array.diagonal),
            self.done.eq(done_now | Mux(self.array.commit, tickets[oldest].slot, 0)),
        ]
        return waves
