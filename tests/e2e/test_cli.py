"""The ``accord`` command: help, results, and bad input with exit code 2 and nothing half-written."""

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accord import nn
from accord.cli import digits_job, main
from accord.cli.install import install
from accord.isa import asm
from accord.kernels import Matmul, implementation
from accord.sim import cosim, coverage

GOLDEN = Path(__file__).parents[1] / "golden"
KERNELS = f"CPU kernels ({implementation('gemm')})"
SMALL = "#! config k=1 scratchpad_rows=64 program_words=256\n"


def accord(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("command", [[], ["asm"], ["dis"], ["digits"], ["cosim"], ["programs"], ["quantize"], ["run"]])
def test_help_has_examples(command):
    result = accord(*command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output


def test_digits_without_rtl():
    result = accord("digits", "--no-rtl", "--images", "40", "--k", "4")
    assert result.exit_code == 0, result.output
    assert f"3 x 400: reference, {KERNELS}, golden model" in result.output
    assert "3 comparisons, 0 differ" in result.output
    assert "Every byte agrees" in result.output


def a_byte_wrong(function):
    """Return the function with one byte of its result changed: image 3, class 2."""

    def broken(*arguments):
        outputs = function(*arguments)
        outputs[3, 2] ^= 1
        return outputs

    return broken


def pairs_of_digits_that_differ() -> list[str]:
    result = accord("digits", "--no-rtl", "--images", "8")
    text = " ".join(result.output.split())  # lines may have been wrapped
    assert "3 x 80: " in text
    assert "3 comparisons, 2 differ" in text
    assert "Bytes DIFFER" in text
    assert result.exit_code == 1
    return re.findall(r"1 differ: ([^;]*); image 3, class 2: -?\d+, -?\d+", text)


def test_digits_fails_where_the_reference_differs(monkeypatch):
    monkeypatch.setattr(nn, "linear_reference", a_byte_wrong(nn.linear_reference))
    assert pairs_of_digits_that_differ() == [f"reference, {KERNELS}", "reference, golden model"]


def test_digits_fails_where_the_cpu_kernels_differ(monkeypatch):
    class Broken(Matmul):
        __call__ = a_byte_wrong(Matmul.__call__)

    monkeypatch.setattr(digits_job, "Matmul", Broken)
    assert pairs_of_digits_that_differ() == [f"reference, {KERNELS}", f"{KERNELS}, golden model"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--k", "3"], "k=3: the lane count must be one of 1, 2, 4"),
        (["--images", "100000", "--no-rtl"], "--images 100000: the test half has 899"),
        (["--images", "0"], "--images"),
        (["--k", "eight"], "not a valid integer"),
    ],
)
def test_digits_refuses(arguments, message):
    result = accord("digits", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_digits_names_what_is_missing(monkeypatch):
    def no_module(seed):
        raise ModuleNotFoundError("No module named 'sklearn'")

    monkeypatch.setattr(digits_job, "load_digits", no_module)
    result = accord("digits")
    assert result.exit_code == 2
    assert f"install what this needs: {install('digits')}" in " ".join(result.output.split())


def test_asm_and_dis_are_inverse(tmp_path):
    words = tmp_path / "program.hex"
    assert accord("asm", GOLDEN / "document_k8_moved.s", "-o", words).exit_code == 0
    text = accord("dis", words).output
    again = tmp_path / "again.s"
    again.write_text(text)
    assert accord("asm", again).output == words.read_text()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("frobnicate VR[0]", "1:1", "frobnicate"),
        ("halt\n  vadd.vr VR[0], VR[1], VR[9]", "2:", "VR"),
        ("mov.vr VR[0], VX[1]", "1:", "VR"),
        ("nop\n" * 5000, "", "5000"),
    ],
)
def test_asm_errors_name_the_place_and_write_nothing(tmp_path, text, place, message):
    source, out = tmp_path / "bad.s", tmp_path / "bad.hex"
    source.write_text(text)
    result = accord("asm", source, "-o", out)
    assert result.exit_code == 2
    assert message in result.output
    if place:
        assert f"{source}:{place}" in result.output
    assert not out.exists()


def test_the_documents_own_program_is_refused():
    result = accord("asm", GOLDEN / "document_k8.s")
    assert result.exit_code == 2
    assert "VX[0]" in result.output
    assert "VR[0]" in result.output


def test_dis_names_a_bad_word(tmp_path):
    words = tmp_path / "bad.hex"
    words.write_text("00000001\nxyz\n")
    result = accord("dis", words)
    assert result.exit_code == 2
    assert f"{words}:2:1" in result.output


@pytest.mark.parametrize("mode", [[], ["--no-lockstep"]])
def test_cosim_of_a_file(tmp_path, mode):
    case = tmp_path / "case.s"
    case.write_text(SMALL + "bcasti.vx VX[3], 7\nhalt\n")
    result = accord("cosim", case, *mode)
    assert result.exit_code == 0, result.output
    assert "2 instructions, halted at PC 1; 0 differences" in result.output


def test_cosim_of_random_programs_shows_the_empty_bins():
    result = accord("cosim", "--random", "20", "--k", "4", "--seed", "7")
    assert result.exit_code == 0, result.output
    assert "K=4 seed=7" in result.output
    assert "20 programs" in result.output
    (bins, empty) = map(int, re.findall(r"(\d+) coverage bins, (\d+) empty", result.output)[0])
    assert bins > empty > 20
    assert result.output.count("  empty: ") == 20
    assert f"... and {empty - 20} more" in result.output


def test_cosim_draws_a_new_seed_and_prints_it():
    seeds = [re.findall(r"seed=(\d+)", accord("cosim", "--random", "1", "--k", "4").output) for _ in range(2)]
    assert len(seeds[0]) == len(seeds[1]) == 1
    assert seeds[0] != seeds[1]


def test_cosim_fails_where_model_and_rtl_differ(tmp_path, monkeypatch):
    class Different(cosim.Model):
        def load(self, program):
            super().load([asm.bcasti_vx(rd=3, imm8=8), asm.halt()])

    monkeypatch.setattr(cosim, "Model", Different)
    case = tmp_path / "case.s"
    case.write_text(SMALL + "bcasti.vx VX[3], 7\nhalt\n")
    result = accord("cosim", case)
    assert result.exit_code == 1
    assert "model != RTL:" in result.output
    assert "PC 0: bcasti.vx VX[3], 7" in result.output
    assert "VX[3] lane 0: 8 != 7" in result.output


def test_cosim_fails_where_an_unreachable_bin_was_hit(monkeypatch):
    wrong = coverage.Rule("nothing halts", lambda b, config: str(b) == "hazard: halt x none")
    monkeypatch.setattr(coverage.Coverage.__init__, "__defaults__", ((*coverage.RULES, wrong),))
    result = accord("cosim", "--random", "5", "--k", "4")
    assert result.exit_code == 1
    assert "declared unreachable: hazard: halt x none: hit" in result.output
    assert "nothing halts" in result.output


def test_cosim_of_a_program_without_end(tmp_path):
    case = tmp_path / "case.s"
    case.write_text(SMALL + "loop 4095, 2\nloop 4095, 1\nnop\nhalt\n")
    result = accord("cosim", case, "--no-lockstep")
    assert result.exit_code == 2
    assert "does not come to an end" in result.output


@pytest.mark.parametrize(
    ("command", "instead"), [("cosim --random 1", ""), ("programs", ", or give --no-rtl"), ("digits", ", or give")]
)
def test_a_simulator_that_is_not_installed_is_named(command, instead, monkeypatch):
    monkeypatch.setitem(sys.modules, "accord.sim.build", None)
    result = accord(*command.split())
    assert result.exit_code == 2
    assert f"install the simulator: {install('sim')}{instead}" in " ".join(result.output.split())


@pytest.mark.nightly
def test_cosim_writes_waves(tmp_path):
    case, waves = tmp_path / "case.s", tmp_path / "out.vcd"
    case.write_text("#! config k=1 scratchpad_rows=64 program_words=256\nhalt\n")
    result = accord("cosim", case, "--waves", waves)
    assert result.exit_code == 0, result.output
    assert "$enddefinitions" in waves.read_text()


@pytest.mark.parametrize("arguments", [[], ["--random", "0"], ["--random", "5", "--k", "5"]])
def test_cosim_refuses(arguments):
    assert accord("cosim", *arguments).exit_code == 2


def test_cosim_names_the_line_of_a_bad_case(tmp_path):
    case = tmp_path / "case.s"
    case.write_text("#! config k=4\n#! vr[0] = 00\nhalt\n")
    result = accord("cosim", case)
    assert result.exit_code == 2
    assert f"{case}:2" in result.output
