"""The table's latencies: every row measured on the RTL, by when an instruction that uses the result takes it."""

from functools import cache

import pytest
from tests.long_runs import nightly

from accord.isa import asm
from accord.isa.config import CLASS_ROWS
from accord.isa.encoding import encode
from accord.isa.fields import Instruction, instructions
from accord.isa.word import Word
from accord.sim.cosim import small_config
from accord.sim.npu import Npu

KS = (1, nightly(2), 4, nightly(8), nightly(16))
ROWS = instructions()
RESULT = {"VX": 16, "VE": 8, "VR": 4, "A": 1}
"""rd: rows of VR[4], whatever their class, which are no operand's."""
VALUES = dict.fromkeys(("rs1", "imm8", "imm12", "imm20", "column", "segment", "flags"), 0)
VALUES |= {"rs2": 1, "rs3": 2, "count": 2, "length": 1}
MOVES = {"VX": asm.mov_vx(rd=28, rs1=16), "VE": asm.mov_ve(rd=14, rs1=8), "VR": asm.mov_vr(rd=7, rs1=4)}
"""By class, what reads rd."""
READS = {"setlut_a": asm.vlut_a(rd=28, rs1=0), "setlut_b": asm.vlut_b(rd=28, rs1=0), "wrflags": asm.vrdflags(rd=7)}
"""By operation, what reads a result that is in no register."""
BEFORE = {
    "mmalu": asm.mma(rd=0, rs1=0, rs2=1),
    "valu": asm.mov_vr(rd=6, rs1=0),
    "lsu": asm.st_vx(rd=0, rs1=0, imm12=0),
}
"""By unit, an instruction that takes its operands in one tick: the next one of the unit takes its own in the next."""


@cache
def machine(k: int) -> Npu:
    return Npu(small_config(k), trace=True)


def run(k: int, words: list[Word]) -> Npu:
    npu = machine(k)
    npu.reset()
    npu.load(asm.program([*words, asm.halt()], npu.config))
    assert npu.run().halted
    return npu


def word_of(instruction: Instruction) -> Word:
    fields = [(operand.field, operand.kind) for operand in instruction.operands]
    return encode(instruction, {name: RESULT[kind] if name == "rd" else VALUES[name] for name, kind in fields})


def user_of(instruction: Instruction) -> Word:
    """Return an instruction that uses the result of ``instruction`` and takes its operands in one tick."""
    op = instruction.row.op
    for operand in instruction.operands:
        if operand.access == "w":
            return MOVES[operand.kind]
        if op == "store":
            return asm.ld_vx(rd=28, rs1=0, imm12=CLASS_ROWS[operand.kind] - 1)
    return BEFORE["mmalu"] if instruction.row.unit == "mmalu" else READS[op]


def taken(npu: Npu) -> dict[int, int]:
    """Return, by sequence number, the tick in which an instruction took its operands, where it did so in one.

    A feed enters the array, a result of one tick is written and a row is stored at the end of that tick; a loaded row
    stands in its register a tick after it was read.
    """
    found = {event.seq: event.tick - (event.port == "lsu") for event in npu.events() if event.port != "mma"}
    return found | {write.seq: write.tick for write in npu.writes() if write.port == "store"}


def ticks_to_result(k: int, instruction: Instruction) -> int:
    when = taken(run(k, [BEFORE[instruction.row.unit], word_of(instruction), user_of(instruction)]))
    return when[2] - (when[0] + 1)


def ticks_behind_dispatch(k: int, instruction: Instruction) -> int:
    """Every instruction takes its dispatch tick, and one more finds all work done: what is beyond is latency."""
    words = [] if instruction.row.op == "halt" else [word_of(instruction), asm.adda(rd=2, rs1=1, imm12=1)]
    counters = run(k, words).counters
    assert counters.cycles is not None
    return counters.cycles - counters.retired - 1


def latency(instruction: Instruction, k: int) -> int:
    names = {"K": k, "max": max, "log2": lambda value: value.bit_length() - 1}
    return eval(str(instruction.row.latency), names)


@pytest.mark.parametrize("k", KS)
@pytest.mark.parametrize("instruction", ROWS, ids=lambda instruction: instruction.mnemonic)
def test_latency(instruction, k):
    measure = ticks_behind_dispatch if instruction.row.unit == "control" else ticks_to_result
    assert measure(k, instruction) == latency(instruction, k)
