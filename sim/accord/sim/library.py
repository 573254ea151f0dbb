"""The Verilated NPU as a shared library: built for a configuration, loaded once, its functions typed."""

import ctypes
from functools import cache
from pathlib import Path

from accord.isa.config import Config
from accord.sim.build import Recipe, build
from accord.sim.verilog import TOP, emit

_SHIM = Path(__file__).with_name("shim.cpp")

_HANDLE, _BUFFER = ctypes.c_void_p, ctypes.c_void_p
_INT, _U32, _U64 = ctypes.c_int, ctypes.c_uint32, ctypes.c_uint64

_FUNCTIONS = {
    "accord_create": (_HANDLE, [_U32, ctypes.c_char_p, _INT]),
    "accord_destroy": (None, [_HANDLE]),
    "accord_load": (None, [_HANDLE, _BUFFER, _U32]),
    "accord_run": (_INT, [_HANDLE, _U64]),
    "accord_step": (_INT, [_HANDLE, _U64]),
    "accord_clear_flags": (None, [_HANDLE]),
    "accord_ext_write": (None, [_HANDLE, _INT, _U32, _U32, _BUFFER]),
    "accord_ext_read": (None, [_HANDLE, _INT, _U32, _BUFFER]),
    "accord_spad_write": (None, [_HANDLE, _U32, _U32, _BUFFER]),
    "accord_spad_read": (None, [_HANDLE, _U32, _U32, _BUFFER]),
    "accord_read_tile": (None, [_HANDLE, _INT, _BUFFER]),
    "accord_read_a": (None, [_HANDLE, _U32, _BUFFER]),
    "accord_read_loops": (None, [_HANDLE, _U32, _BUFFER]),
    "accord_read_lut": (None, [_HANDLE, _U32, _U32, _BUFFER]),
    "accord_status": (None, [_HANDLE, _BUFFER]),
    "accord_counters": (None, [_HANDLE, _BUFFER]),
    "accord_ticks": (_U64, [_HANDLE]),
    "accord_event_count": (_U64, [_HANDLE]),
    "accord_events": (None, [_HANDLE, _BUFFER]),
    "accord_written_count": (_U64, [_HANDLE]),
    "accord_written": (None, [_HANDLE, _BUFFER]),
    "accord_in_flight": (None, [_HANDLE, _BUFFER]),
}
"""Result and arguments of shim.cpp's functions."""


def recipe(verilog: Path, *, waves: bool) -> Recipe:
    """Return how the library is built from the Verilog of an NPU; with ``waves`` it can write VCD."""
    flags = ["-CFLAGS", "-fPIC -fvisibility=hidden -fno-gnu-unique", "-LDFLAGS", "-shared"]
    return Recipe(verilog, TOP, _SHIM, product="libaccord_npu.so", flags=flags, trace=waves)


@cache
def open_library(path: Path) -> ctypes.CDLL:
    """Return the library at ``path`` with its functions' types set."""
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def library_for(config: Config, *, waves: bool) -> ctypes.CDLL:
    """Return the library of one configuration, built where needed. Raises ToolError or BuildError."""
    return open_library(build(recipe(emit(config), waves=waves)))
