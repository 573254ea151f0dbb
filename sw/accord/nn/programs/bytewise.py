"""Rows of bytes, each through the same one or two instructions: loads and stores of four rows at once."""

from collections.abc import Callable

from accord.isa import asm
from accord.isa.word import Word
from accord.nn.programs.builder import Steps, streamed

SOURCE_A, TARGET_A = 0, 1
FIRST_VR, GROUP = 2, 3
"""Two groups of VRs, from FIRST_VR on: the operation's own registers are VX[0] to VX[7]."""


def bytewise(rows: int, source: int, target: int, operation: Callable[[int, bool], list[Word]]) -> list[Word]:
    """Return the words that apply ``operation`` to ``rows`` rows from ``source`` on and store them from ``target`` on.

    ``operation(vx, alias)`` works on VX[vx] in place; its first read of it is to be marked as ``alias`` says,
    since four rows at a time are loaded and stored as a VR.
    """

    def four(slot: int) -> Steps:
        vr = FIRST_VR + slot
        return Steps(
            [asm.ld_vr(rd=vr, rs1=SOURCE_A, imm12=4, post=True)],
            [word for row in range(4) for word in operation(4 * vr + row, True)],
            [asm.st_vr(rd=vr, rs1=TARGET_A, imm12=4, post=True, alias=True)],
        )

    def single(slot: int) -> Steps:
        vx = 4 * FIRST_VR + slot
        return Steps(
            [asm.ld_vx(rd=vx, rs1=SOURCE_A, imm12=1, post=True)],
            operation(vx, False),
            [asm.st_vx(rd=vx, rs1=TARGET_A, imm12=1, post=True)],
        )

    addresses = [asm.seta(rd=SOURCE_A, imm20=source), asm.seta(rd=TARGET_A, imm20=target)]
    return [*addresses, *streamed(rows // 4, GROUP, four), *streamed(rows % 4, 4, single)]
