"""Register file against a plain byte array."""

import pytest
from tests.long_runs import nightly

from accord.hw.regfile import RegisterFile
from accord.isa import Config
from accord.sim.runner import run_bench


@pytest.mark.parametrize(("k", "rows"), [(4, 32), nightly(1, 32), nightly(4, 8)])
def test_register_file(k: int, rows: int) -> None:
    given = {"k": k, "rows": rows, "ticks": 3000}
    run_bench(RegisterFile, Config(k=k, vx_count=rows), bench="accord.sim.benches.regfile_bench", parameters=given)
