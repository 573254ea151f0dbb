"""What floating-point instructions do: arithmetic, comparison, reduction, and the sticky flags."""

from collections.abc import Callable

import numpy as np

from accord.model.execute.registry import Bound, Lanewise, Register, lanewise, semantics
from accord.model.numerics import (
    Bits,
    FlagBits,
    absolute,
    add,
    equal,
    fma,
    less,
    less_equal,
    maximum,
    minimum,
    multiply,
    negate,
    reduce_tree,
)
from accord.model.state import State


def _bits(register: Register) -> Bits:
    """A VR register's lanes as FP32 patterns."""
    return register.view(np.uint32)


@lanewise("fadd")
def fadd(i: Bound) -> FlagBits:
    """Sums, rounded."""
    _bits(i.rd)[:], flags = add(_bits(i.rs1), _bits(i.rs2), i.rounding)
    return flags


@lanewise("fsub")
def fsub(i: Bound) -> FlagBits:
    """Differences, rounded."""
    _bits(i.rd)[:], flags = add(_bits(i.rs1), _bits(i.rs2), i.rounding, negate_b=True)
    return flags


@lanewise("fmul")
def fmul(i: Bound) -> FlagBits:
    """Products, rounded."""
    _bits(i.rd)[:], flags = multiply(_bits(i.rs1), _bits(i.rs2), i.rounding)
    return flags


def _fused(*, negate_product: bool, negate_addend: bool) -> Lanewise:
    def fused(i: Bound) -> FlagBits:
        _bits(i.rd)[:], flags = fma(
            _bits(i.rs1),
            _bits(i.rs2),
            _bits(i.rs3),
            i.rounding,
            negate_product=negate_product,
            negate_addend=negate_addend,
        )
        return flags

    return fused


lanewise("fma")(_fused(negate_product=False, negate_addend=False))
lanewise("fms")(_fused(negate_product=False, negate_addend=True))
lanewise("nfma")(_fused(negate_product=True, negate_addend=False))
lanewise("nfms")(_fused(negate_product=True, negate_addend=True))


@lanewise("fneg")
def fneg(i: Bound) -> None:
    """The sign bit inverted."""
    _bits(i.rd)[:] = negate(_bits(i.rs1))


@lanewise("fabs")
def fabs(i: Bound) -> None:
    """The sign bit cleared."""
    _bits(i.rd)[:] = absolute(_bits(i.rs1))


def _pairwise(operation: Callable[[Bits, Bits], tuple[Bits, FlagBits]]) -> Lanewise:
    def pairwise(i: Bound) -> FlagBits:
        _bits(i.rd)[:], flags = operation(_bits(i.rs1), _bits(i.rs2))
        return flags

    return pairwise


lanewise("fmin")(_pairwise(minimum))
lanewise("fmax")(_pairwise(maximum))
lanewise("feq")(_pairwise(equal))
lanewise("flt")(_pairwise(less))
lanewise("fle")(_pairwise(less_equal))


@semantics("fredsum")
def fredsum(state: State, i: Bound) -> None:
    """The sum of the lanes, in the order of the tree, in every lane."""
    _bits(i.rd)[:], flags = reduce_tree(_bits(i.rs1), lambda low, high: add(low, high, i.rounding))
    state.flags |= int(flags)


@semantics("fredmax")
def fredmax(state: State, i: Bound) -> None:
    """maximumNumber of the lanes, in the order of the tree, in every lane."""
    _bits(i.rd)[:], flags = reduce_tree(_bits(i.rs1), maximum)
    state.flags |= int(flags)


@semantics("rdflags")
def rdflags(state: State, i: Bound) -> None:
    """The sticky flags in every lane."""
    i.rd[:] = state.flags


@semantics("wrflags")
def wrflags(state: State, i: Bound) -> None:
    """The sticky flags = the immediate."""
    state.flags = i.imm
