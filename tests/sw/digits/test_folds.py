"""The digits in INT8: ONNX Runtime's bytes, and FP32's accuracy over all five folds for every method."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.nn.executor import Executor
from accord.nn.exporters.onnx import export_onnx
from accord.nn.importers.onnx import import_onnx
from accord.nn.quantization.calibrate import METHODS
from bench.digits import __main__ as command
from bench.digits.data import FOLDS, folds, path
from bench.digits.folds import LIMIT, TARGET, Row, measure, quantized, table

from ..nn.onnx_witness import Witness, exposed

CASES = [(0, "relative"), *(nightly(*case) for case in product(range(FOLDS), METHODS) if case != (0, "relative"))]
"""A fold, and how ranges are found; by day what `accord quantize` does where nothing is asked for."""


@pytest.fixture(scope="module")
def parts():
    return folds()


@pytest.mark.nightly
@pytest.mark.parametrize("weight_bits", [8, 7])
def test_accuracy_is_that_of_fp32(weight_bits, record_property):
    rows = list(measure(weight_bits))
    assert [row.method for row in rows] == list(METHODS)
    for row in rows:
        assert sum(row.images) == 1797
        assert 0.98 * 1797 <= sum(row.fp32) <= 1797
        assert abs(row.difference) <= TARGET < LIMIT
    record_property("compared", "\n".join(table(rows)))


@pytest.mark.parametrize(("fold", "method"), CASES)
def test_every_tensor_is_onnx_runtimes(fold, method, parts, record_property):
    """All images held out; every QuantizeLinear, in the exported file as in the graph it was made from."""
    graph, images = quantized(import_onnx(path(fold)), parts[fold], method), parts[fold].test_images
    model = exposed(export_onnx(graph))
    names = [info.name for info in model.graph.output]
    assert len(names) > 50
    witness = dict(zip(names, Witness(model).run(names, {"image": images}), strict=True))
    again = Executor(import_onnx(model)).run({"image": images}, names)
    ours = Executor(graph, keep_all=True).run({"image": images}, [name for name in names if name in graph.values])
    assert len(ours) > 50
    for name, want in witness.items():
        np.testing.assert_array_equal(again[name], want, strict=True)
    for name, got in ours.items():
        np.testing.assert_array_equal(got, witness[name], strict=True)
    compared = sum(want.size for want in witness.values())
    record_property("compared", f"digits, fold {fold}, {method}: {compared:,} elements compared, 0 differ")


def test_the_command_fails_where_int8_is_worse(monkeypatch, capsys):
    row = Row("minmax", (899, 898), (890, 880), (895, 890), (890, 885))
    monkeypatch.setattr(command, "measure", lambda bits: iter([row]))
    assert command.main([]) == 0
    assert "1,797" in capsys.readouterr().out
    monkeypatch.setattr(command, "measure", lambda bits: iter([replace(row, int8=(890, 870))]))
    assert command.main([]) == 1
    assert "largest difference 1.39 %" in capsys.readouterr().out
