"""What the host interface refuses, and how it says so."""

import numpy as np
import pytest

from accord.isa import asm
from accord.model import Config, Npu


@pytest.fixture
def npu():
    return Npu(Config(k=4, scratchpad_rows=16))


WRITES = {
    "ext_write_vx": ("row", "rows", np.int8, 32),
    "ext_write_vr": ("index", "values", np.int32, 8),
    "write_scratchpad": ("row", "rows", np.int8, 16),
}


@pytest.mark.parametrize("method", WRITES)
def test_shapes_other_than_k_or_n_by_k_are_refused(npu, method):
    _, name, dtype, _ = WRITES[method]
    for shape in ((3,), (5,), (2, 3), (4, 1), (1, 1, 4), ()):
        with pytest.raises(ValueError, match=rf"{name}: shape .*expected \(4,\) or \(n, 4\) for K=4"):
            getattr(npu, method)(0, np.zeros(shape, dtype))


@pytest.mark.parametrize(
    ("method", "dtypes"),
    [
        ("ext_write_vx", [np.int16, np.int32, np.int64, np.float32, np.float64, np.bool_]),
        ("write_scratchpad", [np.int16, np.int32, np.int64, np.float32, np.float64, np.bool_]),
        ("ext_write_vr", [np.int8, np.uint8, np.int16, np.int64, np.uint64, np.float64, np.bool_, ">i4"]),
    ],
)
def test_other_dtypes_are_refused_with_those_accepted(npu, method, dtypes):
    name = WRITES[method][1]
    for dtype in dtypes:
        with pytest.raises(TypeError, match=rf"{name}: dtype .*expected .*int"):
            getattr(npu, method)(0, np.zeros(4, dtype))


@pytest.mark.parametrize("method", WRITES)
def test_registers_and_rows_that_do_not_exist_are_refused_and_nothing_is_written(npu, method):
    name, _, dtype, count = WRITES[method]
    for index, rows in ((-1, 1), (count, 1), (count - 1, 2), (0, count + 1)):
        with pytest.raises(IndexError, match=rf"{name}: .*outside 0\.\.{count - 1}"):
            getattr(npu, method)(index, np.ones((rows, 4), dtype))
    assert not npu.vx.any()
    assert not npu.scratchpad.any()


@pytest.mark.parametrize("method", WRITES)
def test_an_index_that_is_no_integer_is_refused(npu, method):
    name, _, dtype, _ = WRITES[method]
    for index in (1.0, "1", None, True):
        with pytest.raises(TypeError, match=f"{name}: .*not an integer"):
            getattr(npu, method)(index, np.ones(4, dtype))


@pytest.mark.parametrize("method", WRITES)
def test_the_last_element_and_the_whole_are_written(npu, method):
    _, _, dtype, count = WRITES[method]
    view = {"ext_write_vx": "vx", "ext_write_vr": "vr", "write_scratchpad": "scratchpad"}[method]
    getattr(npu, method)(count - 1, np.full(4, 5, dtype))
    assert getattr(npu, view)[count - 1].tolist() == [5] * 4
    whole = np.arange(count * 4).reshape(count, 4).astype(dtype)
    getattr(npu, method)(0, whole)
    assert (getattr(npu, view) == whole).all()


def test_bits_are_taken_as_they_are(npu):
    npu.ext_write_vx(0, np.array([0, 127, 128, 255], np.uint8))
    npu.ext_write_vr(1, np.array([0, 1, 0x80000000, 0xFFFFFFFF], np.uint32))
    npu.ext_write_vr(2, np.array([1.0, -0.0, np.inf, -2.0], np.float32))
    assert npu.vx[0].tolist() == [0, 127, -128, -1]
    assert npu.vr[1].tolist() == [0, 1, -(1 << 31), -1]
    assert npu.vr[2].view(np.uint32).tolist() == [0x3F800000, 0x80000000, 0x7F800000, 0xC0000000]


def test_strided_and_transposed_arrays_are_taken_by_value(npu):
    base = np.arange(32, dtype=np.int8).reshape(4, 8)
    npu.ext_write_vx(0, base[:, ::2])
    npu.ext_write_vx(8, base.T)
    assert (npu.vx[:4] == base[:, ::2]).all()
    assert (npu.vx[8:16] == base.T).all()
    signalling = np.array([0x7F800001, 0, 0xFFA00000, 0, 1, 0, 2, 0], np.uint32).view(np.float32)
    npu.ext_write_vr(5, signalling[::2])
    assert npu.vr[5].view(np.uint32).tolist() == [0x7F800001, 0xFFA00000, 1, 2]


def test_the_array_written_is_not_kept(npu):
    rows = np.ones((2, 4), np.int8)
    npu.write_scratchpad(0, rows)
    rows[:] = 9
    assert npu.scratchpad[:2].tolist() == [[1] * 4] * 2


@pytest.mark.parametrize("word", [-1, 1 << 32])
def test_words_of_other_than_32_bits_are_refused_with_their_address(npu, word):
    with pytest.raises(ValueError, match=r"program word 1: .*outside 0\.\.0xffffffff"):
        npu.load([asm.nop(), word])


@pytest.mark.parametrize("word", [1.0, "nop", None, True])
def test_words_that_are_no_integers_are_refused_with_their_address(npu, word):
    with pytest.raises(TypeError, match=r"program word 1: .*not an integer"):
        npu.load([asm.nop(), word])


@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), (-5, ValueError), (1.5, TypeError), (None, TypeError)])
def test_a_tick_limit_is_a_positive_integer(npu, limit, error):
    npu.load([asm.halt()])
    with pytest.raises(error, match="max_ticks"):
        npu.run(max_ticks=limit)
    assert not npu.status.halted
