"""The lookup banks A and B: 256 bytes each, read a byte a lane, written and shown to the host a segment at a time."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import ValuOp
from accord.isa.config import LUT_BANKS, LUT_BYTES, Config

LOOKUPS = {ValuOp.LUT_A: 0, ValuOp.LUT_B: 1}
"""Operations that read a bank, and which one."""

SET_LOOKUPS = {ValuOp.SETLUT_A: 0, ValuOp.SETLUT_B: 1}
"""Operations that write a segment of a bank, and which one; they have no result."""


def write_signature(config: Config) -> Signature:
    """Return the port through which a segment is written, at the coming edge: ``data`` as a VR holds it."""
    return Signature({"valid": Out(1), "bank": Out(1), "segment": Out(6), "data": Out(32 * config.k)})


class LookupBanks(Component):
    """Banks of 64/K segments of 4K bytes; byte r * K + j of a segment is byte r of a lane j, from bit 32j + 8r on.

    ``byte``, lane j at bits 8j to 8j+7, is byte ``index`` (lane by lane, unsigned) of ``bank``; ``host_data`` is the
    segment ``host_segment`` (bit 6 the bank). Both reads are combinational. All bytes are zero after reset.
    """

    def __init__(self, config: Config) -> None:
        self._lanes, self._segments = config.k, config.lut_segments
        super().__init__(
            {
                "write": In(write_signature(config)),
                "bank": In(1),
                "index": In(8 * config.k),
                "byte": Out(8 * config.k),
                "host_segment": In(7),
                "host_data": Out(32 * config.k),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the memory of 32-bit words, a write port for each word of a segment, a read port for each lane."""
        m = Module()
        lane_bits, segment_bits = (self._lanes - 1).bit_length(), (self._segments - 1).bit_length()
        m.submodules.memory = memory = Memory(shape=32, depth=len(LUT_BANKS) * LUT_BYTES // 4, init=[])
        written = Signal(len(LUT_BANKS) * self._segments)  # a memory has no reset

        def read(lane: Value, place: Value) -> Value:
            """Return the word of ``lane`` of the segment at ``place`` (its number, then the bank)."""
            port = memory.read_port(domain="comb")
            m.d.comb += port.addr.eq(Cat(lane, place))
            return Mux(written.bit_select(place, 1), port.data, 0)

        write = self.write
        place = Cat(write.segment[:segment_bits], write.bank)
        with m.If(write.valid):
            m.d.sync += written.bit_select(place, 1).eq(1)
        host_place = Cat(self.host_segment[:segment_bits], self.host_segment[6])
        for j in range(self._lanes):
            port = memory.write_port()
            m.d.comb += [
                port.en.eq(write.valid),
                port.addr.eq(Cat(Const(j, lane_bits), place)),
                port.data.eq(write.data.word_select(j, 32)),
                self.host_data.word_select(j, 32).eq(read(Const(j, lane_bits), host_place)),
            ]
            index = self.index.word_select(j, 8)
            lane, row, segment = index[:lane_bits], index[lane_bits:][:2], index[lane_bits + 2 :]
            m.d.comb += self.byte.word_select(j, 8).eq(read(lane, Cat(segment, self.bank)).word_select(row, 8))
        return m
