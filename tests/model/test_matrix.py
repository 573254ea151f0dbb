"""ACC, T and the lane dot product, from sums made by hand or in Python integers."""

import numpy as np
import pytest

from accord.isa import asm, assemble
from accord.isa.config import LANES
from accord.model import Config, Npu


def wrap32(number):
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def run(npu, text):
    npu.load(assemble(text + "\nhalt", npu.config))
    assert npu.run().cause == 0
    return npu


@pytest.fixture
def npu():
    npu = Npu(Config(k=2))
    npu.ext_write_vx(0, np.array([[1, 2], [3, 4], [5, -6], [-128, 7]], np.int8))
    return npu


def test_a_feed_adds_the_outer_product_rs1_down_and_rs2_across(npu):
    run(npu, "mma VR[7], VX[0], VX[1], keep=true")
    assert npu.acc.tolist() == [[3, 4], [6, 8]]
    run(npu, "mma VR[7], VX[2], VX[3], keep=true")
    assert npu.acc.tolist() == [[3 - 640, 4 + 35], [6 + 768, 8 - 42]]
    assert not npu.tile.any()
    assert not npu.vr[7].any()


def test_keep_false_replaces_what_was_there(npu):
    run(npu, "mma VR[7], VX[0], VX[1], keep=true\nmma VR[7], VX[0], VX[2], keep=false")
    assert npu.acc.tolist() == [[5, -6], [10, -12]]


def test_last_commits_the_tile_writes_its_diagonal_and_clears_acc(npu):
    run(npu, "mma VR[7], VX[0], VX[1], keep=true\nmma.last VR[6], VX[2], VX[3]")
    assert npu.tile.tolist() == [[-637, 39], [774, -34]]
    assert npu.vr[6].tolist() == [-637, -34]
    assert npu.acc.tolist() == [[0, 0], [0, 0]]


def test_last_with_keep_false_commits_its_own_product_only(npu):
    run(npu, "mma VR[7], VX[0], VX[1], keep=true\nmma.last VR[6], VX[2], VX[3], keep=false")
    assert npu.tile.tolist() == [[-640, 35], [768, -42]]


def test_tile_stays_while_a_later_session_is_open(npu):
    run(npu, "mma.last VR[6], VX[0], VX[1]\nmma VR[6], VX[2], VX[3], keep=true\nmma.reset\nvtile VR[4], 1")
    assert npu.tile.tolist() == [[3, 4], [6, 8]]
    assert npu.vr[4].tolist() == [4, 8]
    assert npu.acc.tolist() == [[0, 0], [0, 0]]
    run(npu, "mma VR[6], VX[2], VX[3], keep=true\nvtile VR[5], 0")
    assert npu.vr[5].tolist() == [3, 6]
    assert npu.acc.tolist() == [[-640, 35], [768, -42]]


def test_bias_puts_lane_i_in_row_i_and_replaces_acc(npu):
    npu.ext_write_vr(5, np.array([1000, -7], np.int32))
    run(npu, "mma VR[7], VX[0], VX[1], keep=true\nmma.bias VR[5]\nmma.last VR[6], VX[0], VX[1]")
    assert npu.tile.tolist() == [[1003, 1004], [-1, 1]]


def test_diagonal_may_overwrite_the_operands(npu):
    run(npu, "mma.last VR[0], VX[0], VX[1]")
    assert npu.vr[0].tolist() == [3, 8]
    assert npu.vx[:4].tolist() == [[3, 8], [0, 0], [0, 0], [0, 0]]


def test_least_times_least_is_exact():
    npu = Npu(Config(k=1))
    npu.ext_write_vx(0, np.array([[-128], [-128]], np.int8))
    run(npu, "mma.last VR[7], VX[0], VX[1]")
    assert npu.tile.tolist() == [[16384]]


def test_sums_wrap_at_2_to_the_31_in_both_directions():
    npu = Npu(Config(k=1))
    npu.ext_write_vx(0, np.array([[-128], [127]], np.int8))
    npu.ext_write_vr(2, np.array([(1 << 31) - 16384], np.int32))
    npu.ext_write_vr(3, np.array([-(1 << 31)], np.int32))
    run(npu, "mma.bias VR[2]\nmma VR[7], VX[0], VX[0]")
    assert npu.acc.tolist() == [[-(1 << 31)]]
    run(npu, "mma.bias VR[3]\nmma VR[7], VX[0], VX[1]")
    assert npu.acc.tolist() == [[(1 << 31) - 128 * 127]]


def test_a_long_sum_wraps_many_times():
    npu = Npu(Config(k=1, program_words=4096))
    npu.ext_write_vx(0, np.array([[-128]], np.int8))
    npu.load([asm.mma(rd=7, rs1=0, rs2=0)] * 4095 + [asm.halt()])
    runs = 100
    for _ in range(runs):
        npu.run()
    assert runs * 4095 * 16384 > 1 << 32
    assert npu.acc.tolist() == [[wrap32(runs * 4095 * 16384)]]


@pytest.mark.parametrize("k", LANES)
@pytest.mark.parametrize("feeds", [1, 2, 5, 16])
def test_random_session_is_the_sum_of_products_in_python_integers(k, feeds):
    seed = 1000 * k + feeds
    print(f"seed {seed}")
    rows = np.random.default_rng(seed).integers(-128, 128, (2 * feeds, k)).astype(np.int8)
    npu = Npu(Config(k=k))
    total = [[0] * k for _ in range(k)]
    for feed in range(feeds):
        npu.ext_write_vx(0, rows[2 * feed : 2 * feed + 2])
        word = asm.mma_last(rd=7, rs1=0, rs2=1) if feed == feeds - 1 else asm.mma(rd=7, rs1=0, rs2=1)
        npu.load([word, asm.halt()])
        npu.run()
        x, y = rows[2 * feed].tolist(), rows[2 * feed + 1].tolist()
        total = [[total[i][j] + x[i] * y[j] for j in range(k)] for i in range(k)]
    assert npu.tile.tolist() == total
    assert npu.vr[7].tolist() == [total[i][i] for i in range(k)]
    for column in range(k):
        npu.load([asm.vtile(rd=6, column=column), asm.halt()])
        npu.run()
        assert npu.vr[6].tolist() == [total[i][column] for i in range(k)]
