"""Functions of one byte through a lookup bank: HardSwish, HardSigmoid, sigmoid, tanh, GELU, or any other."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accord.isa import asm
from accord.isa.config import LUT_BYTES, Config
from accord.isa.word import Word
from accord.nn.programs.builder import VectorProgram, check_integer, check_layout, finish
from accord.nn.programs.bytewise import bytewise
from accord.nn.quantize import INT8_MAX, INT8_MIN, QuantParams
from accord.nn.rounding import round_rmm

TABLE_A = 2
FILL_VR, FILL_VRS = 4, 4


def hard_sigmoid(x: float, alpha: float = 0.2, beta: float = 0.5) -> float:
    """max(0, min(1, alpha * x + beta)); the defaults are ONNX HardSigmoid's, MobileNetV3 has alpha = 1/6."""
    return max(0.0, min(1.0, alpha * x + beta))


def hard_swish(x: float) -> float:
    """x * max(0, min(1, x / 6 + 1/2)), as ONNX HardSwish: alpha = 1/6, beta = 1/2."""
    return x * max(0.0, min(1.0, x / 6.0 + 0.5))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)


def gelu(x: float) -> float:
    """x * (1 + erf(x / sqrt 2)) / 2: the exact GELU, no tanh in it. erfc keeps its digits where x < 0."""
    return 0.5 * x * math.erfc(-x / math.sqrt(2.0))


def lookup_table(
    function: Callable[[float], float], input_params: QuantParams, output_params: QuantParams
) -> NDArray[np.int8]:
    """Return (256,) int8, indexed by the raw byte q & 255: clamp(RMM(f(S_x * (q - Z_x)) / S_y) + Z_y).

    Everything before the rounding is in double, so that a table rounds once (graph pass GR-4 fuses with it).
    ValueError where the function gives NaN.
    """
    scale, zero = float(input_params.scale), input_params.zero_point
    codes = np.arange(LUT_BYTES, dtype=np.uint8).view(np.int8).tolist()
    values = np.array([function(scale * (code - zero)) for code in codes], dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError(f"function: NaN for the input {scale * (codes[int(np.isnan(values).argmax())] - zero)}")
    # far beyond the range every zero point clamps; an infinite quotient could not be rounded
    steps = round_rmm(np.clip(values / float(output_params.scale), -2.0 * LUT_BYTES, 2.0 * LUT_BYTES))
    table: NDArray[np.int8] = np.clip(steps + output_params.zero_point, INT8_MIN, INT8_MAX).astype(np.int8)
    return table


def fill_bank(config: Config, bank: str, address: int) -> list[Word]:
    """Return the words that fill lookup bank "a" or "b" with 256 bytes of scratchpad from A[address] on.

    Rows of K bytes, in order; A[address] moves to the row behind them.
    """
    setlut = {"a": asm.vsetlut_a, "b": asm.vsetlut_b}[bank]
    words = []
    for segment in range(config.lut_segments):
        vr = FILL_VR + segment % FILL_VRS
        words.append(asm.ld_vr(rd=vr, rs1=address, imm12=4, post=True))
        words.append(setlut(rs1=vr, segment=segment))
    return words


def lookup(
    config: Config, *, rows: int, source: int, target: int, constants: int, table: NDArray[np.int8]
) -> VectorProgram:
    """y = table[q & 255] for each byte of ``rows`` rows; ``table`` (256,) int8 as ``lookup_table`` builds it.

    ``target`` may be ``source``. Constants: the table, 256 / K rows from ``constants`` on. Lookup bank A is
    overwritten. Raises ValueError naming the argument.
    """
    check_integer("rows", rows, 1, config.scratchpad_rows)
    if table.shape != (LUT_BYTES,) or table.dtype != np.int8:
        raise ValueError(f"table: expected int8 of shape ({LUT_BYTES},), got {table.dtype} of shape {table.shape}")
    data = table.reshape(-1, config.k)
    regions = {"source": (source, rows), "target": (target, rows), "constants": (constants, len(data))}
    check_layout(config, regions, in_place=[("source", "target")])
    fill = [asm.seta(rd=TABLE_A, imm20=constants), *fill_bank(config, "a", TABLE_A)]
    look = bytewise(rows, source, target, lambda vx, alias: [asm.vlut_a(rd=vx, rs1=vx, alias=alias)])
    return finish(config, [*fill, *look], constants, data)
