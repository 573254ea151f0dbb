"""The C witness, compiled once a session."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

FLAGS = ["-O1", "-frounding-math", "-ffp-contract=off", "-shared", "-fPIC"]


class Witness:
    """witness.c on arrays of FP32 bit patterns."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))

    def _call(self, name, inputs, dtype, *scalars):
        n = len(inputs[0])
        out, flags = np.empty(n, dtype), np.empty(n, np.uint8)
        arrays = [np.ascontiguousarray(array) for array in inputs] + [out, flags]
        pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in arrays]
        getattr(self._library, name)(*pointers, ctypes.c_int64(n), *(ctypes.c_int(scalar) for scalar in scalars))
        return out, flags

    def fma(self, a, b, c, rounding):
        return self._arithmetic("fma", a, b, c, rounding)

    def binary(self, operation, a, b, rounding):
        """``operation``: add, sub or mul."""
        return self._arithmetic(operation, a, b, b, rounding)

    def _arithmetic(self, operation, a, b, c, rounding):
        """Bits, a NaN in the canonical form (C keeps payloads), and flags."""
        code = ("add", "sub", "mul", "fma").index(operation)
        bits, flags = self._call("witness_arithmetic", (a, b, c), np.uint32, code, rounding)
        bits[(bits & 0x7FFFFFFF) > 0x7F800000] = 0x7FC00000
        return bits, flags

    def int_to_f32(self, values, rounding):
        return self._call("witness_s32_f32", (values.astype(np.int32),), np.uint32, rounding)

    def f32_to_int(self, bits, width, rounding):
        low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
        return self._call("witness_f32_int", (bits,), np.int32, rounding, low, high)


@pytest.fixture(scope="session")
def witness(tmp_path_factory):
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("gcc", "g++", "cc", "clang")), None)
    assert compiler, "no C compiler: install g++, or set CC"
    library = tmp_path_factory.mktemp("witness") / "witness.so"
    source = Path(__file__).with_name("witness.c")
    language = ["-x", "c"]
    subprocess.run([compiler, *FLAGS, *language, str(source), "-o", str(library), "-lm"], check=True)
    return Witness(library)
