"""The co-simulation's own machinery: shrinking, and that a difference is found, reported, saved and found again."""

import re

import numpy as np
import pytest

from accord.isa import asm
from accord.isa.machine import TickLimitError
from accord.sim import cosim
from accord.sim.case import load
from accord.sim.command import accord
from accord.sim.cosim import CosimError, Pair, fill, run_random, shrink, small_config
from accord.sim.coverage import Bin, Coverage
from accord.sim.generator import Generator
from accord.sim.knobs import Knobs
from accord.sim.seed import seed


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


@pytest.mark.parametrize("tries", [0, 1, 50])
def test_shrinking_is_bounded(tries):
    tried = 0

    def fails(candidate):
        nonlocal tried
        tried += 1
        return tried % 2 == 0

    shrink(Generator(small_config(4), 5).case(0), fails, tries)
    assert tried == tries


class _WrongModel(cosim.Model):
    """A golden model that disagrees about vmul.vr: what an RTL fault in it looks like."""

    def load(self, program):
        super().load([asm.nop() if int(word) & 0x7E00707F == 0x06002020 else word for word in program])


@pytest.mark.parametrize("lockstep", [True, False])
def test_a_difference_is_shrunk_saved_and_reported(monkeypatch, tmp_path, lockstep):
    monkeypatch.setattr(cosim, "Model", _WrongModel)
    with pytest.raises(CosimError) as error:
        run_random(Generator(small_config(4), 1), range(500), tmp_path, lockstep=lockstep)
    (saved,) = tmp_path.iterdir()
    text = str(error.value)
    again = f"{accord()} cosim {saved}"
    assert f"saved as {saved}\nrerun: {again}\nwith waveforms: {again} --waves {saved.with_suffix('.vcd')}" in text
    assert re.search(r"seed 1, case \d+, Config\(k=4,", text)
    program = [line for line in saved.read_text().splitlines() if not line.startswith("#")]
    assert len(program) <= 3
    (culprit,) = (line for line in program if line.startswith("vmul.vr"))
    if lockstep:
        assert f"PC {program.index(culprit)}: {culprit}" in text
        assert "the state before it, where not zero:" in text


def test_the_saved_program_differs_again_at_the_same_instruction(monkeypatch, tmp_path):
    monkeypatch.setattr(cosim, "Model", _WrongModel)
    with pytest.raises(CosimError) as error:
        run_random(Generator(small_config(4), 2), range(500), tmp_path)
    (saved,) = tmp_path.iterdir()
    case = load(saved)
    found = Pair(case.config).compare(case)
    assert found[0].startswith("first at instruction ")
    assert found[0] in str(error.value)
    monkeypatch.undo()
    assert Pair(case.config).compare(case) == []


def test_programs_of_loops_shrink_too(monkeypatch, tmp_path):
    monkeypatch.setattr(cosim, "Model", _WrongModel)
    loops = Knobs(fragments=(("loop", 3), ("instruction", 1)), targets=0)
    with pytest.raises(CosimError):
        run_random(Generator(small_config(4), 3, loops), range(500), tmp_path)
    (saved,) = tmp_path.iterdir()
    words = load(saved).words
    assert len(words) <= 8


class _OneCase:
    """A generator of one case, whose loop runs too long once a word of its body is taken away."""

    config, seed = small_config(4), 0

    def case(self, number):
        body = [asm.nop(), asm.nop(), asm.nop()]
        inner = [asm.loop(count=10, length=2), asm.vmul_vr(rd=1, rs1=2, rs2=3), asm.nop()]
        words = [asm.loop(count=4000, length=3), *body, *inner, asm.halt()]
        return Generator(self.config, 1).case(number).with_words(words)


def test_a_shrunk_program_that_runs_too_long_is_not_taken(monkeypatch, tmp_path):
    monkeypatch.setattr(cosim, "Model", _WrongModel)
    longer = _OneCase().case(0)
    without = longer.with_words([word for place, word in enumerate(longer.words) if place not in (1, 2, 3)])
    with pytest.raises(TickLimitError):
        Pair(longer.config).compare(without)
    with pytest.raises(CosimError, match=r"vmul\.vr VR\[1\], VR\[2\], VR\[3\]"):
        run_random(_OneCase(), [0], tmp_path)


class _NeverHalts(cosim.Rtl):
    """An RTL in which ``halt`` is lost: an endless loop takes its place."""

    def load(self, program):
        endless = [word for _ in range(60) for word in (asm.loop(count=4095, length=1), asm.nop())]
        super().load([*list(program)[:-1], *endless])


def test_an_rtl_that_does_not_halt_is_a_difference(monkeypatch):
    monkeypatch.setattr(cosim, "Rtl", _NeverHalts)
    config = small_config(4)
    empty = np.zeros((1, 4), np.uint32), np.zeros((1, 4), np.int8)
    found = Pair(config).compare(cosim.Case(config, (asm.nop(), asm.halt()), *empty))
    assert any(line.startswith("the RTL does not halt: not halted after max_ticks=") for line in found)


def test_what_is_empty_is_filled_by_cases_that_aim_at_it(tmp_path):
    generator = Generator(small_config(4), seed())
    coverage = Coverage(generator.config)
    wanted = Bin("hazard", next(b.subject for b in coverage.reachable if str(b.subject) == "vsub.ve.sat"), "waw")
    for b in coverage.reachable:
        coverage.hits[b] += b != wanted
    assert coverage.empty() == [wanted]
    assert 1 <= fill(generator, coverage, 0, tmp_path) <= 40
    assert coverage.empty() == []


def test_filling_gives_up_after_its_tries(tmp_path):
    generator = Generator(small_config(4), seed(), Knobs(run_off=0.0))
    coverage = Coverage(generator.config)
    for b in coverage.reachable:
        coverage.hits[b] += b.subject != "FETCH"
    assert fill(generator, coverage, 0, tmp_path, tries=5) == 5
    assert [str(b) for b in coverage.empty()] == ["trap: FETCH"]


def test_a_run_in_which_only_states_are_compared_counts_the_same_instructions(tmp_path):
    generator = Generator(small_config(4), seed())
    coverage = Coverage(generator.config)
    assert run_random(generator, range(30), tmp_path) == run_random(
        generator, range(30), tmp_path, lockstep=False, coverage=coverage
    )
    assert not coverage.hits
