"""Trained networks, and one that is not, with weights of 7 bits: near FP32, with plain ONNX Runtime's bytes."""

import numpy as np
import pytest

from bench.gates import weight_bits
from bench.gates.cosine import LEAST_FEATURES, LEAST_LOGITS

WANTED = [
    pytest.param("mbv3_small", LEAST_LOGITS, marks=[pytest.mark.nightly, pytest.mark.networks]),
    ("digits", LEAST_FEATURES),
    pytest.param("ic_resnet8", LEAST_FEATURES, marks=pytest.mark.networks),
]


@pytest.mark.parametrize(("name", "least"), WANTED)
def test_seven_bits_are_near_fp32_and_have_plain_onnx_runtimes_bytes(name, least, record_property):
    cosines, compared, different = weight_bits.MEASURES[name](7)
    assert cosines.min() >= least
    assert compared > 100_000
    assert different == 0
    record_property("compared", f"weights of 7 bits, {name}, plain ONNX Runtime: {compared:,} elements, 0 differ")


def test_the_table_has_a_line_for_either_number_of_bits(monkeypatch):
    monkeypatch.setattr(weight_bits, "MEASURES", {"one": lambda bits: (np.array([0.5, 1.0]), 1000 * bits, 8 - bits)})
    lines = [line.split() for line in weight_bits.table()][1:]
    assert lines == [["one", "8", "0.5000", "0.7500", "8,000", "0"], ["one", "7", "0.5000", "0.7500", "7,000", "1"]]
