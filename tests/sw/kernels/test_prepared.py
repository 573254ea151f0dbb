"""Prepared operations write where they are told to, and want the dtype they were made for.

Their bytes are those of the functions of the same names, which prepare one a call.
"""

import numpy as np
import pytest

from accord.kernels import Add, AveragePool, Multiply, add, average_pool, multiply
from accord.sim.seed import seed

SCALES = {"a_scale": 0.1, "b_scale": 0.07, "scale": 0.09, "a_zero_point": 3, "b_zero_point": 9, "zero_point": 5}
POOL = {"x_scale": 0.1, "x_zero_point": 5, "scale": 0.1, "zero_point": 5}


@pytest.mark.parametrize(("prepared", "function"), [(Add, add), (Multiply, multiply)])
def test_pointwise(prepared, function):
    rng = np.random.default_rng(seed())
    a, b = rng.integers(0, 256, (2, 333)).astype(np.uint8)
    layer = prepared(**SCALES, contract="onnx", dtype=np.uint8)
    out = np.empty_like(a)
    assert layer(a, b, out) is out
    np.testing.assert_array_equal(out, function(a, b, **SCALES, contract="onnx"))
    with pytest.raises(TypeError, match=r"a: expected a NumPy array of uint8, got int16"):
        layer(a.astype(np.int16), b)
    with pytest.raises(TypeError, match="got list"):
        layer([1], b)
    with pytest.raises(TypeError, match="dtype: expected int8 or uint8"):
        prepared(**SCALES, dtype=np.int16)


def test_average_pool():
    x = np.random.default_rng(seed()).integers(0, 256, (1, 9, 8, 5)).astype(np.uint8)
    layer = AveragePool(3, **POOL, padding=1, stride=2, contract="onnx", dtype=np.uint8)
    want = average_pool(x, 3, **POOL, padding=1, stride=2, contract="onnx")
    np.testing.assert_array_equal(layer(x), want, strict=True)
    with pytest.raises(TypeError, match="x: expected a NumPy array of uint8, got int8"):
        layer(x.view(np.int8))
