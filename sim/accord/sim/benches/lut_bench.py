"""The lookup banks alone, where a bank has many segments and where it is a single one."""

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly

from accord.isa.config import LUT_BANKS, LUT_BYTES, Config
from accord.sim.runner import parameters


def _host_bytes(data: int, k: int) -> bytes:
    """Return a segment's bytes in the order of a bank: the lowest of every 32-bit lane, then the next."""
    return bytes(data >> 32 * j + 8 * row & 255 for row in range(4) for j in range(k))


@cocotb.test()
async def random_accesses(dut: Any) -> None:
    """Lookups, host reads, segment writes and now and then a reset, at random; every byte of each bank is read."""
    k, count = parameters()["k"], parameters()["count"]
    segments, size = Config(k=k).lut_segments, 4 * k
    banks = [bytearray(LUT_BYTES) for _ in LUT_BANKS]
    seen = set()
    Clock(dut.clk, 10, unit="ns").start()
    dut.write__valid.value = 0
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    for tick in range(count):
        bank, host_bank, written_bank = (random.randrange(len(LUT_BANKS)) for _ in range(3))
        host_segment, written_segment = random.randrange(segments), random.randrange(segments)
        indices, lanes = random.choices(range(LUT_BYTES), k=k), [random.getrandbits(32) for _ in range(k)]
        reset, writes = random.randrange(count // 4) == 0, random.getrandbits(1)
        dut.rst.value = int(reset)
        dut.bank.value, dut.index.value = bank, int.from_bytes(indices, "little")
        dut.host_segment.value = host_bank << 6 | host_segment
        dut.write__valid.value, dut.write__bank.value, dut.write__segment.value = writes, written_bank, written_segment
        dut.write__data.value = sum(lane << 32 * j for j, lane in enumerate(lanes))
        await ReadOnly()
        found = int(dut.byte.value).to_bytes(k, "little")
        assert found == bytes(banks[bank][index] for index in indices), f"tick {tick}, bank {bank}: {indices}"
        stored = banks[host_bank][size * host_segment :][:size]
        assert _host_bytes(int(dut.host_data.value), k) == stored, f"tick {tick}: {host_bank}, {host_segment}"
        seen |= {(bank, index) for index in indices}
        await FallingEdge(dut.clk)
        if reset:
            banks = [bytearray(LUT_BYTES) for _ in LUT_BANKS]
        elif writes:
            segment = bytes(lane >> 8 * row & 255 for row in range(4) for lane in lanes)
            banks[written_bank][size * written_segment : size * (written_segment + 1)] = segment
    assert len(seen) == len(LUT_BANKS) * LUT_BYTES
