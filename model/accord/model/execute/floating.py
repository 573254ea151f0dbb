"""What conversions and floating-point instructions do; each ORs its lanes' flags into the sticky flags."""

import numpy as np

from accord.model.execute.registry import Bound, Register, Semantics, semantics
from accord.model.numerics import f32_to_int, fma, int_to_f32, narrow
from accord.model.numerics.rounding import Bits, FlagBits
from accord.model.state import State


def _bits(register: Register) -> Bits:
    """A VR register's lanes as FP32 patterns."""
    return register.view(np.uint32)


def _raise(state: State, flags: FlagBits) -> None:
    state.flags |= int(np.bitwise_or.reduce(flags))


@semantics("s_s")
def int_to_int(state: State, i: Bound) -> None:
    """Sign-extended, or narrowed: clamped, with wrap the low bits."""
    i.rd[:] = narrow(i.rs1, i.rd.dtype, saturate=not i.wrap)


@semantics("s_f32")
def int_to_float(state: State, i: Bound) -> None:
    """Integer lanes to FP32."""
    _bits(i.rd)[:], flags = int_to_f32(i.rs1, i.rounding)
    _raise(state, flags)


@semantics("f32_s")
def float_to_int(state: State, i: Bound) -> None:
    """FP32 lanes to integers."""
    i.rd[:], flags = f32_to_int(_bits(i.rs1), i.rd.dtype, i.rounding, wrap=i.wrap)
    _raise(state, flags)


def _fused(*, negate_product: bool, negate_addend: bool) -> Semantics:
    def fused(state: State, i: Bound) -> None:
        _bits(i.rd)[:], flags = fma(
            _bits(i.rs1),
            _bits(i.rs2),
            _bits(i.rs3),
            i.rounding,
            negate_product=negate_product,
            negate_addend=negate_addend,
        )
        _raise(state, flags)

    return fused


semantics("fma")(_fused(negate_product=False, negate_addend=False))
semantics("fms")(_fused(negate_product=False, negate_addend=True))
semantics("nfma")(_fused(negate_product=True, negate_addend=False))
semantics("nfms")(_fused(negate_product=True, negate_addend=True))
