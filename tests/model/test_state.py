"""The three views of one storage, their byte layout written by hand."""

import numpy as np
import pytest

from accord.isa import assemble
from accord.isa.config import LANES
from accord.model import Config, Npu
from accord.model.state import State


def test_vr_lane_is_four_bytes_of_four_rows_the_least_significant_first():
    npu = Npu(Config(k=4))
    npu.ext_write_vr(1, np.array([0x04030201, 0x14131211, 0x24232221, 0x74737271], np.int32))
    assert npu.vx[4:8].tolist() == [
        [0x01, 0x11, 0x21, 0x71],
        [0x02, 0x12, 0x22, 0x72],
        [0x03, 0x13, 0x23, 0x73],
        [0x04, 0x14, 0x24, 0x74],
    ]
    assert npu.ve[2:4].tolist() == [[0x0201, 0x1211, 0x2221, 0x7271], [0x0403, 0x1413, 0x2423, 0x7473]]
    assert not npu.vx[:4].any()
    assert not npu.vx[8:].any()


def test_vx_rows_make_ve_and_vr_lanes_with_their_signs():
    npu = Npu(Config(k=2))
    npu.ext_write_vx(4, np.array([[0xFF, 0x00], [0x00, 0x80], [0x34, 0xFF], [0x12, 0xFF]], np.uint8))
    assert npu.ve[2].tolist() == [0x00FF, -0x8000]
    assert npu.ve[3].tolist() == [0x1234, -1]
    assert npu.vr[1].tolist() == [0x123400FF, -0x8000]


def test_a_write_of_one_ve_register_changes_its_two_rows_only():
    npu = Npu(Config(k=2))
    npu.load(assemble("bcasti.ve VE[3], -2\nhalt", npu.config))
    npu.run()
    assert npu.vx[4:10].tolist() == [[0, 0], [0, 0], [-2, -2], [-1, -1], [0, 0], [0, 0]]
    assert npu.vr[1].tolist() == [-0x20000, -0x20000]


@pytest.mark.parametrize("k", LANES)
@pytest.mark.parametrize("vx_count", [4, 8, 32])
def test_every_byte_is_in_its_place_in_every_view(k, vx_count):
    npu = Npu(Config(k=k, vx_count=vx_count))
    rows = np.random.default_rng(k).integers(0, 256, (vx_count, k), dtype=np.uint8)
    npu.ext_write_vx(0, rows)
    for view, size in ((npu.vx, 1), (npu.ve, 2), (npu.vr, 4)):
        assert view.shape == (vx_count // size, k)
        for register in range(vx_count // size):
            for lane in range(k):
                lane_bytes = bytes(int(rows[register * size + b, lane]) for b in range(size))
                assert view[register, lane] == int.from_bytes(lane_bytes, "little", signed=True)


def test_views_share_the_storage_in_both_directions():
    state = State(Config(k=8))
    for register_class in ("VX", "VE", "VR"):
        for number in range(state.config.count(register_class)):
            assert np.shares_memory(state.register(register_class, number), state.data)
            assert np.shares_memory(state.rows_of(register_class, number), state.data)
    state.rows_of("VE", 3)[:] = [[1] * 8, [2] * 8]
    assert state.register("VX", 6).tolist() == [1] * 8
    assert state.register("VX", 7).tolist() == [2] * 8
    assert state.register("VR", 1).tolist() == [0x02010000] * 8
    assert [row.tolist() for row in state.rows_of("VR", 1)] == [[0] * 8, [0] * 8, [1] * 8, [2] * 8]
