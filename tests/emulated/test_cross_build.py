"""The extension for AArch64, built from the same tree as on this machine.

That it compiles and links is all this shows: no Python for AArch64 is here to import it, and the headers are this
Python's, whose sizes are those of AArch64 as well. What is in it runs in the other tests, behind the runner.
"""

import os
import subprocess
import sys

import pytest

from .targets import BUILD, build_environment, configure

pytestmark = [pytest.mark.emulated, pytest.mark.nightly]
AARCH64 = 183
"""Of an ELF header's machine."""


def test_the_extension_builds_for_aarch64() -> None:
    folder = BUILD / "extension"
    commands = [
        configure(folder, "aarch64-linux-musl", f"-DPython_EXECUTABLE={sys.executable}"),
        [configure(folder, "")[0], "--build", str(folder), "-j", str(os.cpu_count())],
    ]
    for command in commands:
        result = subprocess.run(command, env=build_environment(), capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
    (module,) = folder.glob("_core*.so")
    content = module.read_bytes()
    assert content[:4] == b"\x7fELF"
    assert int.from_bytes(content[18:20], "little") == AARCH64
    symbols = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True).stdout
    assert "PyInit__core" in symbols
    for name in (b"neoni8mm", b"neondot", b"neon", b"scalar"):
        assert name + b"\0" in content
