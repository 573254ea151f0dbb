"""Instructions for the vector ALU, and what each must give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_, xor

from accord.hw.types import ValuOp, Width
from accord.sim.benches import exact_float, exact_integer
from accord.sim.benches.exact_float import BF16, BINARY32, E4M3, E5M2
from accord.sim.benches.exact_integer import clamp

BITS = {Width.X: 8, Width.E: 16, Width.R: 32}
FUSED = {ValuOp.FMA: (1, 1), ValuOp.FMS: (1, -1), ValuOp.NFMA: (-1, 1), ValuOp.NFMS: (-1, -1)}
"""Signs of the product and of the addend."""
INTEGER: dict[ValuOp, Callable[[int, int, int], int]] = {
    ValuOp.ADD: lambda a, b, _: a + b,
    ValuOp.SUB: lambda a, b, _: a - b,
    ValuOp.RSUB: lambda a, b, _: b - a,
    ValuOp.MUL: lambda a, b, _: a * b,
    ValuOp.NEG: lambda a, b, _: -a,
    ValuOp.ABS: lambda a, b, _: abs(a),
    ValuOp.MAX: lambda a, b, _: max(a, b),
    ValuOp.MIN: lambda a, b, _: min(a, b),
    ValuOp.EQ: lambda a, b, _: -int(a == b),
    ValuOp.LT: lambda a, b, _: -int(a < b),
    ValuOp.LE: lambda a, b, _: -int(a <= b),
    ValuOp.MULH: lambda a, b, _: a * b // 2**32,
    ValuOp.SQRDMULH: lambda a, b, _: exact_integer.doubling_multiply_high(a, b),
    ValuOp.RSHR: lambda a, b, _: exact_integer.rounding_shift_right(a, b),
    ValuOp.SLL: exact_integer.shift_left,
    ValuOp.SRL: exact_integer.shift_right_logical,
    ValuOp.SRA: exact_integer.shift_right_arithmetic,
    ValuOp.ROL: exact_integer.rotate_left,
    ValuOp.XOR: lambda a, b, _: a ^ b,
    ValuOp.OR: lambda a, b, _: a | b,
    ValuOp.AND: lambda a, b, _: a & b,
    ValuOp.NOT: lambda a, b, _: -a - 1,
}
"""Exact result for two lanes of a width in bits."""
SATURATING = (ValuOp.ADD, ValuOp.SUB, ValuOp.RSUB, ValuOp.MUL, ValuOp.NEG, ValuOp.ABS, ValuOp.MAX, ValuOp.MIN)
"""Operations with a ``sat`` bit; a larger or smaller operand always fits."""
WORDS_ONLY = (ValuOp.MULH, ValuOp.SQRDMULH, ValuOp.RSHR)
"""Integer operations that there are in 32 bits alone."""
MOVES = (ValuOp.MOV, ValuOp.TILE, ValuOp.BCAST)
IMMEDIATES = (ValuOp.IMM, ValuOp.LUI, ValuOp.ADDI)
STATUS = (ValuOp.RDFLAGS, ValuOp.WRFLAGS)
"""Pass on the immediate: the flags read, or those to be written."""
BINARY: dict[ValuOp, Callable[[int, int, int], tuple[int, int]]] = {
    ValuOp.FADD: exact_float.add,
    ValuOp.FSUB: lambda a, b, mode: exact_float.add(a, b ^ exact_float.SIGN, mode),
    ValuOp.FMUL: exact_float.multiply,
    ValuOp.FMIN: lambda a, b, _: exact_float.extremum(a, b, largest=False),
    ValuOp.FMAX: lambda a, b, _: exact_float.extremum(a, b, largest=True),
    ValuOp.FEQ: lambda a, b, _: exact_float.compare(a, b, "eq"),
    ValuOp.FLT: lambda a, b, _: exact_float.compare(a, b, "lt"),
    ValuOp.FLE: lambda a, b, _: exact_float.compare(a, b, "le"),
}
SIGNS = {ValuOp.FNEG: lambda a: a ^ exact_float.SIGN, ValuOp.FABS: lambda a: a & ~exact_float.SIGN}
REDUCTIONS = {ValuOp.FREDSUM: ValuOp.FADD, ValuOp.FREDMAX: ValuOp.FMAX}
INTEGER_REDUCTIONS: dict[ValuOp, Callable[[list[int]], int]] = {
    ValuOp.REDSUM: sum,
    ValuOp.REDMAX: max,
    ValuOp.REDMIN: min,
    ValuOp.REDAND: lambda lanes: reduce(and_, lanes),
    ValuOp.REDOR: lambda lanes: reduce(or_, lanes),
    ValuOp.REDXOR: lambda lanes: reduce(xor, lanes),
}
LOOKUPS = {ValuOp.LUT_A: 0, ValuOp.LUT_B: 1}
SET_LOOKUPS = {ValuOp.SETLUT_A: 0, ValuOp.SETLUT_B: 1}
"""Lookup bank that an operation reads, or writes."""
NARROW = {ValuOp.F32_BF16: BF16, ValuOp.F32_E4M3: E4M3, ValuOp.F32_E5M2: E5M2}
WIDEN = {ValuOp.BF16_F32: BF16, ValuOp.E4M3_F32: E4M3, ValuOp.E5M2_F32: E5M2}

RAISES = {
    **dict.fromkeys((*FUSED, *NARROW, ValuOp.FMUL), 0b10111),
    **dict.fromkeys((ValuOp.FADD, ValuOp.FSUB, ValuOp.FREDSUM), 0b10101),
    **dict.fromkeys((ValuOp.FMIN, ValuOp.FMAX, ValuOp.FEQ, ValuOp.FLT, ValuOp.FLE, ValuOp.FREDMAX), 0b10000),
    ValuOp.BF16_F32: 0b10000,
    ValuOp.E5M2_F32: 0b10000,
    ValuOp.S_F32: 0b00001,
    ValuOp.F32_S: 0b10001,
}
"""Every flag that an operation can raise; a sum below the normal numbers is exact. The others raise none."""


@dataclass(frozen=True)
class Case:
    """One instruction with its operand lanes (signed integers, or float words for the float operations)."""

    op: ValuOp
    src: Width
    dst: Width
    a: list[int]
    b: list[int]
    c: list[int]
    rm: int = 0
    sat: int = 0
    wrap: int = 0
    imm: int = 0

    @property
    def fused(self) -> bool:
        """Whether the result comes one tick later."""
        return self.op in FUSED

    @property
    def ticks(self) -> int:
        """Ticks from taking the operands to the result, both included."""
        if self.op in REDUCTIONS:
            return max(1, len(self.a).bit_length() - 1)
        return 2 if self.fused else 1

    def segment_bytes(self) -> bytes:
        """Return the 4K bytes that ``a`` writes to a lookup bank: the lanes' lowest bytes first, then the next."""
        return bytes(lane >> 8 * row & 255 for row in range(4) for lane in self.a)

    def expected(self, banks: Sequence[bytes]) -> tuple[list[int], list[int]]:
        """Return the result lanes, cut to the destination's width, and the flags of each lane.

        ``banks`` are the two lookup banks as they stand. A write of one has no result to speak of: zeros.
        """
        count, mask = len(self.a), (1 << BITS[self.dst]) - 1
        if self.op in REDUCTIONS:
            result, raised = self._tree()
            return [result] * count, [raised] * count
        if self.op in INTEGER_REDUCTIONS:
            return [INTEGER_REDUCTIONS[self.op](self.a) & mask] * count, [0] * count
        if self.op in LOOKUPS:
            return [banks[LOOKUPS[self.op]][lane & 255] for lane in self.a], [0] * count
        if self.op in SET_LOOKUPS:
            return [0] * count, [0] * count
        a = [self.a[0]] * count if self.op == ValuOp.BCAST else self.a
        lanes = [self._lane(*operands) for operands in zip(a, self.b, self.c, strict=True)]
        return [lane & mask for lane, _ in lanes], [raised for _, raised in lanes]

    def _tree(self) -> tuple[int, int]:
        """Return the reduction of all lanes, lane i with lane i + K/2 and so on, and the flags of every step."""
        step, lanes, flags = BINARY[REDUCTIONS[self.op]], self.a, 0
        while len(lanes) > 1:
            half = len(lanes) // 2
            steps = [step(lanes[i], lanes[i + half], self.rm) for i in range(half)]
            lanes = [lane for lane, _ in steps]
            for _, raised in steps:
                flags |= raised
        return lanes[0], flags

    def _lane(self, a: int, b: int, c: int) -> tuple[int, int]:
        op, width = self.op, BITS[self.dst]
        if op in FUSED:
            product, addend = FUSED[op]
            signed_a = a if product > 0 else a ^ exact_float.SIGN
            signed_c = c if addend > 0 else c ^ exact_float.SIGN
            return exact_float.fused_multiply_add(signed_a, b, signed_c, self.rm)
        if op in BINARY:
            return BINARY[op](a, b, self.rm)
        if op in NARROW:
            return exact_float.convert(a, BINARY32, NARROW[op], self.rm, bool(self.sat))
        if op in WIDEN:
            return exact_float.convert(a & (1 << WIDEN[op].width) - 1, WIDEN[op], BINARY32, self.rm)
        if op == ValuOp.S_F32:
            return exact_float.from_integer(a, self.rm)
        if op == ValuOp.F32_S:
            return exact_float.to_integer(a, self.rm, 32 if self.wrap else width)
        return self._quiet(a, b, c), 0

    def _quiet(self, a: int, b: int, c: int) -> int:
        """Return the result of an operation that raises no flag."""
        op, width = self.op, BITS[self.dst]
        if op == ValuOp.S_S:
            return a if self.wrap else clamp(a, width)
        if op == ValuOp.SEL:
            return a if c else b
        if op in SIGNS:
            return SIGNS[op](a)
        if op in INTEGER:
            exact = INTEGER[op](a, b, width)
            return clamp(exact, width) if self.sat else exact
        if op in MOVES:
            return a
        return a + self.imm if op == ValuOp.ADDI else self.imm
