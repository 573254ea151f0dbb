"""The aliased register file: L rows of K bytes, seen as VX, VE and VR.

Rows are the storage; the lanes of VE and VR are gathered from two and four of them, little-endian in rows. The
scoreboard never lets two units write one row in one tick; should a test drive them so, the order of the ports decides:
ext loses to the LSU, the LSU to the VALU, the VALU to the MMALU.
"""

from amaranth.hdl import Array, Cat, Module, Signal
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import Width
from accord.isa.config import Config


class RegisterFile(Component):
    """Reads are combinational, writes at the edge. Row data: lane j at bit 8 j; operands, results: at bit 32 j."""

    def __init__(self, config: Config):
        self.config = config
        k = config.k
        row_read = Signature({"row": Out(5), "data": In(8 * k)})
        lane_read = Signature({"width": Out(Width), "index": Out(5), "data": In(32 * k)})
        row_write = Signature({"en": Out(1), "row": Out(5), "data": Out(8 * k)})
        lane_write = Signature({"en": Out(1), "width": Out(Width), "index": Out(5), "data": Out(32 * k)})
        super().__init__(
            {
                "feed_a": In(row_read),
                "feed_b": In(row_read),
                "operands": In(lane_read).array(3),  # sign-extended from their width
                "store": In(row_read),
                "ext_read": In(lane_read),
                "tile": In(lane_write),  # MMALU
                "result": In(lane_write),  # VALU; data beyond the width is dropped
                "load": In(row_write),  # LSU
                "ext_write": In(lane_write),  # VX data: lane j at bit 8 j
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        rows = [Signal(8 * self.config.k, name=f"row_{r}") for r in range(self.config.vx_count)]
        for port in (self.feed_a, self.feed_b, self.store):
            m.d.comb += port.data.eq(Array(rows)[port.row])
        for port in (*self.operands, self.ext_read):
            m.d.comb += port.data.eq(self._gather(m, rows, port))
        self._write_ext(m, rows)
        for r, row in enumerate(rows):
            with m.If(self.load.en & (self.load.row == r)):
                m.d.sync += row.eq(self.load.data)
        self._scatter(m, rows, self.result)
        self._scatter(m, rows, self.tile)
        return m

    def _gather(self, m: Module, rows, port):
        groups = [Array(rows[byte::4]) for byte in range(4)]
        first = Signal(5)
        with m.Switch(port.width):
            with m.Case(Width.X):
                m.d.comb += first.eq(port.index)
            with m.Case(Width.E):
                m.d.comb += first.eq(port.index << 1)
            with m.Default():
                m.d.comb += first.eq(port.index << 2)
        group = [Signal(8 * self.config.k) for _ in range(4)]
        m.d.comb += [group[byte].eq(groups[byte][first[2:]]) for byte in range(4)]
        half = [Signal(8 * self.config.k) for _ in range(2)]
        m.d.comb += [half[byte].eq(Array((group[byte], group[2 + byte]))[first[1]]) for byte in range(2)]
        single = Signal(8 * self.config.k)
        m.d.comb += single.eq(Array(group)[first[:2]])
        out = Signal(32 * self.config.k)
        lanes = range(self.config.k)
        with m.Switch(port.width):
            with m.Case(Width.X):
                m.d.comb += out.eq(Cat(_extend(single.word_select(j, 8)) for j in lanes))
            with m.Case(Width.E):
                m.d.comb += out.eq(
                    Cat(_extend(Cat(half[0].word_select(j, 8), half[1].word_select(j, 8))) for j in lanes)
                )
            with m.Default():
                m.d.comb += out.eq(Cat(group[byte].word_select(j, 8) for j in lanes for byte in range(4)))
        return out

    def _scatter(self, m: Module, rows, port):
        lanes = range(self.config.k)
        by_byte = [Signal(8 * self.config.k) for _ in range(4)]
        m.d.comb += [by_byte[byte].eq(Cat(port.data[32 * j + 8 * byte :][:8] for j in lanes)) for byte in range(4)]
        for r, row in enumerate(rows):
            for width, shift in ((Width.X, 0), (Width.E, 1), (Width.R, 2)):
                with m.If(port.en & (port.width == width) & (port.index == r >> shift)):
                    m.d.sync += row.eq(by_byte[r & ((1 << shift) - 1)])

    def _write_ext(self, m: Module, rows):
        port = self.ext_write
        k = self.config.k
        for r, row in enumerate(rows):
            with m.If(port.en & (port.width == Width.X) & (port.index == r)):
                m.d.sync += row.eq(port.data[: 8 * k])
            with m.If(port.en & (port.width == Width.R) & (port.index == r >> 2)):
                m.d.sync += row.eq(Cat(port.data[32 * j + 8 * (r & 3) :][:8] for j in range(k)))


def _extend(value):
    return Cat(value, value[-1].replicate(32 - len(value)))
