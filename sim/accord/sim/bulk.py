"""Millions of elements through the Verilated vector ALU: what outside arithmetic suites drive."""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import Config
from accord.model.request import DEFAULT_ROUNDING, Request, Unsigned, bulk_request
from accord.sim.build import Recipe, build
from accord.sim.verilog import emit_component

_SOURCE = Path(__file__).with_name("bulk.cpp")
_TOP = "accord_valu"
_TAG_WIDTH = 1
_OPERANDS = 3


class _Operation(ctypes.Structure):
    """The instruction as bulk.cpp takes it."""

    _fields_ = [(name, ctypes.c_uint32) for name in ("op", "src", "dst", "rounding", "sat", "wrap", "fused")]


class _Alu:
    """A Verilated vector ALU of ``k`` lanes."""

    def __init__(self, k: int) -> None:
        from accord.hw.valu import Valu

        verilog = emit_component(Valu, Config(k=k), _TAG_WIDTH, name=_TOP)
        flags = ["-CFLAGS", "-fPIC -fvisibility=hidden -fno-gnu-unique", "-LDFLAGS", "-shared"]
        library = ctypes.CDLL(str(build(Recipe(verilog, _TOP, _SOURCE, product="libaccord_valu.so", flags=flags))))
        library.accord_alu_create.restype = ctypes.c_void_p
        self._run = library.accord_alu_run
        self._run.argtypes = [
            *(ctypes.c_void_p, ctypes.POINTER(_Operation), ctypes.c_uint32, ctypes.c_uint64),
            *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
        ]
        self._handle = library.accord_alu_create()
        self._k = k

    def run(self, operation: _Operation, operands: list[npt.NDArray[np.uint32]]) -> tuple[Any, Any]:
        """Return results (n,) uint32 and flags (n,) uint8 of operands (n,) uint32."""
        count = len(operands[0])
        results, flags = np.empty(count, np.uint32), np.empty(count, np.uint8)
        padded = [*operands, *[operands[0]] * (_OPERANDS - len(operands))]
        pointers = (ctypes.c_void_p * _OPERANDS)(*(array.ctypes.data for array in padded))
        self._run(self._handle, operation, self._k, count, pointers, results.ctypes.data, flags.ctypes.data)
        return results, flags


_alu = cache(_Alu)


def _operation(request: Request) -> _Operation:
    from accord.hw.lane import FUSED
    from accord.hw.types import ValuOp, Width

    widths = {"VX": Width.X, "VE": Width.E, "VR": Width.R}
    op = getattr(ValuOp, request.instruction.row.op.upper())
    kinds = {operand.field: operand.kind for operand in request.instruction.operands}
    modes = {name: request.modes.get(name, 0) for name in ("rounding", "sat", "wrap")}
    src, dst = widths[kinds["rs1"]], widths[kinds["rd"]]
    return _Operation(op=op.value, src=src.value, dst=dst.value, fused=int(op in FUSED), **modes)


def _sign_extended(bits: Unsigned) -> npt.NDArray[np.uint32]:
    """Return raw bits (n,) as the register file's operand ports give them: sign-extended to 32 bits."""
    return bits.view(f"i{bits.itemsize}").astype(np.int32).view(np.uint32)


def bulk(
    mnemonic: str, *operands: npt.ArrayLike, rounding: str = DEFAULT_ROUNDING, sat: bool = False, k: int = 4
) -> tuple[Unsigned, npt.NDArray[np.uint8]]:
    """Execute one instruction on every element on the Verilated vector ALU of ``k`` lanes.

    Arguments, results and errors are those of ``accord.model.bulk``: arrays of raw bits in one shape; returns the
    result bits and a uint8 array of flags (NX 1, UF 2, OF 4, DZ 8, NV 16) in that shape. The first call for a ``k``
    compiles the ALU; raises ToolError or BuildError where that fails.
    """
    request = bulk_request(mnemonic, operands, rounding=rounding, sat=sat, k=k)
    sources = [_sign_extended(array) for array in request.operands.values()]
    results, flags = _alu(k).run(_operation(request), sources)
    return results.astype(request.dtype).reshape(request.shape), flags.reshape(request.shape)
