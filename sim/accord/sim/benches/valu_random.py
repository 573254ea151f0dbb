"""Random instructions for the vector ALU."""

import random

from accord.hw.types import ValuOp, Width
from accord.isa.config import Config
from accord.sim.benches.valu_cases import (
    BINARY,
    BITS,
    FUSED,
    INTEGER_REDUCTIONS,
    LOOKUPS,
    NARROW,
    REDUCTIONS,
    SATURATING,
    SET_LOOKUPS,
    SIGNS,
    STATUS,
    WIDEN,
    WORDS_ONLY,
    Case,
)
from accord.sim.benches.valu_operands import (
    bit_runs,
    float_around,
    float_near,
    float_pair,
    float_triple,
    float_word,
    integer,
    integer_pair,
    near_pair,
    product_pair,
    rounding_pair,
    shift_pair,
)

WIDTHS = {bits: width for width, bits in BITS.items()}
FLOAT_OPERANDS = (*FUSED, *BINARY, *REDUCTIONS, *NARROW, *SIGNS, ValuOp.F32_S)
PAIRS = {
    **dict.fromkeys((ValuOp.EQ, ValuOp.LT, ValuOp.LE, ValuOp.MAX, ValuOp.MIN), near_pair),
    **dict.fromkeys((ValuOp.SLL, ValuOp.SRL, ValuOp.SRA, ValuOp.ROL), shift_pair),
    **dict.fromkeys((ValuOp.MULH, ValuOp.SQRDMULH), product_pair),
    ValuOp.RSHR: rounding_pair,
}
"""How operands are drawn that must have to do with one another."""


def _float_lanes(op: ValuOp) -> tuple[int, int, int]:
    """Return one lane's operands of an operation on float words; those it does not read at random."""
    if op in FUSED or op == ValuOp.FMUL:
        return float_triple()
    if op in NARROW:
        return float_around(NARROW[op]), float_word(), float_word()
    if op == ValuOp.F32_S:
        return random.choice((float_word(), float_near(random.randint(124, 160)))), float_word(), float_word()
    return *float_pair(), random.getrandbits(32)


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


def _random_widths(op: ValuOp) -> tuple[Width, Width]:
    """Return classes of source and destination that the instruction table has for ``op``."""
    src, dst = random.choice(tuple(BITS)), random.choice(tuple(BITS))
    if op in (ValuOp.S_S, ValuOp.MOV):
        return src, dst
    if op in (ValuOp.S_F32, *INTEGER_REDUCTIONS):
        return src, Width.R
    if op in WIDEN:
        return WIDTHS[WIDEN[op].width], Width.R
    if op in LOOKUPS:
        return Width.X, Width.X
    if op in (ValuOp.TILE, ValuOp.LUI, ValuOp.ADDI, *STATUS, *WORDS_ONLY, *SET_LOOKUPS):
        return Width.R, Width.R
    return src, src


def _random_immediate(op: ValuOp, dst: Width, k: int) -> int:
    if op in STATUS:
        return random.getrandbits(5)
    if op in SET_LOOKUPS:
        return random.randrange(Config(k=k).lut_segments)
    return {ValuOp.LUI: integer(20) << 12, ValuOp.IMM: integer(min(BITS[dst], 12))}.get(op, integer(12))


def random_case(op: ValuOp, k: int) -> Case:
    """Return a random instruction ``op`` on ``k`` lanes."""
    if op in FLOAT_OPERANDS:
        return _random_float_case(op, k)
    src, dst = _random_widths(op)
    draw = PAIRS.get(op, integer_pair)
    a, b = (list(lanes) for lanes in zip(*(draw(BITS[src]) for _ in range(k)), strict=True))
    c = [random.choice((0, 1, -1 << BITS[src] - 1, integer(BITS[src]))) for _ in range(k)]
    if op in INTEGER_REDUCTIONS and random.getrandbits(1):
        a = bit_runs(BITS[src], k)
    return Case(
        *(op, src, dst, a, b, c),
        rm=random.randrange(5),
        sat=random.getrandbits(1) if op in SATURATING else 0,
        wrap=random.getrandbits(1) if op == ValuOp.S_S else 0,
        imm=_random_immediate(op, dst, k),
    )
