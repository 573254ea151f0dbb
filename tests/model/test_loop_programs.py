"""Random programs of nested loops against Python's own loops, step by step and unrolled."""

import itertools

import numpy as np

from accord.isa import Cause, asm
from accord.model import Config, Npu, differences, take

from .loop_programs import DEPTH, Loop, Trapped, random_body, size, walk, words

SEED = 20240616
LONGEST = 3000
"""Instructions executed: longer programs are drawn anew."""


def draw(random, leaf, *, deepest):
    """A body with few enough instructions, and what it executes; whether it traps at the end of that."""
    while True:
        body = random_body(random, leaf, deepest=deepest)
        executed = []
        try:
            for entry in itertools.islice(walk(body), LONGEST):
                executed.append(entry)
        except Trapped:
            return body, executed, True
        if len(executed) < LONGEST:
            return body, executed, False


def table(active):
    return [list(loop) for loop in active] + [[0, 0, 0]] * (DEPTH - len(active))


def test_addresses_and_stack_before_every_instruction():
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    traps, depths, zeros = 0, set(), 0
    for _ in range(300):
        body, executed, trapped = draw(random, asm.nop, deepest=DEPTH + 1)
        npu = Npu(Config(k=1))
        npu.load([*words(body), asm.halt()])
        for address, active, _ in executed:
            assert npu.status.pc == address
            assert npu.loops.tolist() == table(active)
            npu.step()
            depths.add(len(active))
        traps += trapped
        zeros += any(isinstance(node, Loop) and not node.count for node in body)
        if trapped:
            assert (npu.status.halted, npu.status.cause, npu.status.pc) == (True, Cause.LOOP, executed[-1][0])
            assert npu.counters.retired == len(executed) - 1
        else:
            assert (npu.status.halted, npu.status.pc) == (False, size(body))
            assert npu.loops.tolist() == table(())
            assert npu.counters.retired == len(executed)
    assert depths == set(range(DEPTH + 1))
    assert traps > 5
    assert zeros > 20


def test_a_program_and_its_unrolled_form_leave_the_same_registers():
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)

    def leaf():
        a, b, to = (int(number) for number in random.integers(0, 8, 3))
        return [
            asm.vadd_vr(rd=to, rs1=a, rs2=b),
            asm.vmul_vr(rd=to, rs1=a, rs2=b),
            asm.vrol_vr(rd=to, rs1=a, rs2=b),
            asm.vredsum_vr(rd=to, rs1=a),
            asm.mma(rd=0, rs1=a, rs2=b),
            asm.adda(rd=to, rs1=a, imm12=3),
            asm.fence(),
        ][random.integers(7)]

    for _ in range(60):
        body, executed, trapped = draw(random, leaf, deepest=DEPTH)
        assert not trapped
        looped, unrolled = Npu(Config(k=4)), Npu(Config(k=4))
        for npu in (looped, unrolled):
            npu.ext_write_vr(0, np.random.default_rng(SEED).integers(-(1 << 31), 1 << 31, (8, 4), dtype=np.int32))
        looped.load([*words(body), asm.halt()])
        unrolled.load([*(word for _, _, word in executed if word is not None), asm.halt()])
        assert looped.run().cause == unrolled.run().cause == Cause.NONE
        assert looped.counters.retired == len(executed) + 1
        assert {line.partition(":")[0] for line in differences(take(looped), take(unrolled))} <= {"pc", "retired"}
