"""The steps of a softmax over one vector, as words; softmax.py says what they compute and puts them together.

A[SOURCE_A], A[BYTE_A] and A[PLANE_A] are the vector's first row in source, target and scratch. The target holds the
differences until the bytes replace them.
"""

from accord.isa import asm
from accord.isa.word import Word
from accord.nn.programs.builder import Steps, advance, interleaved, repeat, streamed
from accord.nn.programs.softmax_layout import SoftmaxLayout
from accord.nn.quantize import INT8_MIN

RECIPROCAL_MAGIC = 0x7EF127EA
NEWTON_STEPS = 3
STEPS = 256.0
"""Output steps of one: the output scale is 1/256."""

TABLE_A, SOURCE_A, BYTE_A, PLANE_A = range(4)
FROM_BYTE_A, FROM_PLANE_A, GROUP_BYTE_A, GROUP_PLANE_A, PARTIAL_A, OTHER_A = range(4, 10)
LOWEST_VX, TAIL_VX, MAX_VX = 0, 1, 2
SUM_VR, RECIPROCAL_VR, MASK_VR = 1, 2, 3
FIRST_VR, VRS = 4, 4
TEMPORARY_VR, OTHER_VR = 4, 5


def largest(layout: SoftmaxLayout) -> list[Word]:
    """VX[MAX_VX] = the vector's largest element in every lane."""

    def row(slot: int) -> list[Word]:
        vx = 4 * FIRST_VR + slot
        return [
            asm.ld_vx(rd=vx, rs1=FROM_BYTE_A, imm12=1, post=True),
            asm.vmax_vx(rd=MAX_VX, rs1=MAX_VX, rs2=vx),
        ]

    words = [
        asm.bcasti_vx(rd=MAX_VX, imm8=INT8_MIN),
        asm.adda(rd=FROM_BYTE_A, rs1=SOURCE_A, imm12=0),
        *interleaved(layout.full, 4 * VRS, row),
    ]
    if layout.tail:
        vx = 4 * FIRST_VR
        words += [
            asm.ld_vx(rd=vx, rs1=FROM_BYTE_A, imm12=0),
            asm.vsel_vx(rd=vx, rs1=vx, rs2=LOWEST_VX, rs3=TAIL_VX),
            asm.vmax_vx(rd=MAX_VX, rs1=MAX_VX, rs2=vx),
        ]
    return [*words, asm.vredmax_vx(rd=SUM_VR, rs1=MAX_VX), asm.mov_vr_vx(rd=MAX_VX, rs1=SUM_VR)]


def differences(layout: SoftmaxLayout) -> list[Word]:
    """Store each d to the target, and the two lower bytes of its exponential to scratch."""

    def row(slot: int) -> Steps:
        low = 4 * (FIRST_VR + slot)
        byte = low + 2
        operations = [
            asm.vsub_vx(rd=byte, rs1=MAX_VX, rs2=byte),
            asm.vlut_a(rd=low, rs1=byte),
            asm.vlut_b(rd=low + 1, rs1=byte),
        ]
        stores = [
            asm.st_vx(rd=byte, rs1=BYTE_A, imm12=1, post=True),
            asm.st_ve(rd=low // 2, rs1=PLANE_A, imm12=2, post=True, alias=True),
        ]
        return Steps([asm.ld_vx(rd=byte, rs1=SOURCE_A, imm12=1, post=True)], operations, stores)

    return streamed(layout.rows, VRS // 2, row)


def _exponential(vr: int, byte_a: int, plane_a: int, step: int) -> Steps:
    """VR[vr] = the exponentials of the row of differences at A[byte_a]; both addresses move on by ``step`` rows."""
    byte, high = 4 * vr + 2, 4 * vr + 3
    loads = [
        asm.ld_vx(rd=byte, rs1=byte_a, imm12=step, post=True),
        asm.ld_ve(rd=2 * vr, rs1=plane_a, imm12=2 * step, post=True),
    ]
    return Steps(loads, [asm.vlut_b(rd=high, rs1=byte), asm.vlut_a(rd=byte, rs1=byte)], [])


def total(layout: SoftmaxLayout, partials: int) -> list[Word]:
    """VR[SUM_VR] = the sum in every lane; 64 / K VRs of partials lie at ``partials`` where more than one is used."""

    def row(slot: int) -> Steps:
        vr = FIRST_VR + slot
        loads, lookups, _ = _exponential(vr, FROM_BYTE_A, FROM_PLANE_A, layout.groups)
        return Steps(loads, [*lookups, asm.vfadd(rd=SUM_VR, rs1=SUM_VR, rs2=vr, alias=True)], [])

    def group(rows: int) -> list[Word]:
        """Sum ``rows`` full rows, from A[GROUP_BYTE_A] on in steps of a round of partials; move to the next group."""
        return [
            asm.bcasti_vr(rd=SUM_VR, imm12=0),
            asm.adda(rd=FROM_BYTE_A, rs1=GROUP_BYTE_A, imm12=0),
            asm.adda(rd=FROM_PLANE_A, rs1=GROUP_PLANE_A, imm12=0),
            *streamed(rows, VRS // 2, row),
            asm.adda(rd=GROUP_BYTE_A, rs1=GROUP_BYTE_A, imm12=1),
            asm.adda(rd=GROUP_PLANE_A, rs1=GROUP_PLANE_A, imm12=2),
        ]

    begin = [
        asm.adda(rd=GROUP_BYTE_A, rs1=BYTE_A, imm12=0),
        asm.adda(rd=GROUP_PLANE_A, rs1=PLANE_A, imm12=0),
    ]
    if layout.used == 1:
        joined = [asm.vfadd(rd=SUM_VR, rs1=SUM_VR, rs2=TEMPORARY_VR)] if layout.tail else []
        return [*begin, *group(layout.full), *_tail(layout), *joined, asm.vfredsum(rd=SUM_VR, rs1=SUM_VR)]
    rounds, more = divmod(layout.full, layout.groups)
    store = asm.st_vr(rd=SUM_VR, rs1=PARTIAL_A, imm12=4, post=True)
    words = [*begin, asm.seta(rd=PARTIAL_A, imm20=partials), *repeat(more, [*group(rounds + 1), store])]
    if rounds:
        words += repeat(layout.groups - more, [*group(rounds), store])
    if layout.tail:
        words += [*_tail(layout), asm.seta(rd=PARTIAL_A, imm20=partials + 4 * more)]
        if rounds:
            words.append(asm.ld_vr(rd=SUM_VR, rs1=PARTIAL_A, imm12=0))
            words.append(asm.vfadd(rd=TEMPORARY_VR, rs1=SUM_VR, rs2=TEMPORARY_VR))
        words.append(asm.st_vr(rd=TEMPORARY_VR, rs1=PARTIAL_A, imm12=0))
    return [*words, *_tree(layout, partials), asm.vfredsum(rd=SUM_VR, rs1=TEMPORARY_VR)]


def _tail(layout: SoftmaxLayout) -> list[Word]:
    """VR[TEMPORARY_VR] = the exponentials of the last row, +0 in lanes behind the vector's end; [] without one."""
    if not layout.tail:
        return []
    loads, lookups, _ = _exponential(TEMPORARY_VR, FROM_BYTE_A, FROM_PLANE_A, 1)
    return [
        *advance(FROM_BYTE_A, BYTE_A, layout.full),
        *advance(FROM_PLANE_A, PLANE_A, 2 * layout.full),
        *loads,
        *lookups,
        asm.vand_vr(rd=TEMPORARY_VR, rs1=TEMPORARY_VR, rs2=MASK_VR, alias=True),
    ]


def _tree(layout: SoftmaxLayout, partials: int) -> list[Word]:
    """VR[TEMPORARY_VR] = the sums of lanes, by halving the VRs of partials; those that do not exist are +0."""
    words = []
    half, used = layout.groups // 2, layout.used
    while half:
        add = [
            asm.ld_vr(rd=TEMPORARY_VR, rs1=PARTIAL_A, imm12=0),
            asm.ld_vr(rd=OTHER_VR, rs1=OTHER_A, imm12=4, post=True),
            asm.vfadd(rd=TEMPORARY_VR, rs1=TEMPORARY_VR, rs2=OTHER_VR),
            asm.st_vr(rd=TEMPORARY_VR, rs1=PARTIAL_A, imm12=4, post=True),
        ]
        if used > half:
            words += [asm.seta(rd=PARTIAL_A, imm20=partials), asm.seta(rd=OTHER_A, imm20=partials + 4 * half)]
            words += repeat(used - half, add)
            used = half
        half //= 2
    return words


def reciprocal() -> list[Word]:
    """VR[RECIPROCAL_VR] = 256 times the reciprocal of VR[SUM_VR], which is at least 1."""
    newton = [
        asm.vnfma(rd=OTHER_VR, rs1=SUM_VR, rs2=RECIPROCAL_VR, rs3=TEMPORARY_VR),
        asm.vfma(rd=RECIPROCAL_VR, rs1=RECIPROCAL_VR, rs2=OTHER_VR, rs3=RECIPROCAL_VR),
    ]
    return [
        *asm.const(rd=RECIPROCAL_VR, value=RECIPROCAL_MAGIC),
        asm.vsub_vr(rd=RECIPROCAL_VR, rs1=RECIPROCAL_VR, rs2=SUM_VR),
        *asm.const(rd=TEMPORARY_VR, value=1.0),
        *newton * NEWTON_STEPS,
        *asm.const(rd=TEMPORARY_VR, value=STEPS),
        asm.vfmul(rd=RECIPROCAL_VR, rs1=RECIPROCAL_VR, rs2=TEMPORARY_VR),
    ]


def scaled(layout: SoftmaxLayout) -> list[Word]:
    """Store the vector's bytes over its differences; A[BYTE_A] and A[PLANE_A] move to the next vector."""

    def row(slot: int) -> Steps:
        vr = FIRST_VR + slot
        loads, lookups, _ = _exponential(vr, FROM_BYTE_A, PLANE_A, 1)
        operations = [
            *lookups,
            asm.vfmul(rd=vr, rs1=vr, rs2=RECIPROCAL_VR, alias=True),
            asm.vcvt_f32_s32(rd=vr, rs1=vr, rounding="rne"),
            asm.vaddi(rd=vr, rs1=vr, imm12=INT8_MIN),
            asm.vcvt_s32_s8(rd=4 * vr, rs1=vr),
        ]
        return Steps(loads, operations, [asm.st_vx(rd=4 * vr, rs1=BYTE_A, imm12=1, post=True)])

    return [asm.adda(rd=FROM_BYTE_A, rs1=BYTE_A, imm12=0), *streamed(layout.rows, VRS // 2, row)]
