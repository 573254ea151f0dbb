"""What the benches share: a clock stepped by hand, and values as the ports of a component hold them."""

from collections.abc import Sequence
from typing import Any

from amaranth.lib import data
from cocotb.triggers import Timer


class Stepper:
    """Steps ``dut.clk``: inputs change while it is low and settle; outputs are sampled before the rising edge.

    A tick is ``drive; await settle(); sample; await edge()``; ``ticks`` counts the edges since the reset.
    """

    def __init__(self, dut: Any) -> None:
        self._clk, self._rst = dut.clk, dut.rst
        self._phase = Timer(1, "ns")
        self.ticks = 0

    async def reset(self) -> None:
        """Two edges in reset; afterwards the inputs not driven are the caller's business."""
        self._rst.value = 1
        for _ in range(2):
            await self.settle()
            await self.edge()
        self._rst.value = 0
        self.ticks = 0

    async def settle(self) -> None:
        """Wait until outputs follow inputs; any number of times in a tick."""
        await self._phase

    async def edge(self) -> None:
        """Take the rising edge; inputs have to be settled."""
        self._clk.value = 1
        await self._phase
        self._clk.value = 0
        self.ticks += 1


def zero_inputs(dut: Any, *prefixes: str) -> None:
    """Drive 0 on every port of ``dut`` whose name begins with one of ``prefixes``."""
    for handle in dut:
        if handle._name.startswith(prefixes):
            handle.value = 0


def pack(lanes: Sequence[int], bits: int) -> int:
    """Return ``lanes`` side by side, lane j at bit ``bits`` j, each modulo 2^bits."""
    mask = (1 << bits) - 1
    return sum((lane & mask) << (bits * j) for j, lane in enumerate(lanes))


def unpack(value: int, count: int, bits: int) -> list[int]:
    """Return ``count`` signed lanes of ``bits`` each."""
    return [signed(value >> (bits * j), bits) for j in range(count)]


def signed(value: int, bits: int) -> int:
    """Return the low ``bits`` of ``value`` as two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def pack_layout(layout: data.StructLayout, **values: int) -> int:
    """Return the bits of a ``layout`` with the fields given and 0 in the others."""
    word = 0
    for name, value in values.items():
        field = layout[name]
        word |= (int(value) & ((1 << field.width) - 1)) << field.offset
    return word


def unpack_layout(layout: data.StructLayout, word: int) -> dict[str, int]:
    """Return the fields of ``word``, unsigned."""
    return {str(name): (word >> field.offset) & ((1 << field.width) - 1) for name, field in layout}
