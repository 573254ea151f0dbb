"""Instructions on arrays of any size, element by element: the entry point of outside test suites."""

from typing import Any

import numpy as np
import numpy.typing as npt

from accord.model.execute import LANEWISE, bind_registers
from accord.model.numerics import FlagBits
from accord.model.request import DEFAULT_ROUNDING, Request, Unsigned, bulk_request

_CHUNK = 1 << 14
"""Elements at a time: intermediate float64 arrays stay in the processor's cache, and small in memory."""


def bulk(
    mnemonic: str,
    *operands: npt.ArrayLike,
    rounding: str = DEFAULT_ROUNDING,
    sat: bool = False,
    k: int = 16,
) -> tuple[Unsigned, FlagBits]:
    """Execute one VALU instruction on every element, and return the result bits and each element's flags.

    ``mnemonic``: a row of the instruction table that works lane by lane on registers (``vfma``, ``vfadd``,
    ``vfeq``, ``vsel``, ``vcvt_f32_e4m3``, ``vadd.vr``, ...), with ``.wrap`` appended where that mode is wanted.
    ``operands``: the sources in assembler order, arrays of raw bits of one shape: uint32 for VR (f32, s32),
    uint16 for VE (s16, bf16), uint8 for VX (s8, e4m3, e5m2). ``rounding``: rne, rtz, rdn, rup or rmm; the
    default is rne for every instruction, *also for f32 to integer*, where assembler text defaults to rmm. An
    instruction without rounding modes takes the default only. ``sat``: the ``.sat`` mode. ``k``: the lane
    count, which changes no result here; ``accord.sim.bulk`` has the same arguments.

    Returns ``bits`` in the unsigned dtype of the destination's width and ``flags`` in uint8 (NX 1, UF 2, OF 4,
    DZ 8, NV 16), both in the operands' shape.

    ValueError: a mnemonic that is unknown or does not work element by element (reductions, broadcasts, lookups), a mode
    that does not exist or that the instruction does not have, shapes that differ, a K that cannot be.
    TypeError: the wrong number of operands, or a dtype other than those above.
    """
    request = bulk_request(mnemonic, operands, rounding=rounding, sat=sat, k=k)
    result = np.empty(request.count, request.dtype)
    flags = np.zeros(request.count, np.uint8)
    for first in range(0, request.count, _CHUNK):
        _execute(request, slice(first, first + _CHUNK), result, flags)
    return result.reshape(request.shape), flags.reshape(request.shape)


def _execute(request: Request, chunk: slice, result: Unsigned, flags: FlagBits) -> None:
    """Execute one chunk: the instruction's own semantics, on registers of as many lanes."""
    registers = {field: _signed(array[chunk]) for field, array in request.operands.items()}
    bound = bind_registers(request.instruction, registers | {"rd": _signed(result[chunk])}, request.modes)
    raised = LANEWISE[request.instruction.row.op](bound)
    if raised is not None:
        flags[chunk] = raised


def _signed(bits: Unsigned) -> npt.NDArray[np.signedinteger[Any]]:
    """The same bits as a register shows them."""
    return bits.view(f"i{bits.itemsize}")
