"""The whole NPU through its real ports: worked examples, traps, single steps, host ports while a program runs."""

import random
from typing import Any

import cocotb

from accord.isa import Cause, asm
from accord.sim.benches import exact_float
from accord.sim.benches.npu_host import LIMIT, Host
from accord.sim.drivers import pack, signed
from accord.sim.runner import parameters

COUNTERS = ("cycles", "retired", *(f"{kind}_{unit}" for kind in ("busy", "stall") for unit in ("mmalu", "valu", "lsu")))


def requantized(accumulator: int, scale: int, zero: int) -> int:
    """Return what the document's chain gives for one lane, each step by definition."""
    as_float, _ = exact_float.from_integer(accumulator, exact_float.RNE)
    scaled, _ = exact_float.fused_multiply_add(as_float, scale, zero, exact_float.RNE)
    return exact_float.to_integer(scaled, exact_float.RMM, 8)[0]


def random_float(exponents: range) -> int:
    """Return a random positive FP32 word with a biased exponent from ``exponents``."""
    return random.choice(exponents) << 23 | random.getrandbits(23)


@cocotb.test()
async def worked_example(dut: Any) -> None:
    """The document's program, its registers moved, to the byte: random and extreme operands and scales."""
    host = Host(dut)
    await host.start()
    await host.load(parameters()["program"])
    k = host.k
    for number in range(parameters()["runs"]):
        values = (-128, 127) if number % 4 == 3 else range(-128, 128)
        rows = [[random.choice(values) for _ in range(k)] for _ in range(16)]
        scale, zero = random_float(range(110, 124)), random_float(range(127, 134)) | random.getrandbits(1) << 31
        for index, row in enumerate(rows):
            await host.write("VX", index, row)
        await host.write("VR", 4, [scale] + [random.getrandbits(32) for _ in range(k - 1)])
        await host.write("VR", 5, [zero] + [random.getrandbits(32) for _ in range(k - 1)])
        await host.pulse("rewind")
        await host.go()
        assert host.status() == (True, Cause.NONE, len(parameters()["program"]) - 1)
        sums = [sum(rows[m][i] * rows[8 + m][i] for m in range(8)) for i in range(k)]
        assert await host.read("VX", 31) == [requantized(total, scale, zero) for total in sums]


@cocotb.test()
async def numerical_example(dut: Any) -> None:
    """10 * 5 * 0.01 + 0 rounds to 1 in every lane: half away from zero."""
    host = Host(dut)
    await host.start()
    program = [
        asm.mma_last(rd=6, rs1=0, rs2=8),
        asm.vcvt_s32_f32(rd=6, rs1=6),
        asm.vfma(rd=6, rs1=6, rs2=4, rs3=5),
        asm.vcvt_f32_s8(rd=31, rs1=6),
        asm.halt(),
    ]
    await host.load(program)
    await host.write("VX", 0, [10] * host.k)
    await host.write("VX", 8, [5] * host.k)
    await host.write("VR", 4, [0x3C23D70A] * host.k)
    await host.write("VR", 5, [0] * host.k)
    await host.go()
    assert await host.read("VR", 6) == [0x3F000000] * host.k
    assert await host.read("VX", 31) == [1] * host.k


@cocotb.test()
async def ext_ports_are_refused_while_a_program_runs(dut: Any) -> None:
    """A write has no effect and says so, a read gives zero; both work again afterwards."""
    host = Host(dut)
    await host.start()
    before = [signed(17 * j + 3, 8) for j in range(host.k)]
    await host.write("VX", 9, before)
    await host.load([asm.nop() for _ in range(20)] + [asm.halt()])
    await host.pulse("run")
    refused = 0
    dut.ext_wr__en.value, dut.ext_wr__is_vr.value, dut.ext_wr__index.value = 1, 0, 9
    dut.ext_wr__data.value = pack([1] * host.k, 8)
    while True:
        await host.stepper.settle()
        if not dut.status__running.value:
            break
        assert dut.ext_wr__refused.value == 1
        assert await host.read("VX", 9) == [0] * host.k
        refused += 1
        await host.stepper.edge()
    assert dut.ext_wr__refused.value == 0
    dut.ext_wr__en.value = 0
    assert refused >= 20
    assert await host.read("VX", 9) == before
    await host.write("VX", 9, [1] * host.k)
    assert await host.read("VX", 9) == [1] * host.k


@cocotb.test()
async def other_host_ports_wait_for_the_program(dut: Any) -> None:
    """Program and scratchpad writes, clear_flags and rewind have no effect while a program runs."""
    host = Host(dut)
    await host.start()
    before = [signed(11 * j + 5, 8) for j in range(host.k)]
    await host.write_row(7, before)
    await host.write("VR", 0, [0x01000001] * host.k)
    program = [
        asm.vcvt_s32_f32(rd=1, rs1=0),
        *(asm.nop() for _ in range(20)),
        asm.st_vx(rd=0, rs1=0, imm12=3),
        asm.halt(),
    ]
    await host.load(program)
    await host.pulse("run")
    host.intrude(len(program) - 2, 0, 7, [1] * host.k)
    ticks = 0
    while True:
        await host.stepper.settle()
        if not dut.status__running.value:
            break
        await host.stepper.edge()
        ticks += 1
        assert ticks < LIMIT
    host.release()
    assert ticks > 20
    assert host.status() == (True, Cause.NONE, len(program) - 1)
    assert int(dut.counters__retired.value) == len(program)
    assert int(dut.status__flags.value) == exact_float.NX
    assert await host.read_row(7) == before
    assert await host.read_row(3) == [1] * host.k


async def trapped(dut: Any, words: list[int], cause: Cause, pc: int) -> Host:
    """Run ``words`` and require the trap; what stands before the trapping word is older, behind it younger."""
    host = Host(dut)
    await host.start()
    for index in range(32):
        await host.write("VX", index, [index] * host.k)
    await host.load(words)
    await host.go()
    assert host.status() == (True, cause, pc)
    assert int(dut.counters__retired.value) == pc
    return host


@cocotb.test()
async def illegal_word(dut: Any) -> None:
    """Older work, long latencies included, completes; nothing younger happens."""
    older = [asm.mma_last(rd=6, rs1=2, rs2=3), asm.vcvt_s8_s32(rd=4, rs1=1)]
    younger = [asm.mov_vx(rd=8, rs1=1), asm.seta(rd=1, imm20=77), asm.halt()]
    host = await trapped(dut, [*older, 0xFFFFFFFF, *younger], Cause.ILLEGAL, 2)
    assert await host.read("VR", 6) == [6] * host.k
    assert await host.read("VR", 4) == [1] * host.k
    assert await host.read("VX", 8) == [8] * host.k
    assert await host.read_address(1) == 0


@cocotb.test()
async def address_past_the_end(dut: Any) -> None:
    """The last row can be stored to, the row behind it traps, and a trapping post-increment leaves A alone."""
    rows = parameters()["scratchpad_rows"]
    words = [
        asm.seta(rd=1, imm20=rows - 1),
        asm.st_vx(rd=5, rs1=1, imm12=0),
        asm.adda(rd=1, rs1=1, imm12=1),
        asm.st_vx(rd=6, rs1=1, imm12=4, post=True),
        asm.halt(),
    ]
    host = await trapped(dut, words, Cause.ADDRESS, 3)
    assert await host.read_row(rows - 1) == [5] * host.k
    assert await host.read_address(1) == rows


@cocotb.test()
async def wide_accesses_need_all_their_rows(dut: Any) -> None:
    """The last base with all rows inside works, the next one traps, loading or storing; so does one below row 0."""
    rows = parameters()["scratchpad_rows"]
    for size, load, store in ((1, asm.ld_vx, asm.st_vx), (2, asm.ld_ve, asm.st_ve), (4, asm.ld_vr, asm.st_vr)):
        inside = [asm.seta(rd=1, imm20=rows - size), store(rd=1, rs1=1, imm12=0), load(rd=3, rs1=1, imm12=0)]
        for past in (load, store):
            host = await trapped(dut, [*inside, past(rd=2, rs1=1, imm12=1), asm.halt()], Cause.ADDRESS, 3)
            for byte in range(size):
                assert await host.read_row(rows - size + byte) == [size + byte] * host.k
                assert await host.read("VX", 3 * size + byte) == [size + byte] * host.k
                assert await host.read("VX", 2 * size + byte) == [2 * size + byte] * host.k
    await trapped(dut, [asm.ld_vx(rd=2, rs1=1, imm12=-1), asm.halt()], Cause.ADDRESS, 0)


@cocotb.test()
async def running_off_the_end(dut: Any) -> None:
    """The first address past the program memory traps."""
    words = parameters()["program_words"]
    await trapped(dut, [asm.nop() for _ in range(words)], Cause.FETCH, words)


@cocotb.test()
async def loops_repeat_vector_work(dut: Any) -> None:
    """Nested bodies, sums in registers and an address register; a halt in a body leaves the stack for the host."""
    host = Host(dut)
    await host.start()
    await host.write("VR", 2, [7] * host.k)
    program = [
        asm.loop(count=5, length=5),
        asm.loop(count=3, length=2),
        asm.vadd_vr(rd=1, rs1=1, rs2=2),
        asm.adda(rd=1, rs1=1, imm12=2),
        asm.vaddi(rd=3, rs1=3, imm12=1),
        asm.fence(),
        asm.loop(count=4, length=2),
        asm.nop(),
        asm.halt(),
    ]
    await host.load(program)
    await host.go()
    assert host.status() == (True, Cause.NONE, 8)
    assert await host.read("VR", 1) == [5 * 3 * 7] * host.k
    assert await host.read("VR", 3) == [5] * host.k
    assert await host.read_address(1) == 5 * 3 * 2
    assert int(dut.counters__retired.value) == 1 + 5 * (1 + 3 * 2 + 2) + 3
    assert await host.read_loops() == [(7, 2, 4), (0, 0, 0), (0, 0, 0), (0, 0, 0)]
    await host.pulse("rewind")
    assert await host.read_loops() == [(0, 0, 0)] * 4


@cocotb.test()
async def loop_trap(dut: Any) -> None:
    """The fifth loop traps once older work has drained; nothing younger happens, and the four entries stand."""
    older = [asm.mma_last(rd=6, rs1=2, rs2=3), *(asm.loop(count=2 + n, length=9 - n) for n in range(4))]
    younger = [asm.mov_vx(rd=8, rs1=1), asm.seta(rd=1, imm20=77), asm.halt()]
    host = await trapped(dut, [*older, asm.loop(count=1, length=1), *younger], Cause.LOOP, 5)
    assert await host.read("VR", 6) == [6] * host.k
    assert await host.read("VX", 8) == [8] * host.k
    assert await host.read_address(1) == 0
    assert await host.read_loops() == [(2 + n, 9 - n, 2 + n) for n in range(4)]


@cocotb.test()
async def lookup_banks_behind_the_debug_port(dut: Any) -> None:
    """Zero after reset; each segment of each bank, written once, is the register it was written from."""
    host = Host(dut)
    await host.start()
    segments = [(bank, segment) for bank in range(2) for segment in range(64 // host.k)]
    expected = {}
    for bank, segment in segments:
        assert await host.read_segment(bank, segment) == [0] * host.k
    for number, (bank, segment) in enumerate(segments):
        lanes = [signed(random.getrandbits(32), 32) for _ in range(host.k)]
        await host.write("VR", number % 8, lanes)
        write = (asm.vsetlut_a, asm.vsetlut_b)[bank]
        await host.load([write(rs1=number % 8, segment=segment), asm.halt()])
        await host.go()
        expected[bank, segment] = lanes
    for bank, segment in segments:
        assert await host.read_segment(bank, segment) == expected[bank, segment]


@cocotb.test()
async def single_steps(dut: Any) -> None:
    """Each step completes one instruction, whatever its latency, and stops before the next."""
    host = Host(dut)
    await host.start()
    await host.write("VX", 0, [3] * host.k)
    program = [asm.mma_last(rd=6, rs1=0, rs2=0), asm.mov_vr(rd=7, rs1=6), asm.halt()]
    await host.load(program)
    await host.go("step")
    assert host.status() == (False, Cause.NONE, 1)
    assert await host.read("VR", 6) == [9] * host.k
    assert await host.read("VR", 7) == [0] * host.k
    await host.go("step")
    assert await host.read("VR", 7) == [9] * host.k
    await host.go("step")
    assert host.status() == (True, Cause.NONE, 2)


@cocotb.test()
async def stop_and_continue(dut: Any) -> None:
    """Stopped at an instruction boundary, older work completes, and `run` goes on from there."""
    host = Host(dut)
    await host.start()
    program = [asm.vaddi(rd=1, rs1=1, imm12=1) for _ in range(40)] + [asm.halt()]
    await host.load(program)
    await host.pulse("run")
    for _ in range(10):
        await host.tick()
    await host.go("stop")
    halted, cause, pc = host.status()
    assert (halted, cause) == (False, Cause.NONE)
    assert 0 < pc < 40
    assert await host.read("VR", 1) == [pc] * host.k
    await host.go()
    assert host.status() == (True, Cause.NONE, 40)
    assert await host.read("VR", 1) == [40] * host.k


@cocotb.test()
async def flags_stay_until_cleared(dut: Any) -> None:
    """An inexact result leaves NX through exact ones and a second program; the host clears it."""
    host = Host(dut)
    await host.start()
    await host.write("VR", 0, [0x01000001] * host.k)
    await host.load([asm.vcvt_s32_f32(rd=1, rs1=0), asm.vcvt_s32_f32(rd=2, rs1=7), asm.halt()])
    await host.go()
    assert int(dut.status__flags.value) == exact_float.NX
    await host.load([asm.nop(), asm.halt()])
    await host.go()
    assert int(dut.status__flags.value) == exact_float.NX
    await host.pulse("clear_flags")
    await host.stepper.settle()
    assert int(dut.status__flags.value) == 0


@cocotb.test()
async def counters(dut: Any) -> None:
    """Instructions, ticks, busy and stalled ticks of a small program, exactly."""
    host = Host(dut)
    await host.start()
    k = host.k
    program = [*(asm.mma(rd=0, rs1=0, rs2=1) for _ in range(k - 1)), asm.mma_last(rd=6, rs1=0, rs2=1)]
    program += [asm.mov_vr(rd=7, rs1=6), asm.halt()]
    await host.load(program)
    await host.go()
    counted = {name: int(getattr(dut, f"counters__{name}").value) for name in COUNTERS}
    # The k feeds are dispatched in ticks 0 to k-1 and taken a tick later each, the move is dispatched in tick k; VR[6]
    # stands 2k ticks after the last feed was taken, in tick 3k, and the move is taken in the next one.
    moved = 3 * k + 1
    assert counted["retired"] == k + 2
    assert counted["busy_mmalu"] == k
    assert counted["busy_valu"] == 1
    assert counted["busy_lsu"] == counted["stall_lsu"] == counted["stall_mmalu"] == 0
    assert counted["stall_valu"] == moved - (k + 1)
    assert counted["cycles"] == moved + 2
