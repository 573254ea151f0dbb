"""The kernels' benchmark: every case has its row, everybody computes the same, impossible figures are refused."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from accord.sim.seed import seed
from bench import processor
from bench.kernels import measure, ort, session
from bench.kernels.bounds import seconds_of_bytes
from bench.kernels.candidate import accord, check
from bench.kernels.cases import CALL, CASES, IDS, Case, Target
from bench.kernels.data import draw
from bench.kernels.measure import Result
from bench.kernels.report import as_json, least, notes, stands, table

GEMMS = ["1x1000x1024", "49x576x96", "196x240x40", "784x64x64", "256", "512", "1024"]
CONVOLUTIONS = ["conv3.56x64", "conv3.28x128", "conv3.14x256", "conv1.14x96x576"]
DEPTHWISE = ["dw3.112x16", "dw3.28x120", "dw5.14x240"]

TARGETS = (Target("x best INT8", 1.0), Target("of INT8 peak", 0.5))
SMALL = [
    Case("small.product", "product", 5, 33, 17, TARGETS),
    Case("small.conv", "convolution", 36, 5, 7, TARGETS, kernel=3),
    Case("small.dw", "depthwise", 49, 1, 19, TARGETS, kernel=5),
    CALL,
]


def test_every_mark_has_its_case():
    expected = [*(f"gemm.{name}" for name in GEMMS), *CONVOLUTIONS, *DEPTHWISE, "avx2.gemm512", "call.us"]
    assert list(IDS) == [f"cpu.{name}" for name in expected]
    assert all(case.targets for case in (*CASES, CALL))


def test_copies_fit_the_cache_where_they_can():
    for case in CASES:
        assert case.copies % 2 == 0
        assert case.copies == 4 or case.copies * case.weight_bytes <= 256 * 1024
    assert {case.id: case.operations for case in CASES}["cpu.conv3.56x64"] == 2 * 56 * 56 * 64 * 64 * 9
    assert {case.id: case.operations for case in CASES}["cpu.dw5.14x240"] == 2 * 14 * 14 * 25 * 240


@pytest.fixture
def quick(monkeypatch):
    """Samples of one rotation, without PyTorch whether it is installed or not."""
    monkeypatch.setattr(measure, "SAMPLE_SECONDS", 1e-9)
    monkeypatch.setattr(measure, "_expect_possible", lambda result: None)
    monkeypatch.setattr(session, "has_torch", lambda: False)


@pytest.mark.usefixtures("quick")
@pytest.mark.nightly
def test_small_cases_agree_and_are_reported(record_property):
    rounds: list[None] = []
    results = list(session.run(SMALL, seed(), 3, lambda: rounds.append(None)))
    assert len(rounds) == 3 * len(SMALL)
    outputs = 0
    for result in results:
        row = as_json(result)
        kinds = {candidate["kind"] for candidate in row["candidates"]}
        assert kinds >= ({"accord", "INT8"} if result.case == CALL else {"accord", "INT8", "FP32"})
        assert [name for name, kind in result.kinds.items() if kind == "INT8" and name.startswith("ONNX Runtime")]
        assert set(result.off.values()) == {0}
        outputs += len(result.off) * result.case.rows * result.case.columns * 2
        assert all(candidate["us"]["median"] for candidate in row["candidates"])
        assert row["rounds"] == 3
    assert table(results, {}).row_count == len(SMALL)
    assert any("PyTorch" in line for line in notes(results, {}, session.missing()))
    record_property("compared", f"benchmark seed={seed()}: {outputs} outputs, 0 differences")


@pytest.mark.parametrize("case", SMALL[:3], ids=lambda case: case.id)
def test_expected_outputs_are_those_of_a_plain_sum(case):
    data = draw(case, seed())
    want, p, kernel = np.zeros(data.out_shape, np.int32), data.padding, data.case.kernel
    x = data.x.astype(np.int32)
    if case.operation == "product":
        want += (x[:, :, None] * data.weights[1]).sum(1, dtype=np.int32)
    else:
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        for i, j in np.ndindex(kernel, kernel):
            part = padded[:, i : i + case.size, j : j + case.size]
            w = data.weights[1].astype(np.int32)
            want += part * w[i, j] if case.operation == "depthwise" else part @ w[:, i, j].T
    np.testing.assert_array_equal(data.expected(1, np.dtype(np.int32)), want, strict=True)
    assert np.ptp(data.expected(1, np.dtype(np.uint8))) > 100


class Fake:
    """A candidate that computes what it is told, in no time."""

    kind, name, exact = "INT8", "fake", True

    def __init__(self, out: Any) -> None:
        self.out = out

    def time(self, rotations: int) -> float:
        return 1e-12 * rotations

    def output(self, _: int) -> Any:
        return self.out


@pytest.mark.nightly  # compiles the kernels once more, for the benchmark
def test_wrong_outputs_are_refused():
    data = draw(SMALL[0], seed())
    wrong = Fake(data.expected(0, np.dtype(np.int32)) + (np.arange(17) == 3))
    with pytest.raises(ValueError, match="fake: 5 of 85 wrong, by up to 1"):
        check([accord(data), wrong], data)
    with pytest.raises(ValueError, match=r"fake: shape \(17, 5\), expected \(5, 17\)"):
        check([Fake(wrong.out.T)], data)


def test_figures_above_the_peak_are_refused():
    data = draw(SMALL[0], seed())
    result = Result(
        data.case, {"a": "accord", "fake": "INT8", "p": "INT8 peak"}, {"a": [2.0], "fake": [0.9], "p": [1.0]}
    )
    with pytest.raises(ValueError, match=r"fake: [0-9]+ GOPS, the peak is"):
        measure._expect_possible(result)
    with pytest.raises(ValueError, match="two candidates have one name"):
        measure.measure(data.case, [Fake(None), Fake(None)])


def test_values_are_medians_of_the_rounds_ratios():
    seconds = {"a": [1.0, 2.0, 4.0], "p": [2.0, 2.0, 2.0], "slow": [9.0, 9.0, 9.0], "f": [4.0, 4.0, 4.0]}
    result = Result(SMALL[0], {"a": "accord", "p": "INT8", "slow": "INT8", "f": "FP32"}, seconds)
    assert result.best("INT8") == "p"
    assert result.value(Target("x best INT8", 1)) == 1.0
    assert result.value(Target("x FP32 time", 1)) == 0.5
    assert result.value(Target("of INT8 peak", 1)) is None
    assert Target("x FP32 time", 0.5).met(0.5)
    assert not Target("x FP32 time", 0.5).met(0.51)
    assert not Target("x best INT8", 1.15).met(1.14)


def test_targets_that_need_what_the_processor_lacks_are_neither_met_nor_missed(monkeypatch):
    result = Result(SMALL[0], {"a": "accord", "p": "INT8"}, {"a": [2.0], "p": [1.0]})
    monkeypatch.setattr(processor, "capabilities", lambda: ["avx2", "fma", "avxvnni"])
    assert stands(result)[0] == ">= 1 x best INT8: 0.500 NOT MET"
    assert as_json(result)["targets"][0]["met"] is False
    monkeypatch.setattr(processor, "capabilities", lambda: ["avx2", "fma"])
    assert stands(result)[0] == ">= 1 x best INT8: 0.500 (needs VNNI)"
    assert as_json(result)["targets"][0]["met"] is None


def test_what_a_row_needs(monkeypatch):
    monkeypatch.setattr(processor, "available", lambda: ["avx2", "scalar"])
    monkeypatch.setattr(processor, "capabilities", lambda: ["avx2", "fma"])
    lacking = {case.id for case in (*CASES, CALL) if processor.lacks(case.needs)}
    assert lacking == {*IDS} - {"cpu.avx2.gemm512", "cpu.call.us"}
    assert processor.lacks("VNNI") == "not measurable here: needs VNNI"
    monkeypatch.setattr(processor, "available", lambda: ["neon", "scalar"])
    assert processor.lacks("avx2") == "not measurable here: needs avx2"
    assert processor.header().endswith("; capabilities: avx2, fma; kernels: neon, scalar")


def test_a_case_is_bound_by_its_operations_and_its_bytes():
    case = Case("conv", "convolution", 36, 16, 8, (), kernel=3)  # 256 of 324 taps inside; copies: 64 of 1,152 bytes
    result = Result(case, {"a": "accord", "peak": "INT8 peak"}, {"a": [3e-6], "peak": [2.53125e-6]})
    reading = {"16 KiB": 100.0, "512 KiB": 2.0, "4,096 KiB": 1.0}
    assert least(result, reading) == ("2.00", f"{(1152 + 36 * 24) / 2e3:.2f}")
    assert least(result, {}) == ("", "")
    assert seconds_of_bytes(Case("product", "product", 1, 1000, 1024, ()), reading) == (1_024_000 + 1000 + 4096) / 1e9


def test_merged_nodes_are_refused():
    weight = numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", [x, "w"], [y]) for x, y in (("x", "y"), ("w", "z"))],
        "the second is a constant",
        [info("x", TensorProto.FLOAT, (2, 2))],
        [info(name, TensorProto.FLOAT, (2, 2)) for name in ("y", "z")],
        [weight],
    )
    with pytest.raises(ValueError, match="ONNX Runtime turned 2 nodes MatMul into"):
        ort.session(graph, ort.LEVEL.ORT_ENABLE_ALL, "MatMul")
