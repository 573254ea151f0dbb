"""The address registers A[0..31], read and written at dispatch, and the address of a load or store."""

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.types import Width
from accord.isa.config import ADDRESS_REGISTERS, Config

WRITE = Signature({"en": Out(1), "index": Out(5), "data": Out(32)})
"""A register is written at the coming edge."""


class AddressFile(Component):
    """A registers are 32 bits, modulo 2^32; ``in_range`` covers every row that the load or store touches."""

    def __init__(self, config: Config):
        self.config = config
        super().__init__(
            {
                "rd": In(5),
                "rs1": In(5),
                "imm": In(signed(21)),
                "width": In(Width),
                "is_post": In(1),  # the row is A itself, without the immediate
                "row": Out(20),
                "in_range": Out(1),
                "seta": In(1),  # A[rd] = imm
                "adda": In(1),  # A[rd] = A[rs1] + imm
                "post": In(1),  # A[rs1] = A[rs1] + imm
                "write": Out(WRITE),  # what the three do
                "host_index": In(5),
                "host_data": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        registers = Array([Signal(32, name=f"a_{i}") for i in range(ADDRESS_REGISTERS)])
        base, total, address = Signal(32), Signal(32), Signal(32)
        m.d.comb += [
            base.eq(registers[self.rs1]),
            total.eq(base + self.imm),
            address.eq(Mux(self.is_post, base, total)),
            self.row.eq(address),
            self.host_data.eq(registers[self.host_index]),
        ]
        rows = self.config.scratchpad_rows
        with m.Switch(self.width):
            with m.Case(Width.X):
                m.d.comb += self.in_range.eq(address <= rows - 1)
            with m.Case(Width.E):
                m.d.comb += self.in_range.eq(address <= rows - 2)
            with m.Default():
                m.d.comb += self.in_range.eq(address <= rows - 4)
        m.d.comb += [
            self.write.en.eq(self.seta | self.adda | self.post),
            self.write.index.eq(Mux(self.post, self.rs1, self.rd)),
            self.write.data.eq(Mux(self.seta, self.imm, total)),
        ]
        with m.If(self.write.en):
            m.d.sync += registers[self.write.index].eq(self.write.data)
        return m
