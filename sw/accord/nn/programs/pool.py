"""Max and average pooling over windows of rows; a row is one pixel's K channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from accord.isa import asm
from accord.isa.config import Config
from accord.isa.word import Word
from accord.nn.programs.builder import (
    LOOP_COUNT_MAX,
    VectorProgram,
    advance,
    check_integer,
    check_layout,
    finish,
    interleaved,
    repeat,
)
from accord.nn.programs.requantize import scale_fma, scale_onnx
from accord.nn.quantize import INT8_MIN, QuantParams

Contract = Literal["fma", "onnx", "tflite"]

LINE_A, WINDOW_A, PIXEL_A, TARGET_A = 0, 1, 2, 3
MULTIPLIER_VR, ZERO_VR, SUM_VR, OUTPUT_VX = 0, 1, 2, 12
FIRST_VR, VRS = 4, 4
AVERAGE_MAX = 1 << 14
"""Rows of the largest window whose average comes out exact: see ``_reciprocal``."""


@dataclass(frozen=True)
class Windows:
    """Where windows lie, in rows, lines of an image following one another.

    Window (y, x) of ``count`` covers ``size`` (height, width) rows of the source from its row
    y * stride[0] * pitch + x * stride[1] on, its lines ``pitch`` apart; its result is row y * target_pitch + x of the
    target. All windows lie whole inside the image: those over a padded edge, which are smaller, are windows of
    programs of their own. A global pool has one. Raises ValueError naming the field.
    """

    count: tuple[int, int]
    size: tuple[int, int]
    stride: tuple[int, int]
    pitch: int
    target_pitch: int

    def __post_init__(self) -> None:
        for name in ("count", "size", "stride"):
            values = getattr(self, name)
            if len(values) != 2:
                raise ValueError(f"{name}={values!r}: expected two numbers, down and across")
            for value in values:
                check_integer(name, value, 1, LOOP_COUNT_MAX)
        check_integer("pitch", self.pitch, (self.count[1] - 1) * self.stride[1] + self.size[1], 1 << 20)
        check_integer("target_pitch", self.target_pitch, self.count[1], 1 << 20)

    @property
    def source_rows(self) -> int:
        """Rows from the first of the first window to the last of the last one."""
        lines = (self.count[0] - 1) * self.stride[0] + self.size[0] - 1
        return lines * self.pitch + (self.count[1] - 1) * self.stride[1] + self.size[1]

    @property
    def target_rows(self) -> int:
        """Rows from the first result to the last."""
        return (self.count[0] - 1) * self.target_pitch + self.count[1]


def max_pool(config: Config, *, windows: Windows, source: int, target: int) -> VectorProgram:
    """y = the largest q of the window, lane by lane; input and output have the same scale and zero point.

    No constants. Raises ValueError naming the argument.
    """

    def row(slot: int) -> list[Word]:
        vx = 4 * FIRST_VR + slot
        return [
            asm.ld_vx(rd=vx, rs1=PIXEL_A, imm12=1, post=True),
            asm.vmax_vx(rd=OUTPUT_VX, rs1=OUTPUT_VX, rs2=vx),
        ]

    begin = [asm.bcasti_vx(rd=OUTPUT_VX, imm8=INT8_MIN)]
    return _program(config, windows, source, target, [], begin, interleaved(windows.size[1], 8, row), [])


def average_pool(
    config: Config,
    *,
    windows: Windows,
    source: int,
    target: int,
    contract: Contract = "fma",
    input_params: QuantParams,
    output_params: QuantParams,
) -> VectorProgram:
    """Average each window of n rows, lane by lane.

    tflite: y = sum(q) / n, half away from zero; input and output have the same scale and zero point, as its
    AVERAGE_POOL_2D asks for. onnx: y = sat8(RNE(f32(sum(q - Z_x)) * M) + Z_y), M = S_x / (S_y * f32(n)), product and
    quotient in float32, as QLinearGlobalAveragePool. fma: y = sat8(RMM(fma(f32(sum(q - Z_x)), M, f32(Z_y)))), M =
    float32(double(S_x) / (S_y * n)). n is at most 16384. No constants. Raises ValueError naming the argument.
    """
    if contract not in get_args(Contract):
        raise ValueError(f"contract={contract!r}: expected one of {', '.join(get_args(Contract))}")
    rows = check_integer("windows: rows of one", windows.size[0] * windows.size[1], 1, AVERAGE_MAX)
    if contract == "tflite" and input_params != output_params:
        raise ValueError("output_params: the tflite contract has input and output of the same scale and zero point")
    scale = scale_onnx if contract == "onnx" else scale_fma
    zero = 0 if contract == "tflite" else output_params.zero_point
    correction = 0 if contract == "tflite" else -rows * input_params.zero_point
    constants = [
        *asm.const(rd=MULTIPLIER_VR, value=_multiplier(contract, rows, input_params, output_params)),
        *asm.const(rd=ZERO_VR, value=zero if contract == "onnx" else float(zero)),
    ]

    def row(slot: int) -> list[Word]:
        vr = FIRST_VR + slot
        return [
            asm.ld_vx(rd=4 * vr, rs1=PIXEL_A, imm12=1, post=True),
            asm.vcvt_s8_s32(rd=vr, rs1=4 * vr),
            asm.vadd_vr(rd=SUM_VR, rs1=SUM_VR, rs2=vr),
        ]

    line = interleaved(windows.size[1], VRS, row)
    begin, end = asm.const(rd=SUM_VR, value=correction), scale(SUM_VR, OUTPUT_VX, MULTIPLIER_VR, ZERO_VR)
    return _program(config, windows, source, target, constants, begin, line, end)


def _multiplier(contract: Contract, rows: int, source: QuantParams, target: QuantParams) -> float:
    if contract == "tflite":
        return _reciprocal(rows)
    with np.errstate(over="ignore", under="ignore"):
        if contract == "onnx":
            multiplier = np.float32(source.scale) / (np.float32(target.scale) * np.float32(rows))
        else:
            multiplier = np.float32(float(source.scale) / (float(target.scale) * rows))
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise ValueError(f"output_params: the factor S_x / (S_y * {rows}) is {multiplier}, not finite and positive")
    return float(multiplier)


def _reciprocal(rows: int) -> float:
    """Return the least float32 r >= 1 / rows: RMM(f32(s) * r) is s / rows, half away from zero, for |s| <= 128 rows.

    A quotient half way is representable and r is not below 1 / rows, so that the rounded product is not below it
    either. Any other |s| / rows is at least 1 / (2 rows) >= 2^-15 from the half way above, and the error of r
    and of the product, at most 128 * (2^-23 + 2^-24 + 2^-47) < 2^-15, does not lead there.
    """
    nearest = np.float32(1.0 / rows)
    below = rows * int(float(nearest) * 2**60) < 2**60  # exact: 24 bits, none under 2^-60
    return float(np.nextafter(nearest, np.float32(2.0)) if below else nearest)


def _program(
    config: Config,
    windows: Windows,
    source: int,
    target: int,
    constants: Sequence[Word],
    begin: Sequence[Word],
    line: Sequence[Word],
    end: Sequence[Word],
) -> VectorProgram:
    """Return the program that for each window executes ``begin``, ``line`` for each of its lines, and ``end``."""
    check_layout(config, {"source": (source, windows.source_rows), "target": (target, windows.target_rows)})
    (down, across), (height, width) = windows.count, windows.size
    lines = [*line, *advance(PIXEL_A, PIXEL_A, windows.pitch - width)]
    window = [
        *begin,
        asm.adda(rd=PIXEL_A, rs1=WINDOW_A, imm12=0),
        *repeat(height, lines),
        *end,
        *advance(WINDOW_A, WINDOW_A, windows.stride[1]),
        asm.st_vx(rd=OUTPUT_VX, rs1=TARGET_A, imm12=1, post=True),
    ]
    row_of_windows = [
        asm.adda(rd=WINDOW_A, rs1=LINE_A, imm12=0),
        *repeat(across, window),
        *advance(LINE_A, LINE_A, windows.stride[0] * windows.pitch),
        *advance(TARGET_A, TARGET_A, windows.target_pitch - across),
    ]
    addresses = [asm.seta(rd=LINE_A, imm20=source), asm.seta(rd=TARGET_A, imm20=target)]
    return finish(config, [*constants, *addresses, *repeat(down, row_of_windows)])
