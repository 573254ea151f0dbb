"""Instructions for the vector ALU: random operands where they hurt, and what each must give."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from accord.hw.types import ValuOp, Width
from accord.sim.benches import exact_float

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

FLOAT_CORNERS = (
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007FFFFE, 0x007FFFFF, 0x00800000, 0x00800001,
    0x00FFFFFF, 0x01000000, 0x1FFFFFFF, 0x20000000, 0x33800000, 0x34000000, 0x3EFFFFFF, 0x3F000000,
    0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40200000, 0x42FE0000, 0x42FF0000,
    0x43000000, 0x4B000001, 0x4B800000, 0x4EFFFFFF, 0x4F000000, 0x4F000001, 0x7EFFFFFF, 0x7F000000,
    0x7F7FFFFE, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7FC12345, 0x7F800001, 0x7FBFFFFF,
)  # fmt: skip

SPECIALS = (0x00000000, 0x00000001, 0x3F800000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7F800001)


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

    def expected(self) -> tuple[list[int], int]:
        """Return the result lanes, cut to the destination's width, and the flags of all lanes."""
        lanes, flags = [], 0
        for a, b, c in zip(self.a, self.b, self.c, strict=True):
            lane, raised = self._lane(self.a[0] if self.op == ValuOp.BCAST else a, b, c)
            lanes.append(lane & (1 << BITS[self.dst]) - 1)
            flags |= raised
        return lanes, flags

    def _lane(self, a: int, b: int, c: int) -> tuple[int, int]:
        op, width = self.op, BITS[self.dst]
        if op in FUSED:
            product, addend = FUSED[op]
            signed_a = a if product > 0 else a ^ exact_float.SIGN
            signed_c = c if addend > 0 else c ^ exact_float.SIGN
            return exact_float.fused_multiply_add(signed_a, b, signed_c, self.rm)
        if op == ValuOp.S_F32:
            return exact_float.from_integer(a, self.rm)
        if op == ValuOp.F32_S:
            return exact_float.to_integer(a, self.rm, 32 if self.wrap else width)
        if op == ValuOp.S_S:
            return (a if self.wrap else clamp(a, width)), 0
        if op in ARITHMETIC:
            exact = ARITHMETIC[op](a, b)
            return (clamp(exact, width) if self.sat else exact), 0
        if op in MOVES:
            return a, 0
        return {ValuOp.IMM: self.imm, ValuOp.LUI: self.imm, ValuOp.ADDI: a + self.imm}[op], 0


def clamp(number: int, width: int) -> int:
    """Return ``number`` held to the signed range of ``width`` bits."""
    largest = (1 << width - 1) - 1
    return max(-largest - 1, min(largest, number))


def integer(width: int) -> int:
    """Return a random signed integer of ``width`` bits, its extremes, small ones and powers of two often."""
    largest = (1 << width - 1) - 1
    near = random.choice((-largest - 1, largest, 0, 1 << random.randrange(width - 1), -1 << random.randrange(width)))
    return random.choice((clamp(near + random.randint(-2, 2), width), random.randint(-largest - 1, largest)))


def _float(exponent: int) -> int:
    """Return a finite word of about that biased exponent, with a fraction of runs or at random."""
    run = random.randrange(24)
    ones = 0x7FFFFF
    fraction = random.choice((0, ones, ones >> run, ones << run & ones, 1 << run & ones, random.getrandbits(23)))
    return random.getrandbits(1) << 31 | max(0, min(254, exponent)) << 23 | fraction


def float_word() -> int:
    """Return a word of any kind."""
    corner = random.choice(FLOAT_CORNERS) | random.getrandbits(1) << 31
    return random.choice((corner, random.getrandbits(32), _float(random.randrange(255))))


def float_triple() -> tuple[int, int, int]:
    """Return operands of a multiply-add: corners crossed, cancellation, ties, tininess and overflow."""
    kind = random.randrange(9)
    if kind == 0:
        return float_word(), float_word(), float_word()
    if kind == 8:  # zeros, infinities, NaNs
        a, b, c = (random.choice(SPECIALS) | random.getrandbits(1) << 31 for _ in range(3))
        return a, b, c
    if kind == 1:  # aligned within reach of one another
        ea, eb = random.randrange(255), random.randrange(255)
        return _float(ea), _float(eb), _float(ea + eb - 127 + random.randint(-55, 55))
    if kind == 7:  # single bits, one of them just below the last place that the adder keeps of the other
        ea, eb = random.randint(65, 190), random.randint(65, 190)
        ec = ea + eb - 127 + random.choice((-1, 1)) * random.randint(60, 64)
        return ea << 23, eb << 23, random.getrandbits(1) << 31 | max(1, min(254, ec)) << 23
    if kind == 2:  # cancellation down to the last bits
        a, b = _float(random.randint(64, 190)), _float(random.randint(1, 254))
        product = exact_float.fused_multiply_add(a, b, 0, random.randrange(5))[0]
        return a, b, (product ^ exact_float.SIGN) + random.randint(-2, 2) & 0xFFFFFFFF
    if kind == 3:  # products near 2^-126, addend zero or tiny
        ea = random.randint(1, 127)
        a, b = _float(ea), _float(128 - ea - random.randrange(26))
        return a, b, random.getrandbits(1) << 31 | random.choice((0, random.randrange(4), 0x800000))
    if kind == 4:  # the same, to within an ulp
        significand = 0x800000 | random.getrandbits(23)
        cofactor = min((1 << 47) // significand + random.randint(-1, 1), 0xFFFFFF)
        ea = random.randint(1, 126)
        a = random.getrandbits(1) << 31 | ea << 23 | significand & 0x7FFFFF
        return a, 128 - ea - random.randrange(2) << 23 | cofactor & 0x7FFFFF, random.getrandbits(1) << 31
    if kind == 5:  # products of 25 bits: ties, broken by a small addend or not
        wide = random.randint(2, 13)
        pa, pb = (1 << wide - 1 | random.getrandbits(wide) | 1), (1 << 24 - wide | random.getrandbits(24 - wide) | 1)
        a = exact_float.from_integer(pa, 0)[0]
        b = exact_float.from_integer(pb, 0)[0] - (random.randrange(138) << 23)
        return a, b, random.choice((0, exact_float.SIGN, _float(random.randrange(30))))
    ea = random.randint(127, 254)  # around overflow
    return _float(ea), _float(381 - ea + random.randint(-3, 2)), _float(random.randint(225, 254))


def random_case(op: ValuOp, k: int) -> Case:
    """Return a random instruction ``op`` on ``k`` lanes."""
    width = random.choice(tuple(BITS))
    if op in FUSED:
        triples = [float_triple() for _ in range(k)]
        a, b, c = (list(operand) for operand in zip(*triples, strict=True))
        return Case(op, Width.R, Width.R, a, b, c, rm=random.randrange(5))
    if op == ValuOp.F32_S:
        src, dst, wrap = Width.R, width, random.getrandbits(1)
        a = [random.choice((float_word(), _float(random.randint(124, 160)))) for _ in range(k)]
    else:
        src, dst, wrap = width, width, 0
        if op == ValuOp.S_S:
            dst, wrap = random.choice(tuple(BITS)), random.getrandbits(1)
        elif op == ValuOp.S_F32:
            dst = Width.R
        elif op in (ValuOp.TILE, ValuOp.LUI, ValuOp.ADDI):
            src = dst = Width.R
        a = [integer(BITS[src]) for _ in range(k)]
    b, c = ([integer(BITS[src]) for _ in range(k)] for _ in range(2))
    sat = random.getrandbits(1) if op in SATURATING else 0
    imm = {ValuOp.LUI: integer(20) << 12, ValuOp.IMM: integer(min(BITS[dst], 12))}.get(op, integer(12))
    return Case(op, src, dst, a, b, c, rm=random.randrange(5), sat=sat, wrap=wrap, imm=imm)
