"""Random programs, golden model against RTL in lock-step: every write matched, whole states equal, every bin hit."""

from pathlib import Path

import pytest
from tests.long_runs import nightly

from accord.sim.cosim import fill, run_random, small_config
from accord.sim.coverage import Coverage
from accord.sim.generator import Generator
from accord.sim.seed import seed

SAVE_TO = Path("build/cosim")
PROGRAMS = 1_000
NIGHTLY_PROGRAMS, PARTS = 20_000, 4
NIGHTLY_INSTRUCTIONS = 1_000_000


@pytest.mark.parametrize("k", [1, nightly(2), 4, nightly(8)])
def test_random_programs_leave_the_same_state(k, record_property):
    generator = Generator(small_config(k), seed("random"))
    coverage = Coverage(generator.config)
    executed = run_random(generator, range(PROGRAMS), SAVE_TO, coverage=coverage)
    more = fill(generator, coverage, PROGRAMS, SAVE_TO)
    record_property(
        "compared",
        f"K={k} seed={generator.seed}: {PROGRAMS} programs, {executed} instructions compared, 0 differences; "
        f"{len(coverage.reachable)} bins, {len(coverage.empty())} empty after {more} programs more",
    )
    assert executed > 50 * PROGRAMS
    assert [str(target) for target in coverage.empty()] == []
    assert coverage.impossible() == []


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("k", [1, 2, 4, 8, 16])
def test_many_random_programs_leave_the_same_state(k, part, record_property):
    generator = Generator(small_config(k), seed() + 1)
    coverage = Coverage(generator.config)
    count = NIGHTLY_PROGRAMS // PARTS
    executed = run_random(generator, range(part * count, (part + 1) * count), SAVE_TO, coverage=coverage)
    fill(generator, coverage, NIGHTLY_PROGRAMS, SAVE_TO)
    record_property(
        "compared",
        f"K={k} seed={generator.seed} part {part}: {count} programs, {executed} instructions compared, 0 differences",
    )
    assert executed >= NIGHTLY_INSTRUCTIONS / PARTS
    assert [str(target) for target in coverage.empty()] == []
    assert coverage.impossible() == []
