"""Random programs, golden model against RTL: the whole state after each is equal, bit for bit."""

from collections import Counter
from pathlib import Path

import pytest

from accord.isa.encoding import decode
from accord.isa.fields import instructions
from accord.isa.machine import Cause
from accord.model import Npu as Model
from accord.sim.cosim import execute, run_random, small_config
from accord.sim.generator import Generator
from accord.sim.seed import seed

SAVE_TO = Path("build/cosim")
PROGRAMS = 2000


@pytest.mark.parametrize("k", [1, 4, 8])
def test_random_programs_leave_the_same_state(k):
    instructions_run = run_random(Generator(small_config(k), seed()), range(PROGRAMS), SAVE_TO)
    print(f"k={k} seed={seed()}: {PROGRAMS} programs, {instructions_run} instructions, 0 differences")
    assert instructions_run > 10 * PROGRAMS


@pytest.mark.nightly
@pytest.mark.parametrize("k", [1, 2, 4, 8, 16])
def test_many_random_programs_leave_the_same_state(k):
    instructions_run = run_random(Generator(small_config(k), seed() + 1), range(4000), SAVE_TO)
    print(f"k={k} seed={seed() + 1}: 4000 programs, {instructions_run} instructions, 0 differences")
    assert instructions_run > 40_000


def test_random_programs_hold_every_instruction_and_every_cause():
    generator = Generator(small_config(4), seed())
    seen: Counter[str] = Counter()
    causes: Counter[Cause] = Counter()
    model = Model(generator.config)
    for number in range(400):
        case = generator.case(number)
        for word in case.words:
            if decoded := decode(word, generator.config):
                seen[decoded.instruction.mnemonic] += 1
        causes[execute(model, case).cause] += 1
    assert set(seen) == {instruction.mnemonic for instruction in instructions()}
    assert set(causes) == set(Cause)
    assert causes[Cause.NONE] > 200
