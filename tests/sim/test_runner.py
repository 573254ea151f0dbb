"""The bench launcher: passes, fails and refuses to pass for the right reasons, and compiles once."""

import subprocess
import textwrap
from pathlib import Path

import pytest
from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out

from accord.sim import build as build_module
from accord.sim.cache import cache_dir
from accord.sim.runner import BenchError, run_bench


class Accumulator(Component):
    """Adds ``value`` to ``sum`` at every edge."""

    def __init__(self, width: int) -> None:
        super().__init__({"value": In(width), "sum": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.sync += self.sum.eq(self.sum + self.value)
        return m


BENCH = """
import random
import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge
from accord.sim.runner import parameters


@cocotb.test(skip={skip})
async def adds(dut):
    assert parameters() == {{"width": 8, "name": "a b"}}
    Clock(dut.clk, 10, unit="ns").start()
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    dut.rst.value = 0
    expected = 0
    for _ in range(300):
        value = random.randrange(256)
        dut.value.value = value
        await FallingEdge(dut.clk)
        expected = (expected + value) % 256
        assert int(dut.sum.value) == expected + {error}
"""


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs a bench of the given text on an Accumulator."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("ACCORD_WAVES", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # where failing benches leave their logs

    def run(text: str, width: int = 8, **options: object) -> None:
        (tmp_path / "bench_under_test.py").write_text(textwrap.dedent(text))
        parameters = {"width": width, "name": "a b"}
        run_bench(Accumulator, width, bench="bench_under_test", parameters=parameters, **options)

    return run


def test_good_bench_passes_and_prints_its_seed(launch, capsys) -> None:
    launch(BENCH.format(error=0, skip=False), seed=77)
    out = capsys.readouterr().out
    assert "seed 77" in out
    assert "PASS=1" in out


def test_failing_bench_fails_naming_test_and_seed(launch) -> None:
    with pytest.raises(BenchError, match=r"(?s)failure of adds.*ACCORD_SEED=5"):
        launch(BENCH.format(error=1, skip=False), seed=5)


def test_bench_without_tests_fails(launch) -> None:
    with pytest.raises(BenchError, match=r"no test|without results"):
        launch("import cocotb\n")


def test_name_that_matches_no_test_fails(launch) -> None:
    with pytest.raises(BenchError, match=r"no test|without results"):
        launch(BENCH.format(error=0, skip=False), tests=["subtracts"])


def test_skipped_bench_fails(launch) -> None:
    with pytest.raises(BenchError, match="skipped of adds"):
        launch(BENCH.format(error=0, skip=True))


def test_bench_that_does_not_import_fails(launch) -> None:
    with pytest.raises(BenchError):
        launch("import no_such_module\n")


def test_simulator_that_dies_fails(launch) -> None:
    with pytest.raises(BenchError, match=r"without results|stopped"):
        launch("import os\nos._exit(0)\n")


def test_second_run_compiles_nothing(launch, monkeypatch, tmp_path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "runtime").symlink_to(cache_dir() / "runtime")
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    commands = []
    run = subprocess.run

    def counting(command, **options):
        commands.append(Path(command[0]).name)
        return run(command, **options)

    monkeypatch.setattr(build_module.subprocess, "run", counting)
    launch(BENCH.format(error=0, skip=False))
    assert "make" in commands
    made = sorted((cache_dir() / "verilated").rglob("*"))
    commands.clear()
    launch(BENCH.format(error=0, skip=False))
    assert "make" not in commands
    assert not [name for name in commands if name.startswith("verilator")]
    assert sorted((cache_dir() / "verilated").rglob("*")) == made


def test_waves_are_written_where_asked(launch, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("ACCORD_WAVES", str(tmp_path / "waves"))
    text = BENCH.format(error=0, skip=False)
    (tmp_path / "bench_under_test.py").write_text(text)
    run_bench(Accumulator, 8, bench="bench_under_test", parameters={"width": 8, "name": "a b"})
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("waves: ")]
    assert "$enddefinitions" in Path(line.removeprefix("waves: ")).read_text()


def test_argument_without_a_value_in_its_repr_is_refused() -> None:
    with pytest.raises(ValueError, match="repr that identifies"):
        run_bench(Accumulator, object(), bench="bench_under_test")
