"""Softmax along the lanes: one FP32 program, the same numbers for every K.

Element i of a vector lies in lane i mod K of its row i div K. With m the largest element and S the input scale:

1. d[i] = m - q[i], 0 to 255; e[i] = E[d[i]] with E[d] = f32(exp(-d * S)), exp and product in double on the host.
2. partial[j], j = 0 to 63, is the sum of the e[i] with i mod 64 = j, in the order of i, from +0 on.
3. sum: for h = 32, 16, 8, 4, 2, 1: partial[j] = partial[j] + partial[j + h] for j < h; sum = partial[0].
4. r: the FP32 number whose bits are 0x7ef127ea - bits(sum), at most 5.1 % from 1 / sum; then three times
   t = fma(-sum, r, 1), r = fma(r, t, r): the error squares each time.
5. y[i] = clamp(rint(e[i] * (256 r)) - 128), for an output of scale 1/256 and zero point -128.

Every operation rounds to nearest even, once. Partials without an element are +0, and adding it changes nothing: so
lanes behind the end of a vector count as +0, and partials that no element reaches are left out.
"""

import math

import numpy as np
from numpy.typing import NDArray

from accord.isa import asm
from accord.isa.config import LUT_BYTES, Config
from accord.nn.programs.builder import VectorProgram, check_integer, check_layout, finish, repeat
from accord.nn.programs.lookup import fill_bank
from accord.nn.programs.softmax_layout import SoftmaxLayout
from accord.nn.programs.softmax_steps import (
    BYTE_A,
    LOWEST_VX,
    MASK_VR,
    PLANE_A,
    SOURCE_A,
    TABLE_A,
    TAIL_VX,
    differences,
    largest,
    reciprocal,
    scaled,
    total,
)
from accord.nn.quantize import INT8_MIN, QuantParams
from accord.nn.rows import word_rows


def exponentials(scale: np.float32) -> NDArray[np.float32]:
    """Return E (256,): exp(-d * scale) for the differences d = 0 to 255, in double, rounded to float32."""
    with np.errstate(under="ignore"):
        return np.array([math.exp(-d * float(scale)) for d in range(LUT_BYTES)]).astype(np.float32)


def softmax(
    config: Config,
    *,
    vectors: int,
    length: int,
    source: int,
    target: int,
    constants: int,
    scratch: int,
    input_params: QuantParams,
) -> VectorProgram:
    """y = clamp(rint(256 p) - 128), p the softmax of each vector; the module's text has every step.

    ``vectors`` vectors of ``length`` bytes, each from a new row on, from ``source`` on; ``target``, as many rows,
    may be ``source``. What lies in lanes behind a vector's end does not count, what is written there means nothing.
    ``SoftmaxLayout`` gives how many rows there are of each, ``scratch`` included. The zero point of ``input_params``
    cancels. Both lookup banks are overwritten. Raises ValueError naming the argument.
    """
    check_integer("vectors", vectors, 1, config.scratchpad_rows)
    check_integer("length", length, 1, config.scratchpad_rows * config.k)
    layout = SoftmaxLayout(config.k, vectors, length)
    regions = {
        "source": (source, vectors * layout.rows),
        "target": (target, vectors * layout.rows),
        "constants": (constants, layout.constants),
        "scratch": (scratch, layout.scratch),
    }
    check_layout(config, regions, in_place=[("source", "target")])
    planes = word_rows(exponentials(input_params.scale)[None]).reshape(-1, config.k)
    mask = np.where(np.arange(config.k) < layout.tail, -1, 0).astype(np.int8)[None]
    partials = scratch + 2 * vectors * layout.rows
    words = [
        asm.seta(rd=TABLE_A, imm20=constants),
        *fill_bank(config, "a", TABLE_A),
        *fill_bank(config, "b", TABLE_A),
        asm.seta(rd=BYTE_A, imm20=constants + layout.constants - 1),
        asm.ld_vx(rd=TAIL_VX, rs1=BYTE_A, imm12=0),
        asm.mov_vx_vr(rd=MASK_VR, rs1=TAIL_VX),
        asm.bcasti_vx(rd=LOWEST_VX, imm8=INT8_MIN),
        asm.seta(rd=SOURCE_A, imm20=source),
        asm.seta(rd=BYTE_A, imm20=target),
        asm.seta(rd=PLANE_A, imm20=scratch),
        *repeat(vectors, [*largest(layout), *differences(layout)]),
        *fill_bank(config, "a", TABLE_A),
        *fill_bank(config, "b", TABLE_A),
        asm.seta(rd=BYTE_A, imm20=target),
        asm.seta(rd=PLANE_A, imm20=scratch),
        *repeat(vectors, [*total(layout, partials), *reciprocal(), *scaled(layout)]),
    ]
    return finish(config, words, constants, np.concatenate([planes, mask]))
