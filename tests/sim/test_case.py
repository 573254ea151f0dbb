"""Cases as files: they survive their text, and bad ones name the line."""

import numpy as np
import pytest

from accord.isa import assemble
from accord.sim.case import CaseError, parse
from accord.sim.cosim import small_config
from accord.sim.generator import Generator
from accord.sim.seed import seed


@pytest.mark.parametrize("k", [1, 8])
def test_a_case_survives_its_text(k):
    generator = Generator(small_config(k), seed())
    for number in range(100):
        case = generator.case(number)
        back = parse(case.text("a note\nof two lines"))
        assert back.words == case.words
        assert back.config == case.config
        assert np.array_equal(back.vr, case.vr)
        assert np.array_equal(back.scratchpad[: len(case.scratchpad)], case.scratchpad)


def test_a_case_is_assembler_text():
    case = Generator(small_config(4), seed()).case(0)
    assert assemble(case.text(), case.config, alias="off").words == case.words


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("#! vr(0) = 00", "case.s:2: expected"),
        ("#! vr[99] = 00000000", r"case.s:2: vr\[99\]"),
        ("#! vr[0] = 00", r"case.s:2: vr\[0\] holds 1 bytes"),
        ("#! vr[0] = 000", r"case.s:2: vr\[0\]: an odd number of hexadecimal digits"),
        ("#! config lanes=4", "case.s:2: expected k="),
        ("#! config k=3", "case.s:2: k=3: the lane count"),
    ],
)
def test_bad_case_files_name_the_line(line, message):
    with pytest.raises(CaseError, match=message):
        parse("#! config k=1\n" + line + "\nhalt\n", "case.s")
