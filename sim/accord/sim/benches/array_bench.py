"""The matrix unit fed through its issue port: sums, commits and their ticks, against plain integers."""

import random
from collections import deque
from typing import Any, NamedTuple

import cocotb

from accord.hw.types import MmaOp
from accord.hw.uop import UOP
from accord.hw.window import SLOTS
from accord.sim.drivers import Stepper, pack, pack_layout, signed, unpack, zero_inputs
from accord.sim.runner import parameters

ROWS = 32


class Op(NamedTuple):
    """One instruction for the unit; ``rs1`` of a bias is a VR."""

    op: MmaOp
    rs1: int = 0
    rs2: int = 0
    keep: int = 1
    rd: int = 0


class Commit(NamedTuple):
    """What a ``last`` has to write, and in which tick it was taken."""

    taken: int
    tile: list[list[int]]
    rd: int
    sequence: int
    slot: int


class Model:
    """ACC and T as plain integers, wrapped to 32 bits; T changes a column at a time."""

    def __init__(self, k: int) -> None:
        self._k = k
        self.acc = [[0] * k for _ in range(k)]
        self.tile = [[0] * k for _ in range(k)]
        self.commits: deque[Commit] = deque()

    def take(self, op: Op, rows: list[list[int]], tick: int, sequence: int, slot: int) -> None:
        """Execute ``op``, taken at ``tick``."""
        k = range(self._k)
        if op.op == MmaOp.RESET:
            self.acc = [[0] * self._k for _ in k]
        elif op.op == MmaOp.BIAS:
            value = [pack([rows[4 * op.rs1 + byte][i] for byte in range(4)], 8) for i in k]
            self.acc = [[signed(value[i], 32) for _ in k] for i in k]
        else:
            a, b = rows[op.rs1], rows[op.rs2]
            self.acc = [[signed((self.acc[i][j] if op.keep else 0) + a[i] * b[j], 32) for j in k] for i in k]
        if op.op == MmaOp.LAST:
            self.commits.append(Commit(tick, self.acc, op.rd, sequence, slot))
            self.acc = [[0] * self._k for _ in k]

    def column_due(self, tick: int, column: int) -> bool:
        """Whether a commit of ``column`` is due at the end of ``tick`` or later."""
        return any(tick <= commit.taken + 1 + self._k + column for commit in self.commits)

    def end_of(self, tick: int) -> None:
        """Commit the columns due at the end of ``tick``."""
        for commit in self.commits:
            column = tick - commit.taken - 1 - self._k
            if 0 <= column < self._k:
                for i in range(self._k):
                    self.tile[i][column] = commit.tile[i][column]
        if self.commits and tick == self.commits[0].taken + 2 * self._k:
            self.commits.popleft()


class Bench:
    """Issues a stream, answers row reads from a register file of its own, checks every output in every tick."""

    def __init__(self, dut: Any) -> None:
        self.dut, self.k = dut, parameters()["k"]
        self.stepper, self.model = Stepper(dut), Model(self.k)
        self.rows = [[0] * self.k for _ in range(ROWS)]
        self.tick = 0
        self.last_takes: list[int] = []
        self.takes = 0
        self.commits = 0
        self.compared = 0
        self.fed: int | None = None  # sequence number of what was fed in the tick before

    async def start(self) -> None:
        """Reset."""
        zero_inputs(self.dut, "issue__", "data_", "tile_column", "host_column")
        await self.stepper.reset()

    def randomize(self, extreme: bool) -> None:
        """Fill the register file, with -128 and 127 only where ``extreme``."""
        values = (-128, -128, 127) if extreme else range(-128, 128)
        self.rows = [[random.choice(values) for _ in range(self.k)] for _ in range(ROWS)]

    async def issue(self, ops: list[Op]) -> None:
        """Issue ``ops`` as fast as the unit takes them."""
        for op in ops:
            sequence, slot = self.takes & 0xFFFF, 1 << (self.takes % SLOTS)
            while not await self._tick(op, sequence, slot):
                pass
            self.takes += 1

    async def pause(self, ticks: int) -> None:
        """Run ``ticks`` without an instruction."""
        for _ in range(ticks):
            await self._tick(None, 0, 0)

    async def drain(self) -> None:
        """Run until the unit is idle, at most 2K+2 ticks; in that very tick T and the whole of ACC are settled."""
        left = 2 * self.k + 2
        await self.pause(1)
        while not self.dut.idle.value:
            assert left, "not idle 2K+2 ticks after the last instruction"
            left -= 1
            await self.pause(1)
        assert not self.model.commits
        for column in range(self.k):
            self.dut.host_column.value = column
            await self.stepper.settle()
            found = unpack(int(self.dut.host_acc.value), self.k, 32)
            assert found == [row[column] for row in self.model.acc], f"ACC column {column}"

    async def _tick(self, op: Op | None, sequence: int, slot: int) -> bool:
        dut, k, tick = self.dut, self.k, self.tick
        dut.issue__valid.value = int(op is not None)
        if op is not None:
            fields = {"rs1": op.rs1, "rs2": op.rs2, "rd": op.rd, "keep": op.keep}
            dut.issue__uop.value = pack_layout(UOP, op=op.op.value, **fields)
            dut.issue__sequence.value, dut.issue__slot.value = sequence, slot
        column = random.randrange(k)
        dut.tile_column.value = dut.host_column.value = column
        await self.stepper.settle()
        dut.data_a.value = pack(self.rows[int(dut.row_a.value)], 8)
        dut.data_b.value = pack(self.rows[int(dut.row_b.value)], 8)
        await self.stepper.settle()
        taken = bool(dut.issue__take.value)
        self._check(column, slot if taken and op and op.op != MmaOp.LAST else 0)
        is_last = op is not None and op.op == MmaOp.LAST
        blocked = is_last and bool(self.last_takes) and tick - self.last_takes[-1] < k
        assert bool(dut.busy.value) == (op is not None and not blocked), f"tick {tick}: busy"
        if is_last:
            assert taken != blocked, f"tick {tick}: last {'taken' if taken else 'refused'}"
            if taken:
                self.last_takes.append(tick)
        self.fed = sequence if taken and op and op.op in (MmaOp.FEED, MmaOp.LAST) else None
        await self.stepper.edge()
        self.model.end_of(tick)
        if taken and op is not None:
            self.model.take(op, self.rows, tick, sequence, slot)
        self.tick += 1
        return taken

    def _check(self, column: int, done: int) -> None:
        dut, k, tick, model = self.dut, self.k, self.tick, self.model
        expected = [row[column] for row in model.tile]
        for port in (dut.tile, dut.host_tile):
            assert unpack(int(port.value), k, 32) == expected, f"tick {tick}: T column {column}"
        assert bool(dut.feeding.value) == (self.fed is not None), f"tick {tick}: feeding"
        assert self.fed in (None, int(dut.feeding_sequence.value)), f"tick {tick}: feeding_sequence"
        assert bool(dut.tile_ready.value) != model.column_due(tick, column), f"tick {tick}: tile_ready {column}"
        commit = model.commits[0] if model.commits and tick == model.commits[0].taken + 2 * k else None
        assert bool(dut.commit.value) == (commit is not None), f"tick {tick}: commit"
        if commit is not None:
            assert int(dut.commit_rd.value) == commit.rd
            assert int(dut.commit_sequence.value) == commit.sequence
            diagonal = [commit.tile[i][i] for i in range(k)]
            assert unpack(int(dut.commit_data.value), k, 32) == diagonal, f"tick {tick}: diagonal"
            done |= commit.slot
            self.commits += 1
            self.compared += k
        assert int(dut.done.value) == done, f"tick {tick}: done"


def session(feeds: int, *, bias: bool = False) -> list[Op]:
    """Return a session of ``feeds`` random rows; the first may follow a bias, any may replace ACC."""
    ops = [Op(MmaOp.BIAS, rs1=random.randrange(ROWS // 4))] if bias else []
    ops += [
        Op(MmaOp.FEED, random.randrange(ROWS), random.randrange(ROWS), int(random.random() < 0.9)) for _ in range(feeds)
    ]
    return [*ops[:-1], ops[-1]._replace(op=MmaOp.LAST, rd=random.randrange(ROWS // 4))]


@cocotb.test()
async def ragged_reductions(dut: Any) -> None:
    """Sessions of 1 to 4K feeds, random and extreme operands, some from a bias; short ones are kept apart."""
    bench = Bench(dut)
    await bench.start()
    for number in range(parameters()["sessions"]):
        bench.randomize(extreme=number % 2 == 1)
        await bench.issue(session(random.randint(1, 4 * bench.k), bias=random.random() < 0.3))
        if random.random() < 0.3:
            await bench.issue([Op(MmaOp.FEED, 1, 2), Op(MmaOp.RESET)])
    await bench.drain()
    assert bench.commits == parameters()["sessions"]


@cocotb.test()
async def interrupted_sessions(dut: Any) -> None:
    """Ticks without an instruction, biases and resets amid a session: each where it stands, nothing in between."""
    bench = Bench(dut)
    await bench.start()
    for _ in range(parameters()["sessions"]):
        bench.randomize(extreme=False)
        for op in session(random.randint(2, 2 * bench.k + 2)):
            if random.random() < 0.15:
                await bench.pause(random.randint(1, 3))
            elif random.random() < 0.15:
                await bench.issue([Op(random.choice((MmaOp.BIAS, MmaOp.RESET)), rs1=random.randrange(ROWS // 4))])
            await bench.issue([op])
        if random.random() < 0.2:
            await bench.drain()
    await bench.drain()
    assert bench.commits == parameters()["sessions"]


@cocotb.test()
async def back_to_back(dut: Any) -> None:
    """Sessions of K feeds: one operation in every tick, a commit every K ticks."""
    bench = Bench(dut)
    await bench.start()
    bench.randomize(extreme=False)
    sessions = 6
    for _ in range(sessions):
        await bench.issue(session(bench.k))
    assert bench.tick == bench.takes == sessions * bench.k
    await bench.drain()
    assert bench.commits == sessions


@cocotb.test()
async def single_feeds_are_kept_apart(dut: Any) -> None:
    """Sessions of one feed: a `last` every K ticks, each tile right."""
    bench = Bench(dut)
    await bench.start()
    bench.randomize(extreme=False)
    for _ in range(5):
        await bench.issue(session(1))
    assert bench.tick == 4 * bench.k + 1
    await bench.drain()


@cocotb.test()
async def sums_wrap(dut: Any) -> None:
    """From a bias near either end of the range, sums pass it and wrap."""
    bench = Bench(dut)
    await bench.start()
    for top in (0x7FFFFFFF, 0x80000000):
        bench.rows = [[-128] * bench.k for _ in range(ROWS)]
        for byte in range(4):
            bench.rows[byte] = [signed(top >> 8 * byte, 8)] * bench.k
        bench.rows[5] = [127] * bench.k
        other = 4 if top == 0x7FFFFFFF else 5
        ops = [Op(MmaOp.BIAS, rs1=0), Op(MmaOp.FEED, 4, other), Op(MmaOp.LAST, 4, other)]
        await bench.issue(ops)
        wrapped = bench.model.commits[-1].tile[0][0]
        assert (wrapped < 0) == (top == 0x7FFFFFFF)
    await bench.drain()
    assert bench.commits == 2


@cocotb.test()
async def an_open_session_leaves_the_tile(dut: Any) -> None:
    """T keeps the committed tile while a later session is open, and ACC holds that session's sums."""
    bench = Bench(dut)
    await bench.start()
    bench.randomize(extreme=False)
    await bench.issue(session(bench.k))
    await bench.issue(session(3 * bench.k)[:-1])
    await bench.drain()
    assert bench.commits == 1


@cocotb.test()
async def reset_clears_accumulators_and_tile(dut: Any) -> None:
    """A reset amid a session, T committed and ACC not zero, leaves both zero and the unit ready."""
    bench = Bench(dut)
    await bench.start()
    bench.randomize(extreme=False)
    await bench.issue(session(bench.k))
    await bench.drain()
    await bench.issue([Op(MmaOp.FEED, 1, 2), Op(MmaOp.BIAS, rs1=1), *session(bench.k)])
    assert any(map(any, bench.model.tile))
    bench = Bench(dut)
    await bench.start()
    await bench.drain()
    await bench.pause(4 * bench.k)
    bench.randomize(extreme=False)
    await bench.issue(session(bench.k))
    await bench.drain()
    assert bench.commits == 1
