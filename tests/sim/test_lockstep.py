"""Lock-step: the changes that the model's instructions make, and that no difference passes unseen."""

import numpy as np
import pytest

from accord.isa import assemble
from accord.isa.machine import TickLimitError
from accord.model import Npu as Model
from accord.sim import cosim
from accord.sim.case import Case
from accord.sim.cosim import Pair, small_config
from accord.sim.lockstep import Change, Mismatch, first_mismatch, follow

CONFIG = small_config(2)
ON_RTL = small_config(4)


def case(text, config=CONFIG):
    vr = np.zeros((config.vr_count, config.k), np.uint32)
    vr[7] = np.resize([0x3F800000, 0x7F800001], config.k)
    return Case(config, assemble(text, config, alias="off").words, vr, np.full((16, config.k), 3, np.int8))


def changes(text, limit=1000):
    program = case(text)
    model = Model(CONFIG)
    model.ext_write_vr(0, program.vr)
    model.write_scratchpad(0, program.scratchpad)
    model.load(program.words)
    return follow(model, program, limit)


def test_an_arithmetic_result_is_the_rows_of_its_register():
    reference = changes("bcasti.vx VX[5], -2\nbcasti.ve VE[3], 300\nbcasti.vr VR[2], -3\nhalt")
    assert reference.changes["valu"] == [
        Change(0, 0b1 << 5, bytes([254, 254])),
        Change(1, 0b11 << 6, bytes([44, 44, 1, 1])),
        Change(2, 0b1111 << 8, bytes([253, 253]) + b"\xff" * 6),
    ]
    assert [change.seq for change in reference.changes["dispatch"]] == [0, 1, 2]
    assert set(reference.changes) == {"valu", "dispatch"}


def test_flags_are_those_that_stand_after_each_instruction():
    reference = changes("vfadd VR[0], VR[7], VR[7]\nvwrflags 3\nbcasti.vx VX[0], 1\nvwrflags 0\nhalt")
    assert [(change.place, change.flags) for change in reference.changes["valu"]] == [(15, 16), (0, 3), (1, 3), (0, 0)]


def test_loads_and_stores_are_a_change_a_row():
    stores = "st.ve VE[1], A[1], -4\nld.ve VE[3], A[1], -3\nst.vx.post VX[6], A[1], 5"
    reference = changes(f"seta A[1], 10\nbcasti.vx VX[2], 7\n{stores}\nhalt")
    assert reference.changes["store"] == [
        Change(2, 6, b"\x07\x07"),
        Change(2, 7, b"\x00\x00"),
        Change(4, 10, b"\x00\x00"),
    ]
    assert reference.changes["lsu"] == [Change(3, 1 << 6, b"\x00\x00"), Change(3, 1 << 7, b"\x03\x03")]
    assert reference.changes["address"] == [Change(0, 1, (10).to_bytes(4, "little")), Change(4, 1, b"\x0f\0\0\0")]


def test_an_address_that_wraps_is_a_change_of_all_four_bytes():
    reference = changes("adda A[2], A[3], -1\nst.vx.post VX[0], A[3], -2\nhalt")
    assert reference.changes["address"] == [Change(0, 2, b"\xff\xff\xff\xff"), Change(1, 3, b"\xfe\xff\xff\xff")]


def test_feeds_and_the_lane_dot_product():
    feeds = "mma VR[4], VX[0], VX[1]\nmma.reset\nmma.last VR[6], VX[0], VX[1]"
    reference = changes(f"bcasti.vx VX[0], 3\nbcasti.vx VX[1], -5\n{feeds}\nhalt")
    assert [change.seq for change in reference.changes["feed"]] == [2, 4]
    assert reference.changes["mma"] == [Change(4, 0b1111 << 24, b"\xf1\xf1" + b"\xff" * 6)]


def test_a_segment_of_a_bank():
    reference = changes("const VR[0], 0x04030201\nvsetlut.b VR[0], 5\nhalt")
    (written,) = reference.changes["lut"]
    assert written == Change(2, 64 + 5, bytes([1, 1, 2, 2, 3, 3, 4, 4]))
    assert reference.changes["valu"][-1] == Change(2, 0, b"")


def test_loops_are_followed_and_traps_change_nothing():
    reference = changes("loop 2, 2\nnop\nbcasti.vx VX[0], 1\nld.vx VX[0], A[0], -1\nhalt")
    assert reference.addresses == [0, 1, 2, 1, 2]
    assert [change.seq for change in reference.changes["valu"]] == [2, 4]
    assert "lsu" not in reference.changes


def test_a_program_without_end_is_given_up():
    with pytest.raises(TickLimitError, match="not halted after 50 instructions, at PC 1"):
        changes("loop 4095, 1\nnop\nhalt", limit=50)


A, B, C = Change(1, 1, b"a"), Change(4, 2, b"b"), Change(6, 4, b"c")


@pytest.mark.parametrize(
    ("actual", "mismatch"),
    [
        ([A, B, C], None),
        ([A, C], Mismatch(4, "valu", B, None)),
        ([A, B], Mismatch(6, "valu", C, None)),
        ([A, Change(3, 1, b"x"), B, C], Mismatch(3, "valu", None, Change(3, 1, b"x"))),
        ([A, B, C, Change(9, 1, b"x")], Mismatch(9, "valu", None, Change(9, 1, b"x"))),
        ([A, B._replace(data=b"x"), C], Mismatch(4, "valu", B, B._replace(data=b"x"))),
        ([A, B._replace(place=1), C], Mismatch(4, "valu", B, B._replace(place=1))),
        ([A, B._replace(flags=1), C], Mismatch(4, "valu", B, B._replace(flags=1))),
        ([A, B, B, C], Mismatch(4, "valu", None, B)),
        ([B, A, C], Mismatch(1, "valu", A, None)),
    ],
)
def test_missing_extra_different_and_disordered_changes(actual, mismatch):
    assert first_mismatch({"valu": [A, B, C]}, {"valu": actual}) == mismatch


def test_the_first_of_several_mismatches_is_the_first_in_program_order():
    expected = {"valu": [C], "lsu": [B], "store": [A]}
    assert first_mismatch(expected, {"valu": [C], "store": [A], "mma": [Change(3, 1, b"")]}) == Mismatch(
        3, "mma", None, Change(3, 1, b"")
    )
    assert first_mismatch(expected, {}).seq == 1


PROGRAM = """
seta A[0], 4
bcasti.vr VR[0], 5
vadd.vr VR[1], VR[0], VR[0]
ld.vx VX[12], A[0], 0
st.vx.post VX[4], A[0], 1
mma.last VR[5], VX[4], VX[12]
vsetlut.a VR[1], 2
vfadd VR[6], VR[7], VR[7]
bcasti.vr VR[1], 0
bcasti.vr VR[6], 0
vwrflags 0
halt
"""


def test_the_rtl_does_what_the_model_does():
    assert Pair(ON_RTL).compare(case(PROGRAM, ON_RTL)) == []


@pytest.fixture
def patched(monkeypatch):
    """Return a function that compares PROGRAM with the RTL's record changed by a given function."""

    class Patched(cosim.Rtl):
        change = staticmethod(lambda writes: writes)

        def writes(self):
            return self.change(super().writes())

    monkeypatch.setattr(cosim, "Rtl", Patched)

    def compare(change):
        Patched.change = staticmethod(change)
        return Pair(ON_RTL).compare(case(PROGRAM, ON_RTL))

    return compare


def _on(port, seq, change):
    def apply(writes):
        assert sum((write.port, write.seq) == (port, seq) for write in writes) == 1
        return [
            new for write in writes for new in (change(write) if (write.port, write.seq) == (port, seq) else [write])
        ]

    return apply


@pytest.mark.parametrize(
    ("port", "seq", "instruction"),
    [
        ("address", 0, "PC 0: seta A[0], 4"),
        ("valu", 2, "PC 2: vadd.vr VR[1], VR[0], VR[0]"),
        ("lsu", 3, "PC 3: ld.vx VX[12], A[0], 0"),
        ("store", 4, "PC 4: st.vx.post VX[4], A[0], 1"),
        ("address", 4, "PC 4: st.vx.post VX[4], A[0], 1"),
        ("mma", 5, "PC 5: mma.last VR[5], VX[4], VX[12]"),
        ("lut", 6, "PC 6: vsetlut.a VR[1], 2"),
    ],
)
@pytest.mark.parametrize("fault", ["data", "place", "missing", "twice"])
def test_a_wrong_write_of_the_rtl_is_told_with_its_instruction(patched, port, seq, instruction, fault):
    def change(write):
        return {
            "data": [write._replace(data=bytes([write.data[0] ^ 1]) + write.data[1:])],
            "place": [write._replace(place=write.place + 1)],
            "missing": [],
            "twice": [write, write],
        }[fault]

    found = patched(_on(port, seq, change))
    assert found[0] == f"first at instruction {seq} (counted from 0 as they execute), {instruction}"
    assert found[1].startswith("  model ")
    assert found[2].startswith("  RTL   ")
    assert found[1].removeprefix("  model ") != found[2].removeprefix("  RTL   ")
    assert (f"{port}: nothing" in found[1] + found[2]) == (fault in ("missing", "twice"))


def test_a_wrong_flag_is_told_with_its_instruction(patched):
    found = patched(_on("valu", 7, lambda write: [write._replace(flags=0)]))
    assert "PC 7: vfadd VR[6], VR[7], VR[7]" in found[0]
    assert found[1].endswith("flags then <Flags.NV: 16>")
    assert found[2].endswith("flags then <Flags: 0>")


def test_a_write_of_no_instruction_is_told(patched):
    found = patched(lambda writes: [*writes, writes[-1]._replace(seq=99)])
    assert found[0] == "first at instruction 99 (counted from 0 as they execute), which the model does not execute"


def test_the_state_before_the_instruction_is_shown(patched):
    found = patched(_on("mma", 5, lambda write: []))
    before = found[found.index("the state before it, where not zero:") + 1 :]
    assert before == [
        "  PC 5, 5 executed, flags <Flags: 0>",
        "  VX[0..3] = 05 05 05 05 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00",
        "  VX[4..7] = 0a 0a 0a 0a | 00 00 00 00 | 00 00 00 00 | 00 00 00 00",
        "  VX[12..15] = 03 03 03 03 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00",
        "  VX[28..31] = 00 01 00 01 | 00 00 00 00 | 80 80 80 80 | 3f 7f 3f 7f",
        "  A[0] = 5",
        *(f"  scratchpad row {row} = {'0a 0a 0a 0a' if row == 4 else '03 03 03 03'}" for row in range(16)),
    ]


class _WrongOnce(Model):
    """A golden model whose ``vadd.vr`` at address 2 gives another result, overwritten later."""

    def step(self):
        at_two = self.status.pc == 2
        status = super().step()
        if at_two:
            self.ext_write_vr(1, np.array([1, 2, 3, 4], np.int32))
        return status


def test_a_wrong_write_of_the_model_is_told_although_the_states_end_equal(monkeypatch):
    text = "bcasti.vr VR[0], 5\nnop\nvadd.vr VR[1], VR[0], VR[0]\nbcasti.vr VR[1], 0\nhalt"
    monkeypatch.setattr(cosim, "Model", _WrongOnce)
    assert Pair(ON_RTL, lockstep=False).compare(case(text, ON_RTL)) == []
    found = Pair(ON_RTL).compare(case(text, ON_RTL))
    assert "instruction 2 " in found[0]
    assert found[0].endswith("PC 2: vadd.vr VR[1], VR[0], VR[0]")
    assert (
        found[1]
        == "  model valu: VX[4..7] = 01 02 03 04 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00, flags then <Flags: 0>"
    )
    assert (
        found[2]
        == "  RTL   valu: VX[4..7] = 0a 0a 0a 0a | 00 00 00 00 | 00 00 00 00 | 00 00 00 00, flags then <Flags: 0>"
    )
