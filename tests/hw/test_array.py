"""Matrix unit: array, feeders, collectors, tile register."""

import pytest
from tests.long_runs import nightly

from accord.hw.mmalu import Mmalu
from accord.isa import Config
from accord.sim.runner import run_bench

BENCH = "accord.sim.benches.array_bench"


@pytest.mark.parametrize(("k", "sessions"), [nightly(1, 60), nightly(2, 60), (4, 50), nightly(8, 30), nightly(16, 16)])
def test_array(k: int, sessions: int) -> None:
    run_bench(Mmalu, Config(k=k), bench=BENCH, parameters={"k": k, "sessions": sessions})


@pytest.mark.nightly
def test_array_of_64() -> None:
    run_bench(Mmalu, Config(k=64), bench=BENCH, parameters={"k": 64, "sessions": 4})
