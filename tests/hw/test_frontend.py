"""Fetch and dispatch: hardware loops to the tick, traps, fence."""

import pytest
from tests.long_runs import nightly

from accord.hw.frontend import Frontend
from accord.isa import Config
from accord.sim.runner import run_bench


@pytest.mark.parametrize(("words", "programs"), [(64, 1000), nightly(65536, 20)])
def test_frontend(words: int, programs: int) -> None:
    config = Config(k=1, scratchpad_rows=64, program_words=words)
    given = {"words": words, "programs": programs}
    run_bench(Frontend, config, bench="accord.sim.benches.frontend_bench", parameters=given)
