"""What all programs share: loops of any count, the order of rows in flight, where regions may lie, the report."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.long_runs import nightly

from accord import kernels
from accord.cli import main
from accord.isa import Config, ProgramTooLongError, asm
from accord.isa.machine import Cause, MachineError
from accord.model import Npu
from accord.nn import QuantParams
from accord.nn.programs import clamp, lookup, max_pool, relu, run_program, softmax
from accord.nn.programs.builder import VectorProgram, advance, repeat
from accord.nn.programs.cases import CASES
from accord.nn.programs.pool import Windows
from accord.nn.programs.report import figures

PAGE = Path(__file__).parents[2] / "docs" / "programs.md"
PARAMS = QuantParams(np.float32(0.1), 0)


def run_words(config: Config, words) -> Npu:
    machine = Npu(config)
    machine.load(asm.program([*words, asm.halt()], config))
    assert machine.run().cause is Cause.NONE
    return machine


@pytest.mark.parametrize("count", [0, 1, 2, 4095, 4096, 4097, 8190, 12_288, 100_000])
def test_loops_of_any_count(count):
    config = Config(k=1)
    words = repeat(count, [asm.adda(rd=3, rs1=3, imm12=1)])
    assert run_words(config, words).a[3] == count
    assert len(words) <= 5


@pytest.mark.parametrize("rows", [0, 1, -1, 2047, 2048, -2048, 5000, -100_000])
def test_addresses_move_by_any_number_of_rows(rows):
    machine = run_words(Config(k=1), [asm.seta(rd=1, imm20=200_000), *advance(2, 1, rows)])
    assert machine.a[2] == 200_000 + rows
    assert machine.a[1] == 200_000


def test_program_length_does_not_grow_with_the_data():
    config = Config(k=8, scratchpad_rows=1 << 20)

    def length(rows: int) -> int:
        return len(relu(config, rows=rows, source=0, target=0, params=PARAMS).program)

    assert length(12 * 4 * 2000 + 23) <= length(12 * 4 * 3 + 23) + 1
    sizes = [
        len(
            softmax(
                config,
                vectors=vectors,
                length=1000,
                source=1000,
                target=1000,
                constants=0,
                scratch=400_000,
                input_params=PARAMS,
            ).program
        )
        for vectors in (2, 1000)
    ]
    assert sizes[0] == sizes[1]


def test_many_rows_take_loops_in_loops():
    """More groups of rows than one loop counts."""
    config = Config(k=1, scratchpad_rows=1 << 18)
    rows = 2 * 12 * 4095 * 2 + 29
    data = np.random.default_rng(2).integers(-128, 128, (rows + 1, 1)).astype(np.int8)
    machine = Npu(config)
    program = clamp(config, rows=rows, source=5, target=5, low=-7, high=127)
    machine.load(program.program)
    machine.write_scratchpad(5, data)
    machine.run(max_ticks=10_000_000)
    assert np.array_equal(machine.scratchpad[5 : 5 + rows], np.maximum(data[:-1], -7))
    assert machine.scratchpad[5 + rows] == data[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 0}, "rows=0: must be an integer from 1"),
        ({"rows": 2.5}, r"rows=2\.5: expected an integer"),
        ({"rows": True}, "rows=True: must be an integer"),
        ({"source": -1}, "source=-1: must be an integer from 0 to 4095"),
        ({"target": 4096}, "target=4096: must be"),
        ({"target": 4090}, "target=4090: its 10 rows end beyond the scratchpad of 4096 rows"),
        ({"target": 9}, "target=9: its 10 rows overlap the 10 rows of source=0"),
        ({"source": 20, "target": 11}, "target=11: its 10 rows overlap the 10 rows of source=20"),
        ({"constants": 5}, "constants=5: its 32 rows overlap the 10 rows of source=0"),
        ({"constants": 80, "target": 111}, "constants=80: its 32 rows overlap the 10 rows of target=111"),
        ({"constants": 0}, "constants=0: its 32 rows overlap the 10 rows of source=0"),
        ({"table": np.zeros(255, np.int8)}, r"table: expected int8 of shape \(256,\), got int8 of shape \(255,\)"),
        ({"table": np.zeros(256, np.uint8)}, "table: expected int8"),
    ],
)
def test_regions_that_cannot_be(arguments, message):
    table = np.zeros(256, np.int8)
    places = {"rows": 10, "source": 0, "target": 20, "constants": 100, "table": table, **arguments}
    with pytest.raises(ValueError, match=message):
        lookup(Config(k=8), **places)


def test_pooling_does_not_work_in_place():
    with pytest.raises(ValueError, match="target=0: its 1 rows overlap the 9 rows of source=0"):
        max_pool(Config(k=8), windows=Windows((1, 1), (3, 3), (1, 1), 3, 1), source=0, target=0)


@pytest.mark.parametrize(("low", "high", "message"), [(-129, 0, "low=-129"), (5, 4, "high=4"), (0, 128, "high=128")])
def test_clamp_bounds_that_cannot_be(low, high, message):
    with pytest.raises(ValueError, match=message):
        clamp(Config(k=8), rows=1, source=0, target=0, low=low, high=high)


def test_too_small_a_configuration_is_named():
    with pytest.raises(ValueError, match="vx_count=16, vector programs use 32"):
        relu(Config(k=8, vx_count=16), rows=1, source=0, target=0, params=PARAMS)
    with pytest.raises(ProgramTooLongError, match="program memory of 64 words"):
        lookup(Config(k=1, program_words=64), rows=1, source=0, target=0, constants=9, table=np.zeros(256, np.int8))


def test_a_trap_is_an_error():
    config = Config(k=8)
    trapping = VectorProgram(asm.program([asm.seta(rd=0, imm20=4096), asm.ld_vx(rd=0, rs1=0, imm12=0)], config), 0, [])
    with pytest.raises(MachineError, match="trapped at word 1: ADDRESS"):
        run_program(Npu(config), trapping, {})


@pytest.mark.parametrize("k", [nightly(1), 4, nightly(64)])
def test_errors_against_the_float_functions(k):
    """No case leaves its output range, so rounding once is at most half an LSB; the fixed-point scales add to it."""
    config = Config(k=k)
    measured = list(figures(Npu(config), config))
    assert [item.name for item in measured] == [case.name for case in CASES]
    for item in measured:
        limit = 0.6 if item.name in ("requantize_tflite", "add_tflite") else 0.5 + 1e-4
        assert item.largest <= limit * item.scale, item
        assert item.mean <= 0.4 * item.scale
        assert item.ticks is None
    assert {item.name for item in measured if item.largest == 0} >= {"relu", "max_pool 3x3"}


def test_the_command_prints_a_line_a_program():
    result = CliRunner().invoke(main, ["programs", "--no-rtl", "--k", "16"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line[:24].strip() for line in lines] == ["program", *(case.name for case in CASES)]
    assert all(line.endswith(" 0") for line in lines[1:])


def test_a_byte_that_is_not_the_cpus_fails(monkeypatch):
    def wrong(*arguments, **settings):
        pooled = kernel(*arguments, **settings)
        pooled[0, 0, 3, 5] ^= 1
        return pooled

    kernel = kernels.max_pool
    monkeypatch.setattr(kernels, "max_pool", wrong)
    result = CliRunner().invoke(main, ["programs", "--no-rtl"])
    assert result.exit_code == 1
    ends = {line[:24].strip(): line.split()[-2:] for line in result.stdout.splitlines()}
    assert ends["max_pool 3x3"] == ["3,840", "1"]
    assert ends["average_pool 3x3 fma"] == ["3,840", "0"]
    assert "bytes that are not the CPU's: 1" in result.stderr


def test_the_page_shows_what_the_command_prints():
    """Ticks aside, which the golden model does not count."""
    lines = CliRunner().invoke(main, ["programs", "--no-rtl"]).output.splitlines()
    page = PAGE.read_text().splitlines()
    start = page.index(lines[0])
    shown = page[start : start + len(lines)]
    assert [(line[:66], line.split()[-3:]) for line in shown] == [(line[:66], line.split()[-3:]) for line in lines]


def test_the_command_refuses():
    result = CliRunner().invoke(main, ["programs", "--k", "3"])
    assert result.exit_code == 2
    assert "k=3: the lane count must be one of" in result.output
