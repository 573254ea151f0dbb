"""The lookup banks at every kind of segment count: 64, 4 and 1."""

import pytest
from tests.long_runs import nightly

from accord.hw.lut import LookupBanks
from accord.isa.config import Config
from accord.sim.runner import run_bench


@pytest.mark.parametrize(("k", "count"), [(1, 8000), nightly(16, 1000), nightly(64, 400)])
def test_lookup_banks(k: int, count: int) -> None:
    parameters = {"k": k, "count": count}
    run_bench(LookupBanks, Config(k=k), bench="accord.sim.benches.lut_bench", parameters=parameters)
