"""The lookup banks: every index, every segment, at every lane count."""

import numpy as np
import pytest

from accord.isa import Cause, asm, assemble
from accord.isa.config import LANES
from accord.model import Config, Npu

SEED = 20240614
BANKS = ("a", "b")


def contents(seed):
    """256 bytes, each value once: a mistaken index shows."""
    print(f"seed {seed}")
    return np.random.default_rng(seed).permutation(256).astype(np.uint8)


def run(npu, text):
    npu.load(assemble(text + "\nhalt", npu.config))
    assert npu.run().cause == Cause.NONE


def fill(npu, bank, table):
    """Write all segments of a bank, the last first, through VR[0]."""
    k = npu.config.k
    rows = table.reshape(-1, 4, k)
    assert len(rows) == 64 // k
    for segment in reversed(range(len(rows))):
        npu.ext_write_vx(0, rows[segment])
        run(npu, f"vsetlut.{bank} VR[0], {segment}")


def test_banks_are_zero_after_reset():
    npu = Npu(Config(k=8))
    fill(npu, "a", contents(SEED))
    assert npu.lut.any()
    npu.reset()
    assert (npu.lut.shape, npu.lut.dtype) == ((2, 256), np.uint8)
    assert not npu.lut.any()


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("k", LANES)
def test_each_segment_writes_its_bytes_and_no_others(k, bank):
    table = contents(SEED).reshape(-1, 4, k)
    for segment in range(64 // k):
        npu = Npu(Config(k=k))
        fill(npu, "a", contents(SEED + 1))
        fill(npu, "b", contents(SEED + 2))
        want = npu.lut.copy()
        npu.ext_write_vx(4, table[segment])
        before = npu.vx
        run(npu, f"vsetlut.{bank} VR[1], {segment}")
        for row in range(4):
            for lane in range(k):
                want[BANKS.index(bank), 4 * k * segment + row * k + lane] = table[segment, row, lane]
        np.testing.assert_array_equal(npu.lut, want)
        np.testing.assert_array_equal(npu.vx, before)


def test_the_order_of_a_segment_by_hand():
    npu = Npu(Config(k=2))
    npu.ext_write_vr(3, np.array([0x44332211, 0x88776655], np.uint32))
    run(npu, "vsetlut.b VR[3], 31")
    assert npu.lut[1, 248:].tolist() == [0x11, 0x55, 0x22, 0x66, 0x33, 0x77, 0x44, 0x88]
    assert not npu.lut[0].any()
    assert not npu.lut[1, :248].any()


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("k", LANES)
def test_all_256_indices_are_looked_up_as_unsigned_bytes(k, bank):
    npu = Npu(Config(k=k))
    tables = {"a": contents(SEED), "b": contents(SEED + 1)}
    for name, table in tables.items():
        fill(npu, name, table)
    npu.load(assemble(f"vlut.{bank} VX[9], VX[6]\nhalt", npu.config))
    for indices in np.random.default_rng(SEED).permutation(256).astype(np.uint8).reshape(-1, k):
        npu.ext_write_vx(6, indices)
        assert npu.run().flags == 0
        assert npu.vx[9].view(np.uint8).tolist() == [tables[bank].tolist()[index] for index in indices.tolist()]
    np.testing.assert_array_equal(npu.lut, np.stack([tables["a"], tables["b"]]))


def test_a_lookup_may_replace_its_indices():
    npu = Npu(Config(k=4))
    table = contents(SEED)
    fill(npu, "a", table)
    npu.ext_write_vx(5, np.array([0, 127, 128, 255], np.uint8))
    run(npu, "vlut.a VX[5], VX[5]\nvlut.a VX[6], VX[5]")
    once = table[[0, 127, 128, 255]]
    assert npu.vx[5].view(np.uint8).tolist() == once.tolist()
    assert npu.vx[6].view(np.uint8).tolist() == table[once].tolist()


def test_byte_planes_of_a_32_bit_table_make_the_rows_of_a_vr_register():
    npu = Npu(Config(k=8))
    table = np.random.default_rng(SEED).integers(0, 1 << 32, 256, dtype=np.uint32)
    planes = table.astype("<u4").view(np.uint8).reshape(256, 4).T.copy()
    indices = np.array([0, 1, 127, 128, 129, 200, 254, 255], np.uint8)
    npu.ext_write_vx(31, indices)
    for plane in range(4):
        bank = BANKS[plane % 2]
        fill(npu, bank, planes[plane])
        run(npu, f"vlut.{bank} VX[{8 + plane}], VX[31]")
    assert npu.vr[2].view(np.uint32).tolist() == table[indices].tolist()


@pytest.mark.parametrize("k", [8, 64])
@pytest.mark.parametrize("write", [asm.vsetlut_a, asm.vsetlut_b])
def test_a_segment_beyond_the_bank_is_illegal(k, write):
    npu = Npu(Config(k=k))
    npu.ext_write_vr(0, np.full(k, -1, np.int32))
    npu.load([write(rs1=0, segment=64 // k)])
    assert npu.run().cause == Cause.ILLEGAL
    assert not npu.lut.any()


def test_load_and_a_new_run_leave_the_banks():
    npu = Npu(Config(k=8))
    fill(npu, "b", contents(SEED))
    before = npu.lut
    npu.load([asm.halt()])
    npu.run()
    npu.run()
    np.testing.assert_array_equal(npu.lut, before)
