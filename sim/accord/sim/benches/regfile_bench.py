"""Register file: aliasing of VX, VE and VR through every port, sign extension, port priority."""

import random
from collections.abc import Iterable
from itertools import combinations, product
from typing import Any, NamedTuple

import cocotb

from accord.hw.types import Width
from accord.isa.config import CLASS_ROWS
from accord.sim.drivers import Stepper, pack, signed, unpack
from accord.sim.runner import parameters

WIDTH = {"VX": Width.X, "VE": Width.E, "VR": Width.R}
WRITERS = {"ext_write": ("VX", "VR"), "load": ("VX",), "result": ("VX", "VE", "VR"), "tile": ("VR",)}
"""Write ports by rising priority, and the classes each writes."""
ROW_READERS = ("feed_a", "feed_b", "store")
LANE_READERS = ("operands__0", "operands__1", "operands__2", "ext_read")


class Write(NamedTuple):
    """One port's write; ``lanes`` are unsigned 32-bit, of which the class takes the low bits."""

    port: str
    kind: str
    index: int
    lanes: list[int]


class RegisterModel:
    """Rows of K bytes in one bytearray."""

    def __init__(self, k: int, rows: int) -> None:
        self.k, self.rows = k, rows
        self.storage = bytearray(k * rows)

    def count(self, kind: str) -> int:
        """Registers of a class."""
        return self.rows // CLASS_ROWS[kind]

    def write(self, write: Write) -> None:
        """Write the class's bytes, little-endian over its rows."""
        size = CLASS_ROWS[write.kind]
        for lane, value in enumerate(write.lanes):
            for byte in range(size):
                self.storage[(size * write.index + byte) * self.k + lane] = value >> (8 * byte) & 0xFF

    def read(self, kind: str, index: int) -> list[int]:
        """Return K signed lanes."""
        size = CLASS_ROWS[kind]
        rows = [self.row(size * index + byte) for byte in range(size)]
        return [signed(sum(row[lane] << (8 * b) for b, row in enumerate(rows)), 8 * size) for lane in range(self.k)]

    def row(self, index: int) -> bytearray:
        """Return K bytes."""
        return self.storage[index * self.k : (index + 1) * self.k]


class WriteDriver:
    """Drives the write ports of one tick."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut

    def drive(self, writes: Iterable[Write]) -> None:
        """Enable the ports of ``writes`` and no others."""
        for port in WRITERS:
            getattr(self.dut, f"{port}__en").value = 0
        for port, kind, index, lanes in writes:
            getattr(self.dut, f"{port}__en").value = 1
            narrow = port == "load" or (port == "ext_write" and kind == "VX")
            getattr(self.dut, f"{port}__data").value = pack(lanes, 8 if narrow else 32)
            getattr(self.dut, f"{port}__{'row' if port == 'load' else 'index'}").value = index
            if port != "load":
                getattr(self.dut, f"{port}__width").value = WIDTH[kind].value


class ReadMonitor:
    """Points the read ports at registers and samples them."""

    def __init__(self, dut: Any, k: int) -> None:
        self.dut, self.k = dut, k

    def point(self, port: str, kind: str, index: int) -> None:
        """Select what ``port`` reads; row ports read VX only."""
        if port in ROW_READERS:
            getattr(self.dut, f"{port}__row").value = index
        else:
            getattr(self.dut, f"{port}__index").value = index
            getattr(self.dut, f"{port}__width").value = WIDTH[kind].value

    def sample(self, port: str) -> list[int]:
        """Return K signed lanes: 8 bits of a row port, 32 bits of a lane port."""
        value = int(getattr(self.dut, f"{port}__data").value)
        return unpack(value, self.k, 8 if port in ROW_READERS else 32)


class Checker:
    """Runs ticks on the device and the model and compares what the read ports show."""

    def __init__(self, dut: Any) -> None:
        given = parameters()
        self.model = RegisterModel(given["k"], given["rows"])
        self.clock = Stepper(dut)
        self.driver, self.monitor = WriteDriver(dut), ReadMonitor(dut, given["k"])
        self.compared = 0

    async def reset(self) -> None:
        """Reset with no port writing."""
        self.driver.drive([])
        await self.clock.reset()

    async def tick(self, writes: list[Write]) -> None:
        """Write through ``writes``, every read port at a random register: reads show the state before the edge."""
        self.driver.drive(writes)
        await self.compare({port: self.random_register(port) for port in (*ROW_READERS, *LANE_READERS)})
        await self.clock.edge()
        for write in sorted(writes, key=lambda write: list(WRITERS).index(write.port)):
            self.model.write(write)

    async def compare(self, selection: dict[str, tuple[str, int]]) -> None:
        """Compare the ports of ``selection`` with the model; the clock stands still."""
        for port, (kind, index) in selection.items():
            self.monitor.point(port, kind, index)
        await self.clock.settle()
        for port, (kind, index) in selection.items():
            seen, expected = self.monitor.sample(port), self.model.read(kind, index)
            assert seen == expected, f"tick {self.clock.ticks}: {port} of {kind}[{index}]: {seen} != {expected}"
            self.compared += 1

    async def sweep(self) -> None:
        """Compare every register of every class through every read port."""
        self.driver.drive([])
        for port in (*ROW_READERS, *LANE_READERS):
            for kind in ("VX",) if port in ROW_READERS else WIDTH:
                for index in range(self.model.count(kind)):
                    await self.compare({port: (kind, index)})

    async def rows(self) -> None:
        """Compare the whole storage through one port."""
        self.driver.drive([])
        for index in range(self.model.rows):
            await self.compare({"feed_a": ("VX", index)})

    def random_register(self, port: str) -> tuple[str, int]:
        """Return a class that the port reads and a register of it."""
        kind = "VX" if port in ROW_READERS else random.choice(list(WIDTH))
        return kind, random.randrange(self.model.count(kind))

    def random_write(self, port: str, kind: str = "", index: int | None = None) -> Write:
        """Return a write of random lanes; class and register random unless given."""
        kind = kind or random.choice(WRITERS[port])
        index = random.randrange(self.model.count(kind)) if index is None else index
        return Write(port, kind, index, [random.getrandbits(32) for _ in range(self.model.k)])


@cocotb.test()
async def zero_after_reset(dut: Any) -> None:
    """Every register reads zero after reset, also when it held something before."""
    checker = Checker(dut)
    await checker.reset()
    for index in range(checker.model.count("VR")):
        await checker.tick([checker.random_write("ext_write", "VR", index)])
    checker.model.storage = bytearray(len(checker.model.storage))
    await checker.reset()
    await checker.sweep()


@cocotb.test()
async def aliasing_through_every_port(dut: Any) -> None:
    """Each port writes each register of each of its classes; all views of all rows follow, byte for byte."""
    checker = Checker(dut)
    await checker.reset()
    for port, kinds in WRITERS.items():
        for kind in kinds:
            for index in range(checker.model.count(kind)):
                await checker.tick([checker.random_write(port, kind, index)])
                await checker.rows()
            await checker.sweep()
    assert checker.compared > checker.model.rows**2


@cocotb.test()
async def operands_are_sign_extended(dut: Any) -> None:
    """The extremes of each width, in every lane, arrive sign-extended on the operand ports."""
    checker = Checker(dut)
    await checker.reset()
    for kind, size in CLASS_ROWS.items():
        top = 1 << (8 * size - 1)
        for value in (top - 1, top, 2 * top - 1, 0, 1):
            for index in range(checker.model.count(kind)):
                await checker.tick([Write("result", kind, index, [value] * checker.model.k)])
            for port in LANE_READERS:
                checker.monitor.point(port, kind, 0)
            await checker.clock.settle()
            for port in LANE_READERS:
                assert checker.monitor.sample(port) == [signed(value, 8 * size)] * checker.model.k, (port, kind)
            await checker.sweep()


@cocotb.test()
async def priority_of_ports(dut: Any) -> None:
    """Every pair of ports and classes on overlapping rows: the later port wins, bytes it leaves are the other's."""
    checker = Checker(dut)
    await checker.reset()
    collisions = 0
    for low, high in combinations(WRITERS, 2):
        for low_kind, high_kind in product(WRITERS[low], WRITERS[high]):
            for row in range(checker.model.rows):
                writes = [
                    checker.random_write(low, low_kind, row // CLASS_ROWS[low_kind]),
                    checker.random_write(high, high_kind, row // CLASS_ROWS[high_kind]),
                ]
                await checker.tick(writes)
                await checker.rows()
                collisions += 1
    assert collisions == checker.model.rows * 17


@cocotb.test()
async def random_writes(dut: Any) -> None:
    """Any set of ports in one tick, crowded into a few rows half of the time."""
    checker = Checker(dut)
    await checker.reset()
    for step in range(parameters()["ticks"]):
        ports = [port for port in WRITERS if random.random() < 0.6]
        writes = [checker.random_write(port) for port in ports]
        if step % 2:
            row = random.randrange(checker.model.rows)
            writes = [write._replace(index=row // CLASS_ROWS[write.kind]) for write in writes]
        await checker.tick(writes)
    await checker.sweep()
