"""The ``accord`` command: help, results, and bad input with exit code 2 and nothing half-written."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accord.cli import digits_job, main

GOLDEN = Path(__file__).parents[1] / "golden"


def accord(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("command", [[], ["asm"], ["dis"], ["digits"], ["cosim"]])
def test_help_has_examples(command):
    result = accord(*command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output


def test_digits_on_model_and_reference():
    result = accord("digits", "--no-rtl", "--images", "40", "--k", "4")
    assert result.exit_code == 0, result.output
    assert "400 compared, 0 differ" in result.output
    assert "Every byte agrees" in result.output


def test_digits_fails_where_a_byte_differs(monkeypatch):
    def broken(layer, x, progress):
        outputs = reference(layer, x, progress)
        outputs[0, 0] ^= 1
        return outputs

    from accord import nn

    reference = nn.linear_reference
    monkeypatch.setattr(nn, "linear_reference", broken)
    result = accord("digits", "--no-rtl", "--images", "8")
    assert result.exit_code == 1
    assert "80 compared, 1 differ" in result.output


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
    assert "pip install 'accord-npu[digits]'" in result.output


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


def test_cosim_of_a_file_and_of_random_programs(tmp_path):
    case = tmp_path / "case.s"
    case.write_text("#! config k=4 scratchpad_rows=64 program_words=256\nbcasti.vx VX[3], 7\nhalt\n")
    result = accord("cosim", case)
    assert result.exit_code == 0, result.output
    assert "2 instructions, halted at PC 1; 0 differences" in result.output
    result = accord("cosim", "--random", "20", "--k", "4")
    assert result.exit_code == 0, result.output
    assert "20 programs" in result.output


@pytest.mark.parametrize("arguments", [[], ["--random", "0"], ["--random", "5", "--k", "5"]])
def test_cosim_refuses(arguments):
    assert accord("cosim", *arguments).exit_code == 2


def test_cosim_names_the_line_of_a_bad_case(tmp_path):
    case = tmp_path / "case.s"
    case.write_text("#! config k=4\n#! vr[0] = 00\nhalt\n")
    result = accord("cosim", case)
    assert result.exit_code == 2
    assert f"{case}:2" in result.output
