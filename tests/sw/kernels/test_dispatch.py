"""The choice of an instruction set: by the processor, a mask, an argument, a variable; and the proof of which ran."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, available, capabilities, implementation

from .isas import OPERATIONS, isas

NEEDS = {
    "scalar": set(),
    "avx2": {"avx2", "fma"},
    "avxvnni": {"avx2", "fma", "avxvnni"},
    "vnni256": {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"},
    "avx512vnni": {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"},
}
NEEDS["avx512vbmi"] = NEEDS["avx512vnni"] | {"avx512vbmi"}
BEST_FIRST = ["avx512vbmi", "avx512vnni", "vnni256", "avxvnni", "avx2", "scalar"]
PROGRAM = """
import json
import numpy as np
from accord.kernels import Conv2d, DepthwiseConv2d, Matmul, Output, available, capabilities
rng = np.random.default_rng(1)
output = Output("fma", 0.001, 3, np.uint8)
x, w = rng.integers(0, 256, (5, 77), np.uint8), rng.integers(-128, 128, (77, 50), np.int8)
image = rng.integers(0, 256, (1, 6, 6, 70), np.uint8)
layers = [Matmul(w, output=output), Conv2d(rng.integers(-128, 128, (9, 3, 3, 70), np.int8), output=output),
          DepthwiseConv2d(rng.integers(-128, 128, (3, 3, 70), np.int8), output=output)]
results = [layers[0](x), layers[1](image), layers[2](image)]
print(json.dumps({"available": available(), "capabilities": capabilities(), "isas": [layer.isa for layer in layers],
                  "sums": [int((np.arange(1, r.size + 1) * r.ravel().astype(int)).sum()) for r in results]}))
"""


def run(*emulator, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    command = [*emulator, sys.executable, "-c", PROGRAM]
    result = subprocess.run(command, env={**environment, **variables}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def possible(found):
    return [isa for isa in BEST_FIRST if NEEDS[isa] <= set(found)]


def test_what_is_available_follows_from_the_capabilities():
    assert available() == possible(capabilities())


def test_every_instruction_set_has_the_operations_that_matter():
    products = {"gemm", "depthwise", "dot"}  # of bytes: to others VNNI has nothing to add
    tables = {"gemm", "depthwise", "requantize", "pointwise"}  # of 256 bytes: to others VBMI has nothing to add
    for operation in OPERATIONS:
        lacking = {*([] if operation in products else ["vnni256", "avxvnni"])}
        lacking |= set() if operation in tables else {"avx512vbmi"}
        assert isas(operation) == [isa for isa in available() if isa not in lacking]
    assert set(OPERATIONS) == {"gemm", "depthwise", "dot", "requantize", "pointwise", "pool"}


@pytest.mark.parametrize(
    "mask",
    [
        "",
        "avx512vbmi",
        "avx512vnni",
        "avx512vnni,avxvnni",
        "avx512bw avxvnni",
        "avx512f",
        "fma",
        "avx2",
        "avx2,avx512f",
    ],
)
def test_a_masked_processor_runs_what_is_left_and_gives_the_same_bytes(mask):
    plain, masked = run(), run(ACCORD_CPU_MASK=mask)
    assert set(masked["capabilities"]) == set(plain["capabilities"]) - set(mask.replace(",", " ").split())
    assert masked["available"] == possible(masked["capabilities"])
    assert masked["isas"] == [masked["available"][0]] * 3
    assert masked["sums"] == plain["sums"]


@pytest.mark.nightly
@pytest.mark.parametrize(("processor", "isa"), [("Haswell", "avx2"), ("IvyBridge", "scalar")])
def test_an_emulated_processor_runs_what_it_can_and_gives_the_same_bytes(processor, isa):
    """IvyBridge has neither AVX2 nor FMA; on anything older NumPy itself stops."""
    emulator = shutil.which("qemu-x86_64-static")
    assert emulator, "nightly wants qemu-x86_64-static, Debian's qemu-user-static"
    emulated = run(emulator, "-cpu", processor)
    assert emulated["isas"] == [isa] * 3
    assert emulated["sums"] == run()["sums"]


@pytest.mark.parametrize("isa", available())
def test_the_variable_forces_an_instruction_set(isa):
    forced = run(ACCORD_ISA=isa)
    assert forced["isas"] == [isa] * 3
    assert forced["sums"] == run()["sums"]


@pytest.mark.parametrize("isa", available())
def test_the_argument_forces_an_instruction_set_and_beats_the_variable(isa, monkeypatch):
    monkeypatch.setenv("ACCORD_ISA", "scalar")
    assert Matmul(np.ones((2, 2), np.int8)).isa == "scalar"
    assert Matmul(np.ones((2, 2), np.int8), isa=isa).isa == isa
    assert Conv2d(np.ones((2, 1, 1, 2), np.int8), isa=isa).isa == isa
    assert DepthwiseConv2d(np.ones((1, 1, 2), np.int8), isa=isa).isa == isa


def test_an_operation_that_a_set_lacks_falls_to_the_next(monkeypatch):
    for operation in OPERATIONS:
        for isa in available():
            found = implementation(operation, isa)
            assert BEST_FIRST.index(found) >= BEST_FIRST.index(isa)
    monkeypatch.setenv("ACCORD_CPU_MASK", ",".join(capabilities()))
    assert {implementation(operation) for operation in OPERATIONS} == {"scalar"}


def test_wrong_names_are_named(monkeypatch):
    monkeypatch.setenv("ACCORD_ISA", "mmx")
    with pytest.raises(ValueError, match=r"ACCORD_ISA: 'mmx' is not available here; available: .*scalar"):
        Matmul(np.ones((2, 2), np.int8))
    monkeypatch.delenv("ACCORD_ISA")
    monkeypatch.setenv("ACCORD_CPU_MASK", "avx9")
    with pytest.raises(ValueError, match="ACCORD_CPU_MASK: no capability is named 'avx9'"):
        available()
    monkeypatch.setenv("ACCORD_CPU_MASK", "avx2")
    with pytest.raises(ValueError, match="isa: 'avx2' is not available"):
        Matmul(np.ones((2, 2), np.int8), isa="avx2")


def test_the_state_of_the_floating_point_unit_does_not_matter(tmp_path):
    """A process that flushes subnormals and rounds toward zero gets the same bytes, and keeps its state."""
    source = tmp_path / "state.c"
    source.write_text(
        "#include <xmmintrin.h>\nunsigned get(void) { return _mm_getcsr(); }\n"
        "void set(unsigned state) { _mm_setcsr(state); }\n"
    )
    library = tmp_path / "state.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library, source], check=True)
    program = f"import ctypes\nstate = ctypes.CDLL({str(library)!r})\n" + PROGRAM.replace(
        "results = [", "state.set(0xffc0)\nresults = ["
    ).replace("print(json", "assert state.get() & 0xffc0 == 0xffc0\nstate.set(0x1f80)\nprint(json")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["sums"] == run()["sums"]
