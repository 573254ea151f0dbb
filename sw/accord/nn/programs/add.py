"""Residual addition of two tensors with scales of their own, in the three contracts of numerics."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from accord.isa import asm
from accord.isa.config import Config
from accord.isa.word import Word
from accord.nn.programs.builder import Steps, VectorProgram, check_integer, check_layout, finish, streamed
from accord.nn.programs.requantize import add_zero, quantize_multiplier
from accord.nn.quantize import QuantParams
from accord.nn.reference import round_to_f32

FIRST_A, SECOND_A, TARGET_A = 0, 1, 2
FIRST_VR, GROUP = 4, 1
"""Two groups of one row: VR[4] and VR[6] the first operands, VR[5] and VR[7] the second, bytes in their lowest rows."""
FIRST_RATIO_VR, SECOND_RATIO_VR, OUTPUT_VR, SHIFT_VR = 0, 1, 2, 3
HEADROOM = 20
"""Bits by which TFLite's ADD shifts its inputs left."""
UNSIGNED_OFFSET = 128


def add_fma(
    config: Config,
    *,
    rows: int,
    first: int,
    second: int,
    target: int,
    first_params: QuantParams,
    second_params: QuantParams,
    output_params: QuantParams,
) -> VectorProgram:
    """y = sat8(RMM(fma(f32(a - Z_a), r_a, fma(f32(b - Z_b), r_b, f32(Z_y))))), r = S / S_y in float32.

    ``rows`` rows of bytes from ``first`` and ``second`` on; ``target`` may be either. No constants. Raises
    ValueError naming the argument, and for a ratio of scales that is not finite and positive in float32.
    """
    words = _float_setup(first_params, second_params, output_params, float(output_params.zero_point))

    def sum_of(a: int, b: int) -> list[Word]:
        return [
            *_to_f32(a, -first_params.zero_point),
            *_to_f32(b, -second_params.zero_point),
            *_fused(a, b),
            asm.vcvt_f32_s8(rd=4 * a, rs1=a),
        ]

    return _program(config, rows, first, second, target, words, sum_of)


def add_onnx(
    config: Config,
    *,
    rows: int,
    first: int,
    second: int,
    target: int,
    first_params: QuantParams,
    second_params: QuantParams,
    output_params: QuantParams,
    unsigned: bool = False,
) -> VectorProgram:
    """y = sat(RNE(fma(a, r_a, fma(b, r_b, F)))), F = Z_y - fma(r_a, Z_a, r_b * Z_b), all in float32: QLinearAdd.

    With ``unsigned`` the model's type is u8: a, b, y and the zero points above are the s8 ones plus 128, since F rounds
    otherwise there; the bytes in the scratchpad and the parameters stay s8. Otherwise as ``add_fma``.
    """
    offset = UNSIGNED_OFFSET if unsigned else 0
    addend = _onnx_addend(first_params, second_params, output_params, offset)
    words = _float_setup(first_params, second_params, output_params, addend)

    def signed(a: int, b: int) -> list[Word]:
        return [*_to_f32(a, 0), *_to_f32(b, 0), *_fused(a, b), asm.vcvt_f32_s8(rd=4 * a, rs1=a, rounding="rne")]

    def shifted(a: int, b: int) -> list[Word]:
        return [
            *_to_f32(a, UNSIGNED_OFFSET),
            *_to_f32(b, UNSIGNED_OFFSET),
            *_fused(a, b),
            asm.vcvt_f32_s32(rd=a, rs1=a, rounding="rne"),
            *add_zero(a, 4 * a, SHIFT_VR),
        ]

    words.append(asm.bcasti_vr(rd=SHIFT_VR, imm12=-offset))
    return _program(config, rows, first, second, target, words, shifted if unsigned else signed)


def add_tflite(
    config: Config,
    *,
    rows: int,
    first: int,
    second: int,
    target: int,
    first_params: QuantParams,
    second_params: QuantParams,
    output_params: QuantParams,
) -> VectorProgram:
    """y = sat8(scale_y(scale_a((a - Z_a) * 2^20) + scale_b((b - Z_b) * 2^20)) + Z_y), as TFLite's ADD.

    scale_i multiplies by the Q31 form of S_i / (2 max(S_a, S_b)), scale_y by that of 2 max(S_a, S_b) / (2^20 S_y), in
    double, each a vsqrdmulh and a rounding shift right. Otherwise as ``add_fma``; ValueError too where the output's
    factor is not below 1, which TFLite refuses.
    """
    twice = 2.0 * max(float(first_params.scale), float(second_params.scale))
    output_factor = twice / (2.0**HEADROOM * float(output_params.scale))
    if output_factor >= 1.0:
        raise ValueError(f"output_params: scale {output_params.scale} is too small beside the inputs' scales")
    first_q31, first_shift = quantize_multiplier(float(first_params.scale) / twice)
    second_q31, second_shift = quantize_multiplier(float(second_params.scale) / twice)
    output_q31, output_shift = quantize_multiplier(output_factor)
    words = [
        *asm.const(rd=FIRST_RATIO_VR, value=first_q31),
        *asm.const(rd=SECOND_RATIO_VR, value=second_q31),
        *asm.const(rd=OUTPUT_VR, value=output_q31),
    ]

    # too few registers for every shift amount: one holds them in turn
    def right(vr: int, bits: int) -> list[Word]:
        return [asm.bcasti_vr(rd=SHIFT_VR, imm12=bits), asm.vrshr(rd=vr, rs1=vr, rs2=SHIFT_VR)] if bits else []

    def sum_of(a: int, b: int) -> list[Word]:
        return [
            asm.vcvt_s8_s32(rd=a, rs1=4 * a),
            asm.vcvt_s8_s32(rd=b, rs1=4 * b),
            asm.vaddi(rd=a, rs1=a, imm12=-first_params.zero_point),
            asm.vaddi(rd=b, rs1=b, imm12=-second_params.zero_point),
            asm.bcasti_vr(rd=SHIFT_VR, imm12=HEADROOM),
            asm.vsll_vr(rd=a, rs1=a, rs2=SHIFT_VR),
            asm.vsll_vr(rd=b, rs1=b, rs2=SHIFT_VR),
            asm.vsqrdmulh(rd=a, rs1=a, rs2=FIRST_RATIO_VR),
            asm.vsqrdmulh(rd=b, rs1=b, rs2=SECOND_RATIO_VR),
            *right(a, -first_shift),
            *right(b, -second_shift),
            asm.vadd_vr(rd=a, rs1=a, rs2=b),
            asm.vsqrdmulh(rd=a, rs1=a, rs2=OUTPUT_VR),
            *right(a, -output_shift),
            asm.vaddi(rd=a, rs1=a, imm12=output_params.zero_point),
            asm.vcvt_s32_s8(rd=4 * a, rs1=a),
        ]

    return _program(config, rows, first, second, target, words, sum_of)


def _to_f32(vr: int, offset: int) -> list[Word]:
    """VR[vr] = f32(byte + offset), exact; the byte lies in the lowest row of the same VR."""
    if not offset:
        return [asm.vcvt_s8_f32(rd=vr, rs1=4 * vr)]
    return [
        asm.vcvt_s8_s32(rd=vr, rs1=4 * vr),
        asm.vaddi(rd=vr, rs1=vr, imm12=offset),
        asm.vcvt_s32_f32(rd=vr, rs1=vr),
    ]


def _fused(a: int, b: int) -> list[Word]:
    """VR[a] = fma(a, r_a, fma(b, r_b, addend))."""
    return [
        asm.vfma(rd=b, rs1=b, rs2=SECOND_RATIO_VR, rs3=OUTPUT_VR),
        asm.vfma(rd=a, rs1=a, rs2=FIRST_RATIO_VR, rs3=b),
    ]


def _ratio(name: str, params: QuantParams, output: QuantParams) -> np.float32:
    with np.errstate(over="ignore", under="ignore"):
        ratio = np.float32(params.scale) / np.float32(output.scale)
    if not (np.isfinite(ratio) and ratio > 0):
        raise ValueError(f"{name}: scale {params.scale} / {output.scale} of the output is not finite and positive")
    return ratio


def _onnx_addend(first: QuantParams, second: QuantParams, output: QuantParams, offset: int) -> float:
    """F = Z_y - fma(r_a, Z_a, r_b * Z_b), three roundings to float32; zero points plus ``offset``."""
    first_ratio = Fraction(float(_ratio("first_params", first, output)))
    second_ratio = Fraction(float(_ratio("second_params", second, output)))
    product = round_to_f32(second_ratio * (second.zero_point + offset))
    fused = round_to_f32(first_ratio * (first.zero_point + offset) + product)
    return float(round_to_f32(output.zero_point + offset - fused))


def _float_setup(first: QuantParams, second: QuantParams, output: QuantParams, addend: float) -> list[Word]:
    return [
        *asm.const(rd=FIRST_RATIO_VR, value=float(_ratio("first_params", first, output))),
        *asm.const(rd=SECOND_RATIO_VR, value=float(_ratio("second_params", second, output))),
        *asm.const(rd=OUTPUT_VR, value=addend),
    ]


def _program(
    config: Config,
    rows: int,
    first: int,
    second: int,
    target: int,
    setup: Sequence[Word],
    sum_of: Callable[[int, int], Sequence[Word]],
) -> VectorProgram:
    """Return the program that adds row by row; ``sum_of(a, b)`` takes the bytes in VR[a] and VR[b] to one in VR[a]."""
    check_integer("rows", rows, 1, config.scratchpad_rows)
    regions = {"first": (first, rows), "second": (second, rows), "target": (target, rows)}
    check_layout(config, regions, in_place=[("first", "second"), ("first", "target"), ("second", "target")])

    def row(slot: int) -> Steps:
        a, b = FIRST_VR + 2 * slot, FIRST_VR + 2 * slot + 1
        loads = [
            asm.ld_vx(rd=4 * a, rs1=FIRST_A, imm12=1, post=True),
            asm.ld_vx(rd=4 * b, rs1=SECOND_A, imm12=1, post=True),
        ]
        return Steps(loads, sum_of(a, b), [asm.st_vx(rd=4 * a, rs1=TARGET_A, imm12=1, post=True)])

    addresses = [
        asm.seta(rd=FIRST_A, imm20=first),
        asm.seta(rd=SECOND_A, imm20=second),
        asm.seta(rd=TARGET_A, imm20=target),
    ]
    return finish(config, [*setup, *addresses, *streamed(rows, GROUP, row)])
