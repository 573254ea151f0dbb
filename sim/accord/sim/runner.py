"""Runs a cocotb bench on a component, from pytest.

In ``tests/hw/test_x.py``, two lines a bench::

    def test_x(k):
        run_bench(RegisterFile, Config(k=k), bench="accord.sim.benches.regfile", parameters={"k": k})

The component is ``RegisterFile(Config(k=k))``, and its ports are attributes of cocotb's ``dut``
(``dut.read__index``); the clock and reset are ``dut.clk`` and ``dut.rst``, and time is in ns. In the bench,
``parameters()`` returns the mapping given (through JSON), and ``random`` is seeded by cocotb. ``tests`` picks
cocotb tests by name. ``ACCORD_SEED=n`` sets the seed (``random``: a fresh one); ``ACCORD_WAVES=directory``
writes waveforms there. Builds are cached: nothing is compiled twice. The launcher fails when the bench fails,
when no test ran and when one was skipped.
"""

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import cocotb_tools.config
from cocotb_tools.runner import get_runner

from accord.sim.build import Recipe, build
from accord.sim.cache import entry
from accord.sim.seed import seed as default_seed
from accord.sim.verilog import emit_component

if TYPE_CHECKING:
    from amaranth.lib.wiring import Component

_PARAMETERS = "ACCORD_BENCH_PARAMETERS"


class BenchError(AssertionError):
    """A bench failed, ran no test or skipped one; the text says which, with the seed and the log."""


def parameters() -> dict[str, Any]:
    """Return, inside a bench, the parameters that its launcher gave."""
    return dict(json.loads(os.environ[_PARAMETERS]))


def _visible(top: str) -> Path:
    """Return a Verilator configuration that shows the bench the top module's signals, which are its ports, and no more.

    Everything public would keep Verilator from optimizing: a 16 x 16 array compiles and runs several times slower.
    """

    def make(directory: Path) -> None:
        (directory / "visible.vlt").write_text(f'`verilator_config\npublic_flat_rw -module "{top}" -var "*"\n')

    return entry("visible", top, make) / "visible.vlt"


def _simulator(verilog: Path, top: str, trace: bool) -> Path:
    libraries = shlex.quote(str(cocotb_tools.config.libs_dir))
    link = f"-Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"
    flags = ["--vpi", str(_visible(top)), "--timescale", "1ns/1ps", "-LDFLAGS", link]
    main = Path(cocotb_tools.config.share_dir) / "lib" / "verilator" / "verilator.cpp"
    return build(Recipe(verilog, top, main, product=top, flags=flags, trace=trace))


def _first_line(element: ElementTree.Element) -> str:
    return (element.get("message") or "no message").splitlines()[0]


def _verdict(results: Path) -> str:
    """Return what is wrong with a bench's results; empty where all its tests, and at least one, passed."""
    if not results.is_file():
        return "the simulation ended without results"
    cases = ElementTree.parse(results).getroot().findall(".//testcase")
    if not cases:
        return "no test ran"
    wrong = []
    for case in cases:
        for kind in ("failure", "error", "skipped"):
            wrong += [f"{kind} of {case.get('name')}: {_first_line(found)}" for found in case.findall(kind)]
    return "; ".join(wrong)


def _label(top: str) -> str:
    """Return the running pytest test's name as a file name, or the module's outside pytest."""
    current = os.environ.get("PYTEST_CURRENT_TEST", top).partition(" (")[0]
    return re.sub(r"[^\w.=-]+", "-", current.rpartition("::")[2]).strip("-")


def run_bench(
    factory: "Callable[..., Component]",
    *arguments: object,
    bench: str,
    parameters: Mapping[str, object] | None = None,
    tests: Sequence[str] | None = None,
    seed: int | None = None,
    name: str = "",
) -> None:
    """Run cocotb module ``bench`` on ``factory(*arguments)``; ``name`` is the Verilog module's.

    ``arguments`` must have a repr that tells them apart from others, as integers, strings and a ``Config``
    have; it is part of the cache key. Raises BenchError, BuildError, ToolError, or ValueError for an argument
    without such a repr.
    """
    top = name or factory.__name__.lower()
    verilog = emit_component(factory, *arguments, name=top)
    waves = os.environ.get("ACCORD_WAVES")
    simulator = _simulator(verilog, top, trace=bool(waves))
    run_seed = default_seed() if seed is None else seed
    if waves:
        work = Path(waves).absolute() / _label(top)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    else:
        work = Path(tempfile.mkdtemp(prefix=f"accord-{top}-"))
    log, results = work / "bench.log", work / "results.xml"
    print(f"{bench} on {top}: seed {run_seed}")
    try:
        get_runner("verilator").test(
            test_module=bench,
            hdl_toplevel=top,
            hdl_toplevel_lang="verilog",
            testcase=tests,
            seed=run_seed,
            extra_env={_PARAMETERS: json.dumps(dict(parameters or {}))},
            waves=bool(waves),
            build_dir=simulator.parent,
            test_dir=work,
            results_xml=str(results),
            log_file=log,
        )
        stopped = ""
    except (
        SystemExit,
        RuntimeError,
    ) as error:  # cocotb's way to report a failure
        stopped = f"the simulator stopped: {error}"
    if log.exists():
        print(log.read_text(errors="replace"))
    wrong = _verdict(results) or stopped
    if waves:
        print(f"waves: {work / 'dump.vcd'}")
    if wrong:
        raise BenchError(f"{bench} on {top}: {wrong} (rerun with ACCORD_SEED={run_seed}; log: {log})")
    if not waves:
        shutil.rmtree(work)
