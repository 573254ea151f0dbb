"""Snapshots name what differs, and nothing else."""

import dataclasses

import numpy as np
import pytest

from accord.isa import Cause, Flags, assemble
from accord.model import Config, Npu, differences, take


def test_equal_states_do_not_differ():
    assert differences(take(Npu(Config(k=4))), take(Npu(Config(k=4)))) == []


def test_a_snapshot_does_not_follow_the_npu():
    npu = Npu(Config(k=2))
    before = take(npu)
    npu.ext_write_vx(3, np.array([0, 7], np.int8))
    assert not before.vx.any()
    assert differences(before, take(npu)) == ["VX[3] lane 1: 0 != 7"]


def test_loops_and_banks_of_a_program_are_in_the_snapshot():
    npu = Npu(Config(k=16))
    npu.ext_write_vr(1, np.full(16, 0x04030201, np.int32))
    before = take(npu)
    npu.load(assemble("vsetlut.b VR[1], 0\nloop 9, 2\nnop", npu.config))
    npu.step()
    npu.step()
    written = [f"LUT B byte {byte}: 0 != {byte // 16 + 1}" for byte in range(64)]
    entry = ["loop 0 start: 0 != 2", "loop 0 length: 0 != 2", "loop 0 remaining: 0 != 9"]
    assert differences(before, take(npu)) == [*entry, *written, "pc: 0 != 2", "retired: 0 != 2"]


@pytest.mark.parametrize(
    ("name", "index", "value", "line"),
    [
        ("vx", (31, 1), -5, "VX[31] lane 1: 0 != -5"),
        ("acc", (1, 0), 1 << 30, "ACC[1][0]: 0 != 1073741824"),
        ("tile", (0, 1), -1, "T[0][1]: 0 != -1"),
        ("scratchpad", (9, 0), 3, "scratchpad row 9 lane 0: 0 != 3"),
        ("a", (31,), 0xFFFFFFFF, "A[31]: 0 != 4294967295"),
        ("loops", (0, 2), 4095, "loop 0 remaining: 0 != 4095"),
        ("loops", (1, 1), 1023, "loop 1 length: 0 != 1023"),
        ("loops", (3, 0), 65536, "loop 3 start: 0 != 65536"),
        ("lut", (0, 17), 255, "LUT A byte 17: 0 != 255"),
        ("lut", (1, 255), 1, "LUT B byte 255: 0 != 1"),
    ],
)
def test_each_array_is_compared_and_its_place_named(name, index, value, line):
    before = take(Npu(Config(k=2)))
    changed = getattr(before, name).copy()
    changed[index] = value
    assert differences(before, dataclasses.replace(before, **{name: changed})) == [line]


@pytest.mark.parametrize(
    ("name", "value"),
    [("flags", Flags.NX), ("cause", Cause.FETCH), ("pc", 7), ("halted", True), ("retired", 3)],
)
def test_each_scalar_is_compared(name, value):
    before = take(Npu(Config(k=2)))
    after = dataclasses.replace(before, **{name: value})
    assert differences(before, after) == [f"{name}: {getattr(before, name)!r} != {value!r}"]


def test_every_field_is_covered_by_the_tests_above():
    assert [field.name for field in dataclasses.fields(take(Npu(Config(k=1))))] == [
        *("vx", "acc", "tile", "scratchpad", "a", "loops", "lut"),
        *("flags", "cause", "pc", "halted", "retired"),
    ]


def test_different_configurations_are_refused():
    with pytest.raises(ValueError, match="vx: shapes"):
        differences(take(Npu(Config(k=2))), take(Npu(Config(k=4))))
