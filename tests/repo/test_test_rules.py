"""The rules in tests/conftest.py hold: skips fail, nightly tests wait, no test is no success, networks have to be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


def _pytest(directory: Path, text: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(CONFTEST, directory)
    (directory / "pytest.ini").write_text("[pytest]\nmarkers =\n  nightly: long\n  networks: wanted\n")
    (directory / "test_it.py").write_text(f"import pytest\n{text}\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    environment = {name: value for name, value in os.environ.items() if name not in ("ACCORD_MODELS", "CI")}
    environment |= {"PYTHONPATH": str(CONFTEST.parents[1])} | variables  # where bench is
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(): pytest.skip('no such thing')",
        "@pytest.mark.skip(reason='no such thing')\ndef test_a(): pass",
        "pytest.skip('no such thing', allow_module_level=True)",
        "pytest.importorskip('no_such_module', reason='no such thing')",
    ],
)
def test_skip_is_a_failure(tmp_path: Path, text: str) -> None:
    result = _pytest(tmp_path, text)
    assert result.returncode in (1, 2), result.stdout
    assert "unexpected skip" in result.stdout
    assert "no such thing" in result.stdout


def test_expected_failure_stays_one(tmp_path: Path) -> None:
    result = _pytest(tmp_path, "@pytest.mark.xfail\ndef test_a(): assert False")
    assert result.returncode == 0
    assert "1 xfailed" in result.stdout


def test_nightly_waits_for_its_name(tmp_path: Path) -> None:
    text = "@pytest.mark.nightly\ndef test_a(): pass\ndef test_b(): pass"
    assert "1 passed, 1 deselected" in _pytest(tmp_path, text).stdout
    assert "2 passed" in _pytest(tmp_path, text, "-m", "nightly or not nightly").stdout


def test_nightly_runs_where_nothing_but_tests_is_named(tmp_path: Path) -> None:
    text = "@pytest.mark.nightly\ndef test_a(): pass\ndef test_b(): pass"
    assert "1 passed in" in _pytest(tmp_path, text, "test_it.py::test_a").stdout
    assert "2 passed in" in _pytest(tmp_path, text, "-n", "1", "test_it.py::test_a", "test_it.py::test_b").stdout
    assert "1 passed, 1 deselected" in _pytest(tmp_path, text, "test_it.py::test_b", "test_it.py").stdout
    assert "1 deselected" in _pytest(tmp_path, text, "-m", "not nightly", "test_it.py::test_a").stdout


def test_no_test_is_no_success(tmp_path: Path) -> None:
    assert _pytest(tmp_path, "").returncode == 5


def test_what_was_compared_is_printed(tmp_path: Path) -> None:
    text = "def test_a(record_property): record_property('compared', '3 programs'); record_property('other', 'no')"
    lines = _pytest(tmp_path, text).stdout.splitlines()
    assert "3 programs" in lines
    assert "no" not in lines


def test_what_witnesses_gave_is_added_up_over_processes(tmp_path: Path) -> None:
    text = """
@pytest.mark.parametrize("number", range(3))
def test_a(number, request):
    counts = {"ONNX Runtime": 1000, "NumPy evaluator": 400 * number, "both": 300, "differ": number}
    request.node.user_properties.append(("witnesses", counts))
    assert number < 2
"""
    line = "witnesses: ONNX Runtime 3,000 elements, NumPy evaluator 1,200, both compared with one another 900; 3 differ"
    for processes in ("0", "2"):
        assert line in _pytest(tmp_path, text, "-n", processes).stdout.splitlines()
    assert "witnesses:" not in _pytest(tmp_path, "def test_a(): pass").stdout


def test_a_processor_without_vnni_is_forced_on_kernels(tmp_path: Path) -> None:
    text = "import os\ndef test_a(): assert 'avx512vnni' in os.environ.get('ACCORD_CPU_MASK', '')"
    result = _pytest(tmp_path, text, ACCORD_PROCESSOR="novnni")
    assert result.returncode == 0, result.stdout
    assert "ACCORD_PROCESSOR=novnni" in result.stdout
    assert _pytest(tmp_path, text, ACCORD_PROCESSOR="", ACCORD_CPU_MASK="").returncode == 1
    other = _pytest(tmp_path, text, ACCORD_PROCESSOR="sse")
    assert other.returncode == 4
    assert "ACCORD_PROCESSOR: expected novnni or nothing, got 'sse'" in other.stderr


WANTS_NETWORKS = "@pytest.mark.networks\ndef test_a(networks): assert networks.is_dir()\ndef test_b(): pass"


def test_networks_that_are_not_here_deselect_their_tests_and_the_run_says_so(tmp_path: Path) -> None:
    result = _pytest(tmp_path, WANTS_NETWORKS, ACCORD_MODELS="nowhere")
    assert result.returncode == 0, result.stdout
    assert "no networks in nowhere (ACCORD_MODELS)" in result.stdout
    assert "1 passed, 1 deselected" in result.stdout


def test_in_ci_networks_that_are_not_here_are_a_failure(tmp_path: Path) -> None:
    result = _pytest(tmp_path, WANTS_NETWORKS, ACCORD_MODELS="nowhere", CI="true")
    assert result.returncode == 1
    assert "no networks in nowhere: set ACCORD_MODELS" in result.stdout


def test_networks_that_are_here_run_their_tests(tmp_path: Path) -> None:
    result = _pytest(tmp_path, WANTS_NETWORKS, ACCORD_MODELS=str(tmp_path), CI="true")
    assert "2 passed" in result.stdout
    assert "no networks" not in result.stdout
