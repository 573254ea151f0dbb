"""Figures of error, against hand-made values."""

import math

import numpy as np
import pytest

from accord.nn.error import cosine, max_abs, saturation_rate, sqnr_db
from accord.nn.params import QuantizationParams


def test_cosine():
    assert cosine([1, 0], [0, 5]) == 0
    assert cosine([[3, 4]], [[6, 8]]) == pytest.approx(1, abs=1e-15)
    assert cosine([1, 2], [-1, -2]) == -1
    assert cosine([1, 0], [1, 1]) == pytest.approx(math.sqrt(0.5), abs=1e-15)
    assert (cosine([0, 0], [0, 0]), cosine([0, 0], [1, 0]), cosine([], [])) == (1, 0, 1)
    assert cosine([1e-300, 0], [1e300, 0]) == 1


def test_signal_to_noise():
    assert sqnr_db([10.0, 0], [9.0, 0]) == pytest.approx(20, abs=1e-12)
    assert sqnr_db([1, 2], [1, 2]) == math.inf
    assert sqnr_db([0, 0], [0, 1]) == -math.inf


def test_largest_difference():
    assert max_abs([1, 2, 3], [1, 4, 2.5]) == 2
    assert max_abs([], []) == 0


def test_saturation():
    params = QuantizationParams(0.5, 100)
    low, high = (-128 - 100 - 0.5) * 0.5, (127 - 100 + 0.5) * 0.5
    assert saturation_rate([low, high, 0, 1], params) == 0
    assert saturation_rate([np.nextafter(low, -np.inf), np.nextafter(high, np.inf), 0, 1], params) == 0.5
    assert saturation_rate([[100, 100], [0, 100]], QuantizationParams([0.5, 1.0], 0, np.int8, 1)) == 0.25
    assert saturation_rate([], params) == 0


@pytest.mark.parametrize("figure", [cosine, sqnr_db, max_abs])
def test_arrays_that_cannot_be_compared(figure):
    with pytest.raises(ValueError, match=r"expected arrays of one shape, got \(2,\) and \(1, 2\)"):
        figure([1, 2], [[1, 2]])
    with pytest.raises(ValueError, match="second array: every value must be finite"):
        figure([1, 2], [1, np.nan])
    with pytest.raises(ValueError, match="reference: every value must be finite"):
        saturation_rate([np.inf], QuantizationParams(1.0))
