"""Instructions for the vector ALU, and what each must give."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from accord.hw.types import ValuOp, Width
from accord.sim.benches import exact_float
from accord.sim.benches.exact_float import BF16, BINARY32, E4M3, E5M2
from accord.sim.benches.valu_operands import (
    clamp,
    float_around,
    float_near,
    float_pair,
    float_triple,
    float_word,
    integer,
)

BITS = {Width.X: 8, Width.E: 16, Width.R: 32}
FUSED = {ValuOp.FMA: (1, 1), ValuOp.FMS: (1, -1), ValuOp.NFMA: (-1, 1), ValuOp.NFMS: (-1, -1)}
"""Signs of the product and of the addend."""
ARITHMETIC: dict[ValuOp, Callable[[int, int], int]] = {
    ValuOp.ADD: lambda a, b: a + b,
    ValuOp.SUB: lambda a, b: a - b,
    ValuOp.MUL: lambda a, b: a * b,
    ValuOp.MAX: max,
    ValuOp.MIN: min,
}
SATURATING = (ValuOp.ADD, ValuOp.SUB, ValuOp.MUL)
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
NARROW = {ValuOp.F32_BF16: BF16, ValuOp.F32_E4M3: E4M3, ValuOp.F32_E5M2: E5M2}
WIDEN = {ValuOp.BF16_F32: BF16, ValuOp.E4M3_F32: E4M3, ValuOp.E5M2_F32: E5M2}
WIDTHS = {bits: width for width, bits in BITS.items()}
FLOAT_OPERANDS = (*FUSED, *BINARY, *REDUCTIONS, *NARROW, *SIGNS, ValuOp.F32_S, ValuOp.SEL)

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

    def expected(self) -> tuple[list[int], list[int]]:
        """Return the result lanes, cut to the destination's width, and the flags of each lane."""
        if self.op in REDUCTIONS:
            result, raised = self._tree()
            return [result] * len(self.a), [raised] * len(self.a)
        a = [self.a[0]] * len(self.a) if self.op == ValuOp.BCAST else self.a
        lanes = [self._lane(*operands) for operands in zip(a, self.b, self.c, strict=True)]
        return [lane & (1 << BITS[self.dst]) - 1 for lane, _ in lanes], [raised for _, raised in lanes]

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
        if op in ARITHMETIC:
            exact = ARITHMETIC[op](a, b)
            return clamp(exact, width) if self.sat else exact
        if op in MOVES:
            return a
        return a + self.imm if op == ValuOp.ADDI else self.imm


def _float_lanes(op: ValuOp) -> tuple[int, int, int]:
    """Return one lane's operands of an operation on float words; those it does not read at random."""
    if op in FUSED or op == ValuOp.FMUL:
        return float_triple()
    if op in NARROW:
        return float_around(NARROW[op]), float_word(), float_word()
    if op == ValuOp.F32_S:
        return random.choice((float_word(), float_near(random.randint(124, 160)))), float_word(), float_word()
    return *float_pair(), random.choice((0, 1, exact_float.SIGN, random.getrandbits(32)))


def _random_float_case(op: ValuOp, k: int) -> Case:
    a, b, c = (list(lanes) for lanes in zip(*(_float_lanes(op) for _ in range(k)), strict=True))
    if op in REDUCTIONS and random.getrandbits(1):  # operands that go together, half the lanes apart
        a[k // 2 :] = b[: k - k // 2]
    dst, sat, wrap = Width.R, 0, 0
    if op in NARROW:
        dst, sat = WIDTHS[NARROW[op].width], random.getrandbits(1) if op != ValuOp.F32_BF16 else 0
    if op == ValuOp.F32_S:
        dst, wrap = random.choice(tuple(BITS)), random.getrandbits(1)
    return Case(op, Width.R, dst, a, b, c, rm=random.randrange(5), sat=sat, wrap=wrap, imm=integer(12))


def random_case(op: ValuOp, k: int) -> Case:
    """Return a random instruction ``op`` on ``k`` lanes."""
    if op in FLOAT_OPERANDS:
        return _random_float_case(op, k)
    src = dst = random.choice(tuple(BITS))
    wrap = 0
    if op == ValuOp.S_S:
        dst, wrap = random.choice(tuple(BITS)), random.getrandbits(1)
    elif op == ValuOp.S_F32:
        dst = Width.R
    elif op in WIDEN:
        src, dst = WIDTHS[WIDEN[op].width], Width.R
    elif op in (ValuOp.TILE, ValuOp.LUI, ValuOp.ADDI, *STATUS):
        src = dst = Width.R
    a, b, c = ([integer(BITS[src]) for _ in range(k)] for _ in range(3))
    sat = random.getrandbits(1) if op in SATURATING else 0
    imm = {ValuOp.LUI: integer(20) << 12, ValuOp.IMM: integer(min(BITS[dst], 12))}.get(op, integer(12))
    if op in STATUS:
        imm = random.getrandbits(5)
    return Case(op, src, dst, a, b, c, rm=random.randrange(5), sat=sat, wrap=wrap, imm=imm)
