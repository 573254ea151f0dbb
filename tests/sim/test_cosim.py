"""The co-simulation's own machinery: cases as files, shrinking, and that a difference is found and reported."""

import numpy as np
import pytest

from accord.isa import asm
from accord.sim import cosim
from accord.sim.case import CaseError, parse
from accord.sim.cosim import CosimError, run_random, shrink, small_config
from accord.sim.generator import Generator


def test_case_numbers_do_not_depend_on_order():
    generator = Generator(small_config(4), 7)
    first = generator.case(3)
    generator.case(1)
    again = generator.case(3)
    assert first.words == again.words
    assert np.array_equal(first.vr, again.vr)
    assert first.words != generator.case(4).words


@pytest.mark.parametrize("k", [1, 8])
def test_a_case_survives_its_text(k):
    generator = Generator(small_config(k), 11)
    for number in range(50):
        case = generator.case(number)
        back = parse(case.text("a note\nof two lines"))
        assert back.words == case.words
        assert back.config == case.config
        assert np.array_equal(back.vr, case.vr)
        assert np.array_equal(back.scratchpad[: len(case.scratchpad)], case.scratchpad)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("#! vr(0) = 00", "case.s:2: expected"),
        ("#! vr[99] = 00000000", r"case.s:2: vr\[99\]"),
        ("#! vr[0] = 00", r"case.s:2: vr\[0\] holds 1 bytes"),
        ("#! config lanes=4", "case.s:2: expected k="),
    ],
)
def test_bad_case_files_name_the_line(line, message):
    with pytest.raises(CaseError, match=message):
        parse("#! config k=1\n" + line + "\nhalt\n", "case.s")


def test_shrinking_keeps_what_fails_and_drops_the_rest():
    case = Generator(small_config(4), 5).case(0)
    needed = [asm.vmul_vr(rd=1, rs1=2, rs2=3), asm.mov_vx(rd=9, rs1=4)]
    words = [*case.words[:7], needed[0], *case.words[7:12], needed[1], *case.words[12:]]

    def fails(candidate):
        return set(needed) <= set(candidate.words) and bool(candidate.vr[2].any())

    small = shrink(case.with_words(words), fails)
    assert list(small.words) == needed
    assert not small.scratchpad.any()
    assert [row for row in range(len(small.vr)) if small.vr[row].any()] == [2]


class _WrongModel(cosim.Model):
    """A golden model that disagrees about vmul.vr: what an RTL fault in it looks like."""

    def load(self, program):
        super().load([asm.nop() if int(word) & 0x7E00707F == 0x06002020 else word for word in program])


def test_a_difference_is_shrunk_saved_and_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(cosim, "Model", _WrongModel)
    with pytest.raises(CosimError) as error:
        run_random(Generator(small_config(4), 1), range(500), tmp_path)
    (saved,) = tmp_path.iterdir()
    assert f"rerun: accord cosim {saved}" in str(error.value)
    assert "seed 1, case" in str(error.value)
    program = [line for line in saved.read_text().splitlines() if not line.startswith("#")]
    assert any(line.startswith("vmul.vr") for line in program)
    assert len(program) <= 3
