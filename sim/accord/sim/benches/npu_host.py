"""The host of a whole NPU in a cocotb bench."""

from typing import Any

from accord.isa import Cause
from accord.sim.drivers import Stepper, pack, unpack, zero_inputs
from accord.sim.runner import parameters

LIMIT = 2000
"""Ticks after which a program of this bench counts as hung."""


class Host:
    """Drives the host's ports, a tick at a time."""

    def __init__(self, dut: Any) -> None:
        self.dut, self.k = dut, parameters()["k"]
        self.stepper = Stepper(dut)

    async def start(self) -> None:
        """Reset; the top registers it, hence one tick more."""
        zero_inputs(self.dut, "ctrl__", "prog__", "ext_wr__en", "ext_rd__", "spad__en", "spad__write", "debug__")
        await self.stepper.reset()
        await self.tick()

    async def tick(self) -> None:
        """Let inputs settle and take the edge."""
        await self.stepper.settle()
        await self.stepper.edge()

    async def pulse(self, name: str) -> None:
        """Set one control input for a tick."""
        port = getattr(self.dut, f"ctrl__{name}")
        port.value = 1
        await self.tick()
        port.value = 0

    async def load(self, words: list[int]) -> None:
        """Write a program and go to its start."""
        dut = self.dut
        dut.prog__en.value = 1
        for address, word in enumerate(words):
            dut.prog__addr.value, dut.prog__data.value = address, int(word)
            await self.tick()
        dut.prog__en.value = 0
        await self.pulse("rewind")

    async def write(self, register: str, index: int, lanes: list[int]) -> None:
        """Write VX[index] or VR[index] through the ext port."""
        dut, is_vr = self.dut, register == "VR"
        dut.ext_wr__en.value, dut.ext_wr__is_vr.value, dut.ext_wr__index.value = 1, int(is_vr), index
        dut.ext_wr__data.value = pack(lanes, 32 if is_vr else 8)
        await self.tick()
        dut.ext_wr__en.value = 0

    async def read(self, register: str, index: int) -> list[int]:
        """Read VX[index] or VR[index] through the ext port."""
        is_vr = register == "VR"
        self.dut.ext_rd__is_vr.value, self.dut.ext_rd__index.value = int(is_vr), index
        await self.stepper.settle()
        return unpack(int(self.dut.ext_rd__data.value), self.k, 32 if is_vr else 8)

    async def read_address(self, index: int) -> int:
        """Read A[index]."""
        self.dut.debug__a_index.value = index
        await self.stepper.settle()
        return int(self.dut.debug__a_data.value)

    async def read_loops(self) -> list[tuple[int, int, int]]:
        """Read start, length, remaining of every entry of the loop stack."""
        entries = []
        for index in range(4):
            self.dut.debug__loop_index.value = index
            await self.stepper.settle()
            ports = (self.dut.debug__loop_start, self.dut.debug__loop_length, self.dut.debug__loop_remaining)
            entries.append(tuple(int(port.value) for port in ports))
        return entries

    async def read_segment(self, bank: int, segment: int) -> list[int]:
        """Read 4K bytes of a lookup bank, lane after lane."""
        self.dut.debug__lut_segment.value = bank << 6 | segment
        await self.stepper.settle()
        return unpack(int(self.dut.debug__lut_data.value), self.k, 32)

    async def read_row(self, row: int) -> list[int]:
        """Read a scratchpad row."""
        self.dut.spad__en.value, self.dut.spad__addr.value = 1, row
        await self.tick()
        self.dut.spad__en.value = 0
        await self.stepper.settle()
        return unpack(int(self.dut.spad__rdata.value), self.k, 8)

    async def write_row(self, row: int, lanes: list[int]) -> None:
        """Write a scratchpad row."""
        self._present_row(row, lanes)
        await self.tick()
        self.release()

    def _present_row(self, row: int, lanes: list[int]) -> None:
        dut = self.dut
        dut.spad__en.value = dut.spad__write.value = 1
        dut.spad__addr.value, dut.spad__wdata.value = row, pack(lanes, 8)

    def intrude(self, address: int, word: int, row: int, lanes: list[int]) -> None:
        """Write program memory and scratchpad, clear the flags and rewind, in every tick until ``release``."""
        dut = self.dut
        dut.prog__en.value, dut.prog__addr.value, dut.prog__data.value = 1, address, word
        dut.ctrl__clear_flags.value = dut.ctrl__rewind.value = 1
        self._present_row(row, lanes)

    def release(self) -> None:
        """Leave the host's ports alone."""
        for name in ("prog__en", "spad__en", "spad__write", "ctrl__clear_flags", "ctrl__rewind"):
            getattr(self.dut, name).value = 0

    async def go(self, how: str = "run") -> None:
        """Run, or step, until the NPU is idle again."""
        await self.pulse(how)
        for _ in range(LIMIT):
            await self.stepper.settle()
            if not self.dut.status__running.value:
                return
            await self.stepper.edge()
        raise AssertionError(f"still running after {LIMIT} ticks")

    def status(self) -> tuple[bool, Cause, int]:
        """Return halted, cause, PC."""
        dut = self.dut
        return bool(dut.status__halted.value), Cause(int(dut.status__cause.value)), int(dut.status__pc.value)
