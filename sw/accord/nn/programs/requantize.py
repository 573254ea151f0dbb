"""INT32 accumulators to INT8, one lane a channel, in the three contracts of numerics: fma, onnx, tflite."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.isa import asm
from accord.isa.config import Config
from accord.isa.word import Word
from accord.nn.programs.builder import Steps, VectorProgram, check_integer, check_layout, finish, streamed
from accord.nn.quantize import INT8_MAX, INT8_MIN
from accord.nn.rows import word_rows

SOURCE_A, TARGET_A, CONSTANTS_A = 0, 1, 2
ZERO_VR, MULTIPLIER_VR, LEFT_VR, RIGHT_VR = 0, 1, 2, 3
FIRST_VR, GROUP = 4, 2
SHIFT_MIN, SHIFT_MAX = -31, 30
Q31_MAX = 2**31 - 1


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Return (multiplier, shift), real ~ multiplier * 2^(shift - 31), as TFLite's QuantizeMultiplier gives them.

    The multiplier is in [2^30, 2^31), or 0 for 0 and where the shift would be below -31. For a FULLY_CONNECTED
    layer TFLite takes ``real`` = double(float32(S_x * S_w)) / double(S_y), elsewhere S_x * S_w / S_y in double.
    Raises ValueError for a negative or non-finite ``real`` and for a shift above 30.
    """
    if not (math.isfinite(real) and real >= 0.0):
        raise ValueError(f"real={real}: must be finite and not negative")
    fraction, shift = math.frexp(real)
    scaled = fraction * 2.0**31  # exact
    multiplier = math.floor(scaled)
    multiplier += scaled - multiplier >= 0.5  # ties away from zero: none is negative
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    if shift < SHIFT_MIN:
        return 0, 0
    if shift > SHIFT_MAX:
        raise ValueError(f"real={real}: its shift of {shift} is beyond {SHIFT_MAX}")
    return multiplier, shift


def scale_fma(vr: int, vx: int, multiplier_vr: int, zero_vr: int) -> list[Word]:
    """Return VX[vx] = sat8(RMM(fma(f32(VR[vr]), M, Z))), M and Z FP32 in VRs; VR[vr] is lost."""
    return [
        asm.vcvt_s32_f32(rd=vr, rs1=vr),
        asm.vfma(rd=vr, rs1=vr, rs2=multiplier_vr, rs3=zero_vr),
        asm.vcvt_f32_s8(rd=vx, rs1=vr),
    ]


def scale_onnx(vr: int, vx: int, multiplier_vr: int, zero_vr: int) -> list[Word]:
    """Return VX[vx] = sat8(RNE(f32(VR[vr]) * M) + Z), M FP32 and Z an integer in VRs; VR[vr] is lost."""
    return [
        asm.vcvt_s32_f32(rd=vr, rs1=vr),
        asm.vfmul(rd=vr, rs1=vr, rs2=multiplier_vr),
        asm.vcvt_f32_s32(rd=vr, rs1=vr, rounding="rne"),
        *add_zero(vr, vx, zero_vr),
    ]


def add_zero(vr: int, vx: int, zero_vr: int) -> list[Word]:
    """Return VX[vx] = sat8(VR[vr] + Z), a sum that does not wrap; VR[vr] is lost."""
    return [asm.vadd_vr(rd=vr, rs1=vr, rs2=zero_vr, sat=True), asm.vcvt_s32_s8(rd=vx, rs1=vr)]


def requantize_fma(
    config: Config, *, rows: int, source: int, target: int, constants: int, multiplier: ArrayLike, zero_point: int
) -> VectorProgram:
    """y = sat8(RMM(fma(f32(acc), M[lane], f32(Z)))): f32(acc) and fma round to nearest even, RMM follows.

    ``source``: ``rows`` times the four rows of K INT32 accumulators, as ``st.vr`` leaves them; ``target``: ``rows``
    rows, may be ``source``. ``multiplier`` M: (K,) float32, positive and finite. Constants: 4 rows. Raises
    ValueError naming the argument.
    """
    zero = asm.const(rd=ZERO_VR, value=float(check_integer("zero_point", zero_point, INT8_MIN, INT8_MAX)))
    data = _multiplier_rows(config, multiplier)
    return _program(
        config, rows, source, target, constants, data, zero, lambda vr, vx: scale_fma(vr, vx, MULTIPLIER_VR, ZERO_VR)
    )


def requantize_onnx(
    config: Config, *, rows: int, source: int, target: int, constants: int, multiplier: ArrayLike, zero_point: int
) -> VectorProgram:
    """y = sat8(RNE(f32(acc) * M[lane]) + Z): the zero point is added to integers. Otherwise as ``requantize_fma``."""
    zero = asm.bcasti_vr(rd=ZERO_VR, imm12=check_integer("zero_point", zero_point, INT8_MIN, INT8_MAX))
    data = _multiplier_rows(config, multiplier)
    return _program(
        config, rows, source, target, constants, data, [zero], lambda vr, vx: scale_onnx(vr, vx, MULTIPLIER_VR, ZERO_VR)
    )


def requantize_tflite(
    config: Config,
    *,
    rows: int,
    source: int,
    target: int,
    constants: int,
    multiplier: ArrayLike,
    shift: ArrayLike,
    zero_point: int,
) -> VectorProgram:
    """y = sat8(rdivpot(sqrdmulh(acc * 2^left, M[lane]), right) + Z), as TFLite's reference kernels.

    left = max(shift, 0), the product modulo 2^32; right = max(-shift, 0), ties away from zero; sqrdmulh has ties
    towards plus infinity. ``multiplier`` (K,) in [0, 2^31), ``shift`` (K,) in [-31, 30], both integers, as
    ``quantize_multiplier`` gives them. Constants: 12 rows. Otherwise as ``requantize_fma``.
    """
    zero = asm.bcasti_vr(rd=ZERO_VR, imm12=check_integer("zero_point", zero_point, INT8_MIN, INT8_MAX))
    multipliers = _integers("multiplier", multiplier, 0, Q31_MAX)
    shifts = _integers("shift", shift, SHIFT_MIN, SHIFT_MAX)
    data = np.concatenate(
        [
            _lanes(config, "multiplier", multipliers),
            _lanes(config, "shift", np.maximum(shifts, 0)),
            _lanes(config, "shift", np.maximum(-shifts, 0)),
        ]
    )

    def chain(vr: int, vx: int) -> list[Word]:
        return [
            asm.vsll_vr(rd=vr, rs1=vr, rs2=LEFT_VR),
            asm.vsqrdmulh(rd=vr, rs1=vr, rs2=MULTIPLIER_VR),
            asm.vrshr(rd=vr, rs1=vr, rs2=RIGHT_VR),
            *add_zero(vr, vx, ZERO_VR),
        ]

    return _program(config, rows, source, target, constants, data, [zero], chain)


def _integers(name: str, values: ArrayLike, low: int, high: int) -> NDArray[np.int32]:
    array = np.asarray(values)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name}: expected integers, got {array.dtype}")
    wrong = array[(array < low) | (array > high)]
    if wrong.size:
        raise ValueError(f"{name} {wrong.flat[0]}: must be {low} to {high}")
    narrowed: NDArray[np.int32] = array.astype(np.int32)
    return narrowed


def _multiplier_rows(config: Config, multiplier: ArrayLike) -> NDArray[np.int8]:
    values = np.asarray(multiplier)
    if values.dtype != np.float32:
        raise ValueError(f"multiplier: expected float32, got {values.dtype}")
    wrong = values[~(np.isfinite(values) & (values > 0))]
    if wrong.size:
        raise ValueError(f"multiplier {wrong.flat[0]}: must be finite and positive")
    return _lanes(config, "multiplier", values)


def _lanes(config: Config, name: str, values: NDArray[np.int32] | NDArray[np.float32]) -> NDArray[np.int8]:
    if values.shape != (config.k,):
        raise ValueError(f"{name}: expected shape ({config.k},), one a lane, got {values.shape}")
    return word_rows(values[None])


def _program(
    config: Config,
    rows: int,
    source: int,
    target: int,
    constants: int,
    data: NDArray[np.int8],
    zero: Iterable[Word],
    chain: Callable[[int, int], Sequence[Word]],
) -> VectorProgram:
    """Return the program that takes rows through ``chain(vr, vx)``; ``data`` go to the VRs behind the zero point."""
    check_integer("rows", rows, 1, config.scratchpad_rows)
    regions = {"source": (source, 4 * rows), "target": (target, rows), "constants": (constants, len(data))}
    check_layout(config, regions, in_place=[("source", "target")])
    setup = [*zero, asm.seta(rd=CONSTANTS_A, imm20=constants)]
    setup += [asm.ld_vr(rd=1 + i, rs1=CONSTANTS_A, imm12=4, post=True) for i in range(len(data) // 4)]
    setup += [asm.seta(rd=SOURCE_A, imm20=source), asm.seta(rd=TARGET_A, imm20=target)]

    def row(slot: int) -> Steps:
        vr = FIRST_VR + slot
        return Steps(
            [asm.ld_vr(rd=vr, rs1=SOURCE_A, imm12=4, post=True)],
            chain(vr, 4 * vr),
            [asm.st_vx(rd=4 * vr, rs1=TARGET_A, imm12=1, post=True)],
        )

    return finish(config, [*setup, *streamed(rows, GROUP, row)], constants, data)
