"""The instruction table: data only, one line an instruction, the source of everything that decodes.

Word layout: opcode [6:0], rd [11:7], funct3 [14:12], rs1 [19:15], rs2 [24:20], funct7 [31:25].
A row's ``code`` gives the fixed parts (``op`` and, where not zero, ``f3`` and ``f7``); ``operands`` gives the
assembler's operands in order as ``field:kind:access`` and ``modes`` the encoded modifiers. Every bit covered
neither by the opcode, funct3, funct7, an operand nor a mode is a fixed zero.

Operand kinds: VX VE VR (vector registers), A (address register), and the immediates of fields.py. Access: ``r``,
``w``; ``i`` is encoded and ignored; immediates have none. ``unit`` is where it executes, ``latency`` the ticks until
its result can be used, 0 where it ends at dispatch, a formula of K, ``max`` and ``log2`` where it depends on K
(tests/hw/test_latency.py measures every row), ``op`` names the operation inside the unit, ``family`` the chapter of the
reference page, ``flags`` the sticky flags it can raise.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One instruction; all fields are plain data."""

    mnemonic: str
    code: str
    operands: str
    modes: str
    unit: str
    latency: int | str
    op: str
    family: str
    text: str
    flags: str = ""


# fmt: off
TABLE: tuple[Row, ...] = (
    # control: 0x01; 0x02 hardware loops, bits [9:7] kept for other forms
    Row("nop",          "op=0x01 f3=0", "", "", "control", 0, "nop",  "control", "Does nothing."),
    Row("halt",         "op=0x01 f3=1", "", "", "control", 0, "halt", "control", "Stops the program once all older work has drained; PC stays on the halt."),
    Row("fence",        "op=0x01 f3=2", "", "", "control", 0, "fence", "control", "Waits until all older work has drained."),
    Row("loop",         "op=0x02", "count length", "", "control", 0, "loop", "control", "Executes the next length words count times, skips them where count is 0. Four nest; a fifth, and a body that ends behind the end of the body around it, trap with the cause LOOP."),
    # address: 0x04, 0x05
    Row("seta",         "op=0x04", "rd:A:w imm20", "", "control", 0, "seta", "address", "A[rd] = imm20, an unsigned row address."),
    Row("adda",         "op=0x05", "rd:A:w rs1:A:r imm12", "", "control", 0, "adda", "address", "A[rd] = A[rs1] + imm12, modulo 2^32."),
    # memory: 0x08 load, 0x09 store, 0x0a to 0x0f kept for DMA; f3[1:0] the class, f3[2] post-increment
    Row("ld.vx",        "op=0x08 f3=0", "rd:VX:w rs1:A:r imm12", "post", "lsu", 2, "load",  "memory", "VX[rd] = scratchpad row A[rs1] + imm12."),
    Row("ld.ve",        "op=0x08 f3=1", "rd:VE:w rs1:A:r imm12", "post", "lsu", 3, "load",  "memory", "The two VX rows of VE[rd], in VX order = scratchpad rows from A[rs1] + imm12 on."),
    Row("ld.vr",        "op=0x08 f3=2", "rd:VR:w rs1:A:r imm12", "post", "lsu", 5, "load",  "memory", "The four VX rows of VR[rd], in VX order = scratchpad rows from A[rs1] + imm12 on."),
    Row("st.vx",        "op=0x09 f3=0", "rd:VX:r rs1:A:r imm12", "post", "lsu", 1, "store", "memory", "Scratchpad row A[rs1] + imm12 = VX[rd]."),
    Row("st.ve",        "op=0x09 f3=1", "rd:VE:r rs1:A:r imm12", "post", "lsu", 2, "store", "memory", "Scratchpad rows from A[rs1] + imm12 on = the two VX rows of VE[rd], in VX order."),
    Row("st.vr",        "op=0x09 f3=2", "rd:VR:r rs1:A:r imm12", "post", "lsu", 4, "store", "memory", "Scratchpad rows from A[rs1] + imm12 on = the four VX rows of VR[rd], in VX order."),
    # matrix: 0x10; 0x12 to 0x1f kept for streaming forms
    Row("mma",          "op=0x10 f3=0", "rd:VR:i rs1:VX:r rs2:VX:r", "keep", "mmalu", 1, "feed", "matrix", "ACC[i][j] = (keep ? ACC[i][j] : 0) + VX[rs1][i] * VX[rs2][j], signed bytes, modulo 2^32; rd is encoded and ignored."),
    Row("mma.last",     "op=0x10 f3=1", "rd:VR:w rs1:VX:r rs2:VX:r", "keep", "mmalu", "2 * K", "last", "matrix", "As mma; then T = ACC, VR[rd][i] = T[i][i] (the lane dot product) and ACC = 0."),
    Row("mma.reset",    "op=0x10 f3=2", "", "", "mmalu", 1, "reset", "matrix", "ACC = 0."),
    Row("mma.bias",     "op=0x10 f3=3", "rs1:VR:r", "", "mmalu", 4, "bias", "matrix", "ACC[i][j] = VR[rs1][i] for every column j; a byte a tick."),
    Row("vtile",        "op=0x11", "rd:VR:w column", "", "valu", 1, "tile", "matrix", "VR[rd][i] = T[i][column], a column of the last committed tile; a column of K or more is illegal."),
    # integer: 0x20, f3 the width, f7 the operation, f7[6] sat
    Row("vadd.vx",      "op=0x20 f3=0 f7=0", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "add", "integer", "rd = rs1 + rs2 in each lane, modulo 2^8; .sat clamps."),
    Row("vadd.ve",      "op=0x20 f3=1 f7=0", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "add", "integer", "rd = rs1 + rs2 in each lane, modulo 2^16; .sat clamps."),
    Row("vadd.vr",      "op=0x20 f3=2 f7=0", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "add", "integer", "rd = rs1 + rs2 in each lane, modulo 2^32; .sat clamps."),
    Row("vsub.vx",      "op=0x20 f3=0 f7=1", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "sub", "integer", "rd = rs1 - rs2 in each lane, modulo 2^8; .sat clamps."),
    Row("vsub.ve",      "op=0x20 f3=1 f7=1", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "sub", "integer", "rd = rs1 - rs2 in each lane, modulo 2^16; .sat clamps."),
    Row("vsub.vr",      "op=0x20 f3=2 f7=1", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "sub", "integer", "rd = rs1 - rs2 in each lane, modulo 2^32; .sat clamps."),
    Row("vrsub.vx",     "op=0x20 f3=0 f7=2", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "rsub", "integer", "rd = rs2 - rs1 in each lane, modulo 2^8; .sat clamps."),
    Row("vrsub.ve",     "op=0x20 f3=1 f7=2", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "rsub", "integer", "rd = rs2 - rs1 in each lane, modulo 2^16; .sat clamps."),
    Row("vrsub.vr",     "op=0x20 f3=2 f7=2", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "rsub", "integer", "rd = rs2 - rs1 in each lane, modulo 2^32; .sat clamps."),
    Row("vmul.vx",      "op=0x20 f3=0 f7=3", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "mul", "integer", "rd = rs1 * rs2 in each lane, signed, modulo 2^8; .sat clamps the whole product."),
    Row("vmul.ve",      "op=0x20 f3=1 f7=3", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "mul", "integer", "rd = rs1 * rs2 in each lane, signed, modulo 2^16; .sat clamps the whole product."),
    Row("vmul.vr",      "op=0x20 f3=2 f7=3", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "mul", "integer", "rd = rs1 * rs2 in each lane, signed, modulo 2^32; .sat clamps the whole product."),
    Row("vneg.vx",      "op=0x20 f3=0 f7=4", "rd:VX:w rs1:VX:r", "sat", "valu", 1, "neg", "integer", "rd = -rs1 in each lane, modulo 2^8; .sat clamps."),
    Row("vneg.ve",      "op=0x20 f3=1 f7=4", "rd:VE:w rs1:VE:r", "sat", "valu", 1, "neg", "integer", "rd = -rs1 in each lane, modulo 2^16; .sat clamps."),
    Row("vneg.vr",      "op=0x20 f3=2 f7=4", "rd:VR:w rs1:VR:r", "sat", "valu", 1, "neg", "integer", "rd = -rs1 in each lane, modulo 2^32; .sat clamps."),
    Row("vabs.vx",      "op=0x20 f3=0 f7=5", "rd:VX:w rs1:VX:r", "sat", "valu", 1, "abs", "integer", "rd = the absolute value of rs1 in each lane, modulo 2^8; .sat clamps."),
    Row("vabs.ve",      "op=0x20 f3=1 f7=5", "rd:VE:w rs1:VE:r", "sat", "valu", 1, "abs", "integer", "rd = the absolute value of rs1 in each lane, modulo 2^16; .sat clamps."),
    Row("vabs.vr",      "op=0x20 f3=2 f7=5", "rd:VR:w rs1:VR:r", "sat", "valu", 1, "abs", "integer", "rd = the absolute value of rs1 in each lane, modulo 2^32; .sat clamps."),
    Row("vmax.vx",      "op=0x20 f3=0 f7=6", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "max", "integer", "rd = the larger of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("vmax.ve",      "op=0x20 f3=1 f7=6", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "max", "integer", "rd = the larger of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("vmax.vr",      "op=0x20 f3=2 f7=6", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "max", "integer", "rd = the larger of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("vmin.vx",      "op=0x20 f3=0 f7=7", "rd:VX:w rs1:VX:r rs2:VX:r", "sat", "valu", 1, "min", "integer", "rd = the smaller of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("vmin.ve",      "op=0x20 f3=1 f7=7", "rd:VE:w rs1:VE:r rs2:VE:r", "sat", "valu", 1, "min", "integer", "rd = the smaller of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("vmin.vr",      "op=0x20 f3=2 f7=7", "rd:VR:w rs1:VR:r rs2:VR:r", "sat", "valu", 1, "min", "integer", "rd = the smaller of rs1 and rs2 in each lane, signed; .sat changes nothing, it always fits."),
    Row("veq.vx",       "op=0x20 f3=0 f7=8", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "eq", "integer", "All ones where rs1 = rs2, else zero."),
    Row("veq.ve",       "op=0x20 f3=1 f7=8", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "eq", "integer", "All ones where rs1 = rs2, else zero."),
    Row("veq.vr",       "op=0x20 f3=2 f7=8", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "eq", "integer", "All ones where rs1 = rs2, else zero."),
    Row("vlt.vx",       "op=0x20 f3=0 f7=9", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "lt", "integer", "All ones where rs1 < rs2, signed, else zero."),
    Row("vlt.ve",       "op=0x20 f3=1 f7=9", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "lt", "integer", "All ones where rs1 < rs2, signed, else zero."),
    Row("vlt.vr",       "op=0x20 f3=2 f7=9", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "lt", "integer", "All ones where rs1 < rs2, signed, else zero."),
    Row("vle.vx",       "op=0x20 f3=0 f7=10", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "le", "integer", "All ones where rs1 <= rs2, signed, else zero."),
    Row("vle.ve",       "op=0x20 f3=1 f7=10", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "le", "integer", "All ones where rs1 <= rs2, signed, else zero."),
    Row("vle.vr",       "op=0x20 f3=2 f7=10", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "le", "integer", "All ones where rs1 <= rs2, signed, else zero."),
    Row("vmulh",        "op=0x20 f3=2 f7=0x10", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "mulh", "integer", "rd = the upper 32 bits of rs1 * rs2 in each lane, signed."),
    Row("vsqrdmulh",    "op=0x20 f3=2 f7=0x11", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "sqrdmulh", "integer", "rd = (2 * rs1 * rs2 + 2^31) / 2^32 in each lane, rounded down, so that ties go towards plus infinity; -2^31 times itself gives 2^31 - 1. Arm SQRDMULH."),
    Row("vrshr",        "op=0x20 f3=2 f7=0x12", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "rshr", "integer", "rd = rs1 / 2^n in each lane, rounded to nearest, ties away from zero; n is the low 5 bits of the lane of rs2."),
    # logic: 0x21, f3 the width, f7 the operation
    Row("vsll.vx",      "op=0x21 f3=0 f7=0", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "sll", "logic", "rd = rs1 shifted left by the low 3 bits of the lane of rs2."),
    Row("vsll.ve",      "op=0x21 f3=1 f7=0", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "sll", "logic", "rd = rs1 shifted left by the low 4 bits of the lane of rs2."),
    Row("vsll.vr",      "op=0x21 f3=2 f7=0", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "sll", "logic", "rd = rs1 shifted left by the low 5 bits of the lane of rs2."),
    Row("vsrl.vx",      "op=0x21 f3=0 f7=1", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "srl", "logic", "rd = rs1 shifted right by the low 3 bits of the lane of rs2, zeros from the left."),
    Row("vsrl.ve",      "op=0x21 f3=1 f7=1", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "srl", "logic", "rd = rs1 shifted right by the low 4 bits of the lane of rs2, zeros from the left."),
    Row("vsrl.vr",      "op=0x21 f3=2 f7=1", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "srl", "logic", "rd = rs1 shifted right by the low 5 bits of the lane of rs2, zeros from the left."),
    Row("vsra.vx",      "op=0x21 f3=0 f7=2", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "sra", "logic", "rd = rs1 shifted right by the low 3 bits of the lane of rs2, copies of the sign from the left."),
    Row("vsra.ve",      "op=0x21 f3=1 f7=2", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "sra", "logic", "rd = rs1 shifted right by the low 4 bits of the lane of rs2, copies of the sign from the left."),
    Row("vsra.vr",      "op=0x21 f3=2 f7=2", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "sra", "logic", "rd = rs1 shifted right by the low 5 bits of the lane of rs2, copies of the sign from the left."),
    Row("vrol.vx",      "op=0x21 f3=0 f7=3", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "rol", "logic", "rd = rs1 rotated left by the low 3 bits of the lane of rs2."),
    Row("vrol.ve",      "op=0x21 f3=1 f7=3", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "rol", "logic", "rd = rs1 rotated left by the low 4 bits of the lane of rs2."),
    Row("vrol.vr",      "op=0x21 f3=2 f7=3", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "rol", "logic", "rd = rs1 rotated left by the low 5 bits of the lane of rs2."),
    Row("vxor.vx",      "op=0x21 f3=0 f7=4", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "xor", "logic", "rd = rs1 ^ rs2, bit by bit."),
    Row("vxor.ve",      "op=0x21 f3=1 f7=4", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "xor", "logic", "rd = rs1 ^ rs2, bit by bit."),
    Row("vxor.vr",      "op=0x21 f3=2 f7=4", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "xor", "logic", "rd = rs1 ^ rs2, bit by bit."),
    Row("vor.vx",       "op=0x21 f3=0 f7=5", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "or", "logic", "rd = rs1 | rs2, bit by bit."),
    Row("vor.ve",       "op=0x21 f3=1 f7=5", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "or", "logic", "rd = rs1 | rs2, bit by bit."),
    Row("vor.vr",       "op=0x21 f3=2 f7=5", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "or", "logic", "rd = rs1 | rs2, bit by bit."),
    Row("vand.vx",      "op=0x21 f3=0 f7=6", "rd:VX:w rs1:VX:r rs2:VX:r", "", "valu", 1, "and", "logic", "rd = rs1 & rs2, bit by bit."),
    Row("vand.ve",      "op=0x21 f3=1 f7=6", "rd:VE:w rs1:VE:r rs2:VE:r", "", "valu", 1, "and", "logic", "rd = rs1 & rs2, bit by bit."),
    Row("vand.vr",      "op=0x21 f3=2 f7=6", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "and", "logic", "rd = rs1 & rs2, bit by bit."),
    Row("vnot.vx",      "op=0x21 f3=0 f7=7", "rd:VX:w rs1:VX:r", "", "valu", 1, "not", "logic", "rd = ~rs1, bit by bit."),
    Row("vnot.ve",      "op=0x21 f3=1 f7=7", "rd:VE:w rs1:VE:r", "", "valu", 1, "not", "logic", "rd = ~rs1, bit by bit."),
    Row("vnot.vr",      "op=0x21 f3=2 f7=7", "rd:VR:w rs1:VR:r", "", "valu", 1, "not", "logic", "rd = ~rs1, bit by bit."),
    # reduce: 0x22, f3 the width of the source, f7 the operation
    Row("vredsum.vx",   "op=0x22 f3=0 f7=0", "rd:VR:w rs1:VX:r", "", "valu", 1, "redsum", "reduce", "Every lane of VR[rd] = the sum of the lanes of rs1, signed, modulo 2^32."),
    Row("vredsum.ve",   "op=0x22 f3=1 f7=0", "rd:VR:w rs1:VE:r", "", "valu", 1, "redsum", "reduce", "Every lane of VR[rd] = the sum of the lanes of rs1, signed, modulo 2^32."),
    Row("vredsum.vr",   "op=0x22 f3=2 f7=0", "rd:VR:w rs1:VR:r", "", "valu", 1, "redsum", "reduce", "Every lane of VR[rd] = the sum of the lanes of rs1, signed, modulo 2^32."),
    Row("vredmax.vx",   "op=0x22 f3=0 f7=1", "rd:VR:w rs1:VX:r", "", "valu", 1, "redmax", "reduce", "Every lane of VR[rd] = the largest lane of rs1, signed."),
    Row("vredmax.ve",   "op=0x22 f3=1 f7=1", "rd:VR:w rs1:VE:r", "", "valu", 1, "redmax", "reduce", "Every lane of VR[rd] = the largest lane of rs1, signed."),
    Row("vredmax.vr",   "op=0x22 f3=2 f7=1", "rd:VR:w rs1:VR:r", "", "valu", 1, "redmax", "reduce", "Every lane of VR[rd] = the largest lane of rs1, signed."),
    Row("vredmin.vx",   "op=0x22 f3=0 f7=2", "rd:VR:w rs1:VX:r", "", "valu", 1, "redmin", "reduce", "Every lane of VR[rd] = the smallest lane of rs1, signed."),
    Row("vredmin.ve",   "op=0x22 f3=1 f7=2", "rd:VR:w rs1:VE:r", "", "valu", 1, "redmin", "reduce", "Every lane of VR[rd] = the smallest lane of rs1, signed."),
    Row("vredmin.vr",   "op=0x22 f3=2 f7=2", "rd:VR:w rs1:VR:r", "", "valu", 1, "redmin", "reduce", "Every lane of VR[rd] = the smallest lane of rs1, signed."),
    Row("vredand.vx",   "op=0x22 f3=0 f7=3", "rd:VR:w rs1:VX:r", "", "valu", 1, "redand", "reduce", "Every lane of VR[rd] = the AND of the lanes of rs1, sign-extended."),
    Row("vredand.ve",   "op=0x22 f3=1 f7=3", "rd:VR:w rs1:VE:r", "", "valu", 1, "redand", "reduce", "Every lane of VR[rd] = the AND of the lanes of rs1, sign-extended."),
    Row("vredand.vr",   "op=0x22 f3=2 f7=3", "rd:VR:w rs1:VR:r", "", "valu", 1, "redand", "reduce", "Every lane of VR[rd] = the AND of the lanes of rs1, sign-extended."),
    Row("vredor.vx",    "op=0x22 f3=0 f7=4", "rd:VR:w rs1:VX:r", "", "valu", 1, "redor", "reduce", "Every lane of VR[rd] = the OR of the lanes of rs1, sign-extended."),
    Row("vredor.ve",    "op=0x22 f3=1 f7=4", "rd:VR:w rs1:VE:r", "", "valu", 1, "redor", "reduce", "Every lane of VR[rd] = the OR of the lanes of rs1, sign-extended."),
    Row("vredor.vr",    "op=0x22 f3=2 f7=4", "rd:VR:w rs1:VR:r", "", "valu", 1, "redor", "reduce", "Every lane of VR[rd] = the OR of the lanes of rs1, sign-extended."),
    Row("vredxor.vx",   "op=0x22 f3=0 f7=5", "rd:VR:w rs1:VX:r", "", "valu", 1, "redxor", "reduce", "Every lane of VR[rd] = the XOR of the lanes of rs1, sign-extended."),
    Row("vredxor.ve",   "op=0x22 f3=1 f7=5", "rd:VR:w rs1:VE:r", "", "valu", 1, "redxor", "reduce", "Every lane of VR[rd] = the XOR of the lanes of rs1, sign-extended."),
    Row("vredxor.vr",   "op=0x22 f3=2 f7=5", "rd:VR:w rs1:VR:r", "", "valu", 1, "redxor", "reduce", "Every lane of VR[rd] = the XOR of the lanes of rs1, sign-extended."),
    # lookup: 0x23, f3[0] the bank, f3[1] set
    Row("vlut.a",       "op=0x23 f3=0", "rd:VX:w rs1:VX:r", "", "valu", 1, "lut_a", "lookup", "rd = byte rs1 of lookup bank A in each lane; the index is the lane as an unsigned byte, 0 to 255."),
    Row("vlut.b",       "op=0x23 f3=1", "rd:VX:w rs1:VX:r", "", "valu", 1, "lut_b", "lookup", "rd = byte rs1 of lookup bank B in each lane; the index is the lane as an unsigned byte, 0 to 255."),
    Row("vsetlut.a",    "op=0x23 f3=2", "rs1:VR:r segment", "", "valu", 1, "setlut_a", "lookup", "Bytes 4K * segment to 4K * segment + 4K - 1 of lookup bank A = the four VX rows of VR[rs1], in VX order; a segment of 64/K or more is illegal."),
    Row("vsetlut.b",    "op=0x23 f3=3", "rs1:VR:r segment", "", "valu", 1, "setlut_b", "lookup", "Bytes 4K * segment to 4K * segment + 4K - 1 of lookup bank B = the four VX rows of VR[rs1], in VX order; a segment of 64/K or more is illegal."),
    # convert: 0x24, f3 the rounding mode, f7[5:3] the source, f7[2:0] the destination, f7[6] wrap or sat; s8 0, s16 1, s32 2, f32 3, bf16 4, e4m3 5, e5m2 6
    Row("vcvt_s8_s16",  "op=0x24 f7=0x01", "rd:VE:w rs1:VX:r", "", "valu", 1, "s_s", "convert", "Sign extension, 8 to 16 bits."),
    Row("vcvt_s8_s32",  "op=0x24 f7=0x02", "rd:VR:w rs1:VX:r", "", "valu", 1, "s_s", "convert", "Sign extension, 8 to 32 bits."),
    Row("vcvt_s8_f32",  "op=0x24 f7=0x03", "rd:VR:w rs1:VX:r", "", "valu", 1, "s_f32", "convert", "Exact."),
    Row("vcvt_s16_s8",  "op=0x24 f7=0x08", "rd:VX:w rs1:VE:r", "wrap", "valu", 1, "s_s", "convert", "Clamped to [-128, 127]; .wrap keeps the low 8 bits."),
    Row("vcvt_s16_s32", "op=0x24 f7=0x0a", "rd:VR:w rs1:VE:r", "", "valu", 1, "s_s", "convert", "Sign extension, 16 to 32 bits."),
    Row("vcvt_s16_f32", "op=0x24 f7=0x0b", "rd:VR:w rs1:VE:r", "", "valu", 1, "s_f32", "convert", "Exact."),
    Row("vcvt_s32_s8",  "op=0x24 f7=0x10", "rd:VX:w rs1:VR:r", "wrap", "valu", 1, "s_s", "convert", "Clamped to [-128, 127]; .wrap keeps the low 8 bits."),
    Row("vcvt_s32_s16", "op=0x24 f7=0x11", "rd:VE:w rs1:VR:r", "wrap", "valu", 1, "s_s", "convert", "Clamped to [-32768, 32767]; .wrap keeps the low 16 bits."),
    Row("vcvt_s32_f32", "op=0x24 f7=0x13", "rd:VR:w rs1:VR:r", "rounding=rne", "valu", 1, "s_f32", "convert", "Rounded in the mode.", "NX"),
    Row("vcvt_f32_s8",  "op=0x24 f7=0x18", "rd:VX:w rs1:VR:r", "rounding=rmm wrap", "valu", 1, "f32_s", "convert", "Rounded in the mode, clamped to [-128, 127]; NaN gives 127; .wrap keeps the low 8 bits of the conversion to s32. Out of range and NaN raise NV alone.", "NV NX"),
    Row("vcvt_f32_s16", "op=0x24 f7=0x19", "rd:VE:w rs1:VR:r", "rounding=rmm wrap", "valu", 1, "f32_s", "convert", "Rounded in the mode, clamped to [-32768, 32767]; NaN gives 32767; .wrap keeps the low 16 bits of the conversion to s32. Out of range and NaN raise NV alone.", "NV NX"),
    Row("vcvt_f32_s32", "op=0x24 f7=0x1a", "rd:VR:w rs1:VR:r", "rounding=rmm", "valu", 1, "f32_s", "convert", "Rounded in the mode, clamped to 32 bits; NaN gives 2^31 - 1. Out of range and NaN raise NV alone.", "NV NX"),
    Row("vcvt_f32_bf16", "op=0x24 f7=0x1c", "rd:VE:w rs1:VR:r", "rounding=rne", "valu", 1, "f32_bf16", "convert", "Rounded to bfloat16; NaN gives 0x7fc0. A signalling NaN raises NV.", "NV OF UF NX"),
    Row("vcvt_f32_e4m3", "op=0x24 f7=0x1d", "rd:VX:w rs1:VR:r", "rounding=rne sat", "valu", 1, "f32_e4m3", "convert", "Rounded to OFP8 E4M3; NaN, infinities and overflow to infinity give 0x7f; with .sat overflow and infinities give +-448. A signalling NaN raises NV.", "NV OF UF NX"),
    Row("vcvt_f32_e5m2", "op=0x24 f7=0x1e", "rd:VX:w rs1:VR:r", "rounding=rne sat", "valu", 1, "f32_e5m2", "convert", "Rounded to OFP8 E5M2; NaN gives 0x7e; with .sat overflow and infinities give +-57344. A signalling NaN raises NV.", "NV OF UF NX"),
    Row("vcvt_bf16_f32", "op=0x24 f7=0x23", "rd:VR:w rs1:VE:r", "", "valu", 1, "bf16_f32", "convert", "Exact; NaN gives 0x7fc00000, NV where it signals.", "NV"),
    Row("vcvt_e4m3_f32", "op=0x24 f7=0x2b", "rd:VR:w rs1:VX:r", "", "valu", 1, "e4m3_f32", "convert", "Exact; NaN gives 0x7fc00000."),
    Row("vcvt_e5m2_f32", "op=0x24 f7=0x33", "rd:VR:w rs1:VX:r", "", "valu", 1, "e5m2_f32", "convert", "Exact; NaN gives 0x7fc00000, NV where it signals.", "NV"),
    # broadcast: 0x25 lane 0, 0x26 immediate, 0x27 and 0x28 the halves of a 32-bit constant
    Row("bcast.vx",     "op=0x25 f3=0", "rd:VX:w rs1:VX:r", "", "valu", 1, "bcast", "broadcast", "Every lane of VX[rd] = lane 0 of VX[rs1]."),
    Row("bcast.ve",     "op=0x25 f3=1", "rd:VE:w rs1:VE:r", "", "valu", 1, "bcast", "broadcast", "Every lane of VE[rd] = lane 0 of VE[rs1]."),
    Row("bcast.vr",     "op=0x25 f3=2", "rd:VR:w rs1:VR:r", "", "valu", 1, "bcast", "broadcast", "Every lane of VR[rd] = lane 0 of VR[rs1]; the source may be spelled VX[i] and means VR[i]."),
    Row("bcasti.vx",    "op=0x26 f3=0", "rd:VX:w imm8",  "", "valu", 1, "imm", "broadcast", "Every lane of VX[rd] = imm8, signed."),
    Row("bcasti.ve",    "op=0x26 f3=1", "rd:VE:w imm12", "", "valu", 1, "imm", "broadcast", "Every lane of VE[rd] = imm12, sign-extended."),
    Row("bcasti.vr",    "op=0x26 f3=2", "rd:VR:w imm12", "", "valu", 1, "imm", "broadcast", "Every lane of VR[rd] = imm12, sign-extended."),
    Row("vlui",         "op=0x27", "rd:VR:w imm20", "", "valu", 1, "lui", "broadcast", "Every lane of VR[rd] = imm20 * 2^12."),
    Row("vaddi",        "op=0x28", "rd:VR:w rs1:VR:r imm12", "", "valu", 1, "addi", "broadcast", "VR[rd] = VR[rs1] + imm12 in each lane, modulo 2^32."),
    # float: 0x29, f7 the operation, f3 the rounding mode
    Row("vfadd",        "op=0x29 f7=0x00", "rd:VR:w rs1:VR:r rs2:VR:r", "rounding=rne", "valu", 1, "fadd", "float", "rd = rs1 + rs2 in FP32. A tiny sum is exact.", "NV OF NX"),
    Row("vfsub",        "op=0x29 f7=0x01", "rd:VR:w rs1:VR:r rs2:VR:r", "rounding=rne", "valu", 1, "fsub", "float", "rd = rs1 - rs2 in FP32. A tiny sum is exact.", "NV OF NX"),
    Row("vfmul",        "op=0x29 f7=0x02", "rd:VR:w rs1:VR:r rs2:VR:r", "rounding=rne", "valu", 1, "fmul", "float", "rd = rs1 * rs2 in FP32.", "NV OF UF NX"),
    Row("vfneg",        "op=0x29 f7=0x04", "rd:VR:w rs1:VR:r", "", "valu", 1, "fneg", "float", "The sign bit inverted, of a NaN too."),
    Row("vfabs",        "op=0x29 f7=0x05", "rd:VR:w rs1:VR:r", "", "valu", 1, "fabs", "float", "The sign bit cleared, of a NaN too."),
    Row("vfmin",        "op=0x29 f7=0x08", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "fmin", "float", "minimumNumber: -0 < +0, a NaN loses against a number, two give 0x7fc00000. A signalling NaN raises NV.", "NV"),
    Row("vfmax",        "op=0x29 f7=0x09", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "fmax", "float", "maximumNumber: -0 < +0, a NaN loses against a number, two give 0x7fc00000. A signalling NaN raises NV.", "NV"),
    Row("vfeq",         "op=0x29 f7=0x10", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "feq", "float", "All ones where rs1 = rs2, else zero; NV where a NaN signals.", "NV"),
    Row("vflt",         "op=0x29 f7=0x11", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "flt", "float", "All ones where rs1 < rs2, else zero; NV where either is a NaN.", "NV"),
    Row("vfle",         "op=0x29 f7=0x12", "rd:VR:w rs1:VR:r rs2:VR:r", "", "valu", 1, "fle", "float", "All ones where rs1 <= rs2, else zero; NV where either is a NaN.", "NV"),
    Row("vfredsum",     "op=0x29 f7=0x18", "rd:VR:w rs1:VR:r", "rounding=rne", "valu", "max(1, log2(K))", "fredsum", "float", "Every lane of rd = the sum of rs1's lanes: lane i plus lane i + K/2, then K/4, ..., each sum rounded; K=1 gives the lane as it is, without flags. A tiny sum is exact.", "NV OF NX"),
    Row("vfredmax",     "op=0x29 f7=0x19", "rd:VR:w rs1:VR:r", "", "valu", "max(1, log2(K))", "fredmax", "float", "Every lane of rd = the maximumNumber of rs1's lanes: lane i and lane i + K/2, then K/4, ...; K=1 gives the lane as it is, without flags. A signalling NaN raises NV.", "NV"),
    Row("vrdflags",     "op=0x2d f3=0", "rd:VR:w", "", "valu", 1, "rdflags", "float", "Every lane of rd = the sticky flags, NV 16 DZ 8 OF 4 UF 2 NX 1."),
    Row("vwrflags",     "op=0x2d f3=1", "flags", "", "valu", 1, "wrflags", "float", "The sticky flags = the immediate; 0 clears them."),
    # fused multiply-add: 0x2a, four registers, f7[1:0] the signs, f3 the rounding mode
    Row("vfma",         "op=0x2a f7=0", "rd:VR:w rs1:VR:r rs2:VR:r rs3:VR:r", "rounding=rne", "valu", 2, "fma", "float", "rd = rs1 * rs2 + rs3 in FP32, rounded once.", "NV OF UF NX"),
    Row("vfms",         "op=0x2a f7=1", "rd:VR:w rs1:VR:r rs2:VR:r rs3:VR:r", "rounding=rne", "valu", 2, "fms", "float", "rd = rs1 * rs2 - rs3 in FP32, rounded once.", "NV OF UF NX"),
    Row("vnfma",        "op=0x2a f7=2", "rd:VR:w rs1:VR:r rs2:VR:r rs3:VR:r", "rounding=rne", "valu", 2, "nfma", "float", "rd = -(rs1 * rs2) + rs3 in FP32, rounded once.", "NV OF UF NX"),
    Row("vnfms",        "op=0x2a f7=3", "rd:VR:w rs1:VR:r rs2:VR:r rs3:VR:r", "rounding=rne", "valu", 2, "nfms", "float", "rd = -(rs1 * rs2) - rs3 in FP32, rounded once.", "NV OF UF NX"),
    # move: 0x2c, f3 the class of rd, f7 where rs1 is of another: its class and 1
    Row("mov.vx",       "op=0x2c f3=0", "rd:VX:w rs1:VX:r", "", "valu", 1, "mov", "move", "VX[rd] = VX[rs1]."),
    Row("mov.ve",       "op=0x2c f3=1", "rd:VE:w rs1:VE:r", "", "valu", 1, "mov", "move", "VE[rd] = VE[rs1]."),
    Row("mov.vr",       "op=0x2c f3=2", "rd:VR:w rs1:VR:r", "", "valu", 1, "mov", "move", "VR[rd] = VR[rs1]."),
    Row("mov.ve_vx",    "op=0x2c f3=0 f7=2", "rd:VX:w rs1:VE:r", "", "valu", 1, "mov", "move", "VX[rd] = the lanes of VE[rs1], their low 8 bits."),
    Row("mov.vr_vx",    "op=0x2c f3=0 f7=3", "rd:VX:w rs1:VR:r", "", "valu", 1, "mov", "move", "VX[rd] = the lanes of VR[rs1], their low 8 bits."),
    Row("mov.vx_ve",    "op=0x2c f3=1 f7=1", "rd:VE:w rs1:VX:r", "", "valu", 1, "mov", "move", "VE[rd] = the lanes of VX[rs1], sign-extended."),
    Row("mov.vr_ve",    "op=0x2c f3=1 f7=3", "rd:VE:w rs1:VR:r", "", "valu", 1, "mov", "move", "VE[rd] = the lanes of VR[rs1], their low 16 bits."),
    Row("mov.vx_vr",    "op=0x2c f3=2 f7=1", "rd:VR:w rs1:VX:r", "", "valu", 1, "mov", "move", "VR[rd] = the lanes of VX[rs1], sign-extended."),
    Row("mov.ve_vr",    "op=0x2c f3=2 f7=2", "rd:VR:w rs1:VE:r", "", "valu", 1, "mov", "move", "VR[rd] = the lanes of VE[rs1], sign-extended."),
    # select: 0x2b, four registers, f3 the class
    Row("vsel.vx",      "op=0x2b f3=1", "rd:VX:w rs1:VX:r rs2:VX:r rs3:VX:r", "", "valu", 1, "sel", "move", "rd = rs1 where the lane of rs3 is not zero, else rs2."),
    Row("vsel.ve",      "op=0x2b f3=2", "rd:VE:w rs1:VE:r rs2:VE:r rs3:VE:r", "", "valu", 1, "sel", "move", "rd = rs1 where the lane of rs3 is not zero, else rs2."),
    Row("vsel",         "op=0x2b f3=0", "rd:VR:w rs1:VR:r rs2:VR:r rs3:VR:r", "", "valu", 1, "sel", "move", "rd = rs1 where the lane of rs3 is not zero, else rs2."),
)
# fmt: on
