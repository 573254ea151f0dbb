"""Clamps of bytes: ReLU and ReLU6 in the quantized domain."""

from accord.isa import asm
from accord.isa.config import Config
from accord.isa.word import Word
from accord.nn.programs.builder import VectorProgram, check_integer, check_layout, finish
from accord.nn.programs.bytewise import bytewise
from accord.nn.quantize import INT8_MAX, INT8_MIN, QuantParams
from accord.nn.rounding import round_rmm

LOW_VX, HIGH_VX = 0, 1


def clamp(config: Config, *, rows: int, source: int, target: int, low: int, high: int) -> VectorProgram:
    """y = min(max(q, low), high) for each byte of ``rows`` rows; low <= high, both in s8.

    ``target`` may be ``source``. No constants. Raises ValueError naming the argument.
    """
    check_integer("rows", rows, 1, config.scratchpad_rows)
    check_integer("low", low, INT8_MIN, INT8_MAX)
    check_integer("high", high, low, INT8_MAX)
    check_layout(config, {"source": (source, rows), "target": (target, rows)}, in_place=[("source", "target")])

    def bounded(vx: int, alias: bool) -> list[Word]:
        return [
            asm.vmax_vx(rd=vx, rs1=vx, rs2=LOW_VX, alias=alias),
            asm.vmin_vx(rd=vx, rs1=vx, rs2=HIGH_VX),
        ]

    def from_below(vx: int, alias: bool) -> list[Word]:
        return [asm.vmax_vx(rd=vx, rs1=vx, rs2=LOW_VX, alias=alias)]

    operation = from_below if high == INT8_MAX else bounded
    bounds = [asm.bcasti_vx(rd=LOW_VX, imm8=low), asm.bcasti_vx(rd=HIGH_VX, imm8=high)]
    return finish(config, [*bounds, *bytewise(rows, source, target, operation)])


def relu(config: Config, *, rows: int, source: int, target: int, params: QuantParams) -> VectorProgram:
    """y = max(q, Z): max(x, 0) where input and output have the same ``params``. Otherwise as ``clamp``."""
    return clamp(config, rows=rows, source=source, target=target, low=params.zero_point, high=INT8_MAX)


def relu6(config: Config, *, rows: int, source: int, target: int, params: QuantParams) -> VectorProgram:
    """y = min(max(q, Z), min(RMM(6 / S) + Z, 127)), 6 / S in double: min(max(x, 0), 6), one ``params`` for both."""
    six = min(int(round_rmm(6.0 / float(params.scale))) + params.zero_point, INT8_MAX)
    return clamp(config, rows=rows, source=source, target=target, low=params.zero_point, high=six)
