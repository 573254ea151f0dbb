"""The gates of quantization: what is open is not passed, bad cases fail."""

import pytest

from bench.gates import __main__ as command
from bench.gates import calibration, cosine, memory, regression
from bench.gates.gate import Gate, Outcome

GOOD, WRONG = (lambda: Outcome("0 of 7", True)), (lambda: Outcome("1 of 7", False))


@pytest.mark.nightly
def test_calibration_is_valid():
    outcome = calibration.measure()
    assert outcome.passed, outcome.figure
    assert " 0 of 1," in outcome.figure


@pytest.mark.nightly
def test_an_observer_that_forgets_is_found():
    outcome = calibration.measure_bad()
    assert not outcome.passed
    assert "the first: order in percentile" in outcome.figure


@pytest.mark.nightly
def test_the_digits_network_is_near_fp32():
    assert cosine.digits().passed
    assert not cosine.digits(cosine._without_biases).passed


def test_a_network_that_is_not_there_fails(monkeypatch, tmp_path):
    monkeypatch.setattr("bench.gates.networks.NETWORKS", tmp_path)
    outcome = cosine.measure()
    assert not outcome.passed
    assert "set ACCORD_MODELS" in outcome.figure


@pytest.mark.networks
def test_resnet_is_near_fp32():
    assert cosine.resnet().passed
    assert not cosine.resnet(cosine._without_biases).passed


@pytest.mark.nightly
@pytest.mark.networks
def test_mobilenet_is_near_fp32():
    row = cosine.mobilenet()
    assert row.passed, row.figure
    assert not cosine.mobilenet(cosine._without_biases).passed


@pytest.mark.nightly
@pytest.mark.networks
def test_memory_is_a_fraction_of_that_of_fp32():
    outcome = memory.measure()
    assert outcome.passed, outcome.figure
    assert not memory.measure_bad().passed


def test_a_process_counts_what_it_keeps():
    before = memory.allocated()
    kept = bytearray(1 << 20)
    assert memory.allocated() - before >= len(kept)


@pytest.mark.nightly
def test_a_planted_fault_fails_the_gates_that_run_tests():
    safety, whole = regression.safety_bad(), regression.regression_bad()
    assert (safety.passed, safety.figure.split()[0]) == (False, "AddressSanitizer:")
    assert not whole.passed
    assert "failed" in whole.figure


@pytest.mark.parametrize(
    ("gates", "arguments", "status", "states"),
    [
        ([Gate(1, "one", GOOD, WRONG), Gate(2, "two", GOOD, WRONG)], [], 0, ["pass", "pass"]),
        ([Gate(1, "one", GOOD, WRONG), Gate(2, "two")], [], 1, ["pass", "open"]),
        ([Gate(1, "one", WRONG, WRONG), Gate(2, "two", GOOD, WRONG)], [], 1, ["FAIL", "pass"]),
        ([Gate(1, "one", GOOD, WRONG), Gate(2, "two")], ["--only", "1"], 0, ["pass"]),
        ([Gate(1, "one", GOOD, WRONG), Gate(2, "two")], ["--bad"], 1, ["FAIL", "open"]),
        ([Gate(1, "one", WRONG, WRONG)], ["--bad"], 0, ["FAIL"]),
        ([Gate(1, "one", WRONG, GOOD)], ["--bad"], 1, ["pass"]),
        ([Gate(1, "one", WRONG, WRONG, needs="mmx"), Gate(2, "two", GOOD, WRONG)], [], 0, ["----", "pass"]),
        ([Gate(1, "one", GOOD, GOOD, needs="mmx"), Gate(2, "two", WRONG, GOOD)], ["--bad"], 1, ["----", "pass"]),
    ],
)
def test_the_command_passes_only_if_every_gate_does(gates, arguments, status, states, monkeypatch, capsys):
    monkeypatch.setattr(command, "GATES", gates)
    assert command.main(arguments) == status
    above, *lines = capsys.readouterr().out.splitlines()
    assert above.startswith("processor: ")
    assert [line.split()[3] for line in lines] == states


def test_all_seven_are_listed_and_others_are_refused(capsys):
    assert [gate.number for gate in command.GATES] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(SystemExit):
        command.main(["--only", "1,8"])
    assert "--only: no gate 8; there are 1 to 7" in capsys.readouterr().err
