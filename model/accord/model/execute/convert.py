"""What conversions do, lane by lane."""

from accord.model.execute.registry import Bound, Lanewise, lanewise
from accord.model.numerics import (
    BF16,
    E4M3,
    E5M2,
    F32,
    FlagBits,
    Format,
    f32_to_float,
    f32_to_int,
    float_to_f32,
    int_to_f32,
    narrow,
)


@lanewise("s_s")
def int_to_int(i: Bound) -> None:
    """Sign-extended, or narrowed: clamped, with wrap the low bits."""
    i.rd[:] = narrow(i.rs1, i.rd.dtype, saturate=not i.wrap)


@lanewise("s_f32")
def int_to_float(i: Bound) -> FlagBits:
    """Integer lanes to FP32."""
    i.rd.view(F32.dtype)[:], flags = int_to_f32(i.rs1, i.rounding)
    return flags


@lanewise("f32_s")
def float_to_int(i: Bound) -> FlagBits:
    """FP32 lanes to integers."""
    i.rd[:], flags = f32_to_int(i.rs1.view(F32.dtype), i.rd.dtype, i.rounding, wrap=i.wrap)
    return flags


def _to(target: Format) -> Lanewise:
    def convert(i: Bound) -> FlagBits:
        i.rd.view(target.dtype)[:], flags = f32_to_float(i.rs1.view(F32.dtype), target, i.rounding, saturate=i.sat)
        return flags

    return convert


def _from(source: Format) -> Lanewise:
    def convert(i: Bound) -> FlagBits:
        i.rd.view(F32.dtype)[:], flags = float_to_f32(i.rs1.view(source.dtype), source)
        return flags

    return convert


lanewise("f32_bf16")(_to(BF16))
lanewise("f32_e4m3")(_to(E4M3))
lanewise("f32_e5m2")(_to(E5M2))
lanewise("bf16_f32")(_from(BF16))
lanewise("e4m3_f32")(_from(E4M3))
lanewise("e5m2_f32")(_from(E5M2))
