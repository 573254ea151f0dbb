"""Loads, stores, addresses and their traps."""

import numpy as np
import pytest

from accord.isa import Cause, assemble
from accord.model import Config, Npu, differences, take

ROWS = 32


@pytest.fixture
def npu():
    npu = Npu(Config(k=2, scratchpad_rows=ROWS))
    npu.write_scratchpad(0, np.arange(2 * ROWS, dtype=np.int8).reshape(ROWS, 2))
    return npu


def run(npu, text):
    npu.load(assemble(text + "\nhalt", npu.config))
    return npu.run()


@pytest.mark.parametrize(("name", "rows"), [("vx", 1), ("ve", 2), ("vr", 4)])
def test_load_takes_consecutive_rows_in_vx_order(npu, name, rows):
    run(npu, f"seta A[3], 7\nld.{name} {name.upper()}[1], A[3], 2")
    want = [[2 * row, 2 * row + 1] for row in range(9, 9 + rows)]
    assert npu.vx[rows : 2 * rows].tolist() == want
    assert np.count_nonzero(npu.vx) == 2 * rows


@pytest.mark.parametrize(("name", "rows"), [("vx", 1), ("ve", 2), ("vr", 4)])
def test_store_puts_rows_in_vx_order(npu, name, rows):
    values = np.array([[-1, -2], [-3, -4], [-5, -6], [-7, -8]], np.int8)[:rows]
    npu.ext_write_vx(rows, values)
    before = npu.scratchpad
    run(npu, f"seta A[0], 10\nst.{name} {name.upper()}[1], A[0], -4")
    after = npu.scratchpad
    assert after[6 : 6 + rows].tolist() == values.tolist()
    changed = (after != before).any(axis=1)
    assert np.flatnonzero(changed).tolist() == list(range(6, 6 + rows))


def test_post_increment_uses_the_address_before_it(npu):
    run(npu, "seta A[1], 5\nld.vx.post VX[0], A[1], 3\nld.vx.post VX[1], A[1], -8")
    assert npu.vx[:2].tolist() == [[10, 11], [16, 17]]
    assert npu.a[1] == 0


def test_offset_form_leaves_the_address(npu):
    run(npu, "seta A[1], 5\nld.vx VX[0], A[1], 3")
    assert npu.a[1] == 5


def test_addresses_are_modulo_2_to_the_32(npu):
    run(npu, "adda A[2], A[0], -1\nadda A[3], A[2], 2\nld.vx VX[0], A[2], 4\nseta A[4], 0xfffff")
    assert npu.a[2:5].tolist() == [0xFFFFFFFF, 1, 0xFFFFF]
    assert npu.vx[0].tolist() == [6, 7]


def test_post_increment_wraps_below_zero(npu):
    run(npu, "ld.vx.post VX[0], A[0], -2")
    assert npu.a[0] == 0xFFFFFFFE


@pytest.mark.parametrize(("name", "rows"), [("vx", 1), ("ve", 2), ("vr", 4)])
@pytest.mark.parametrize("operation", ["ld", "st"])
def test_the_last_rows_are_reached_and_one_further_traps(npu, operation, name, rows):
    access = f"{operation}.{name} {name.upper()}[1], A[0], {{}}"
    assert run(npu, access.format(ROWS - rows)).cause == Cause.NONE
    before = take(npu)
    status = run(npu, "nop\n" + access.format(ROWS - rows + 1))
    assert (status.halted, status.cause, status.pc) == (True, Cause.ADDRESS, 1)
    assert npu.counters.retired == 1
    changed = [line for line in differences(before, take(npu)) if not line.startswith(("cause", "pc", "retired"))]
    assert changed == []


@pytest.mark.parametrize("operation", ["ld", "st"])
def test_below_zero_traps_even_where_the_rows_would_straddle_zero(npu, operation):
    status = run(npu, f"{operation}.vr VR[1], A[0], -2")
    assert (status.cause, status.pc) == (Cause.ADDRESS, 0)


def test_a_trap_leaves_the_post_incremented_address(npu):
    status = run(npu, f"seta A[1], {ROWS}\nld.vx.post VX[0], A[1], -1")
    assert (status.cause, status.pc) == (Cause.ADDRESS, 1)
    assert npu.a[1] == ROWS
