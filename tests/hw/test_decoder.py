"""RTL decoder against the Python decoder."""

import pytest
from tests.long_runs import nightly

from accord.hw.decoder import Decoder
from accord.isa import Config
from accord.sim.runner import run_bench


@pytest.mark.parametrize(("k", "rows"), [(8, 32), nightly(2, 8), nightly(64, 20)])
def test_decoder(k: int, rows: int) -> None:
    given = {"k": k, "rows": rows, "words": 100_000 if k == 8 else 20_000}
    run_bench(Decoder, Config(k=k, vx_count=rows), bench="accord.sim.benches.decoder_bench", parameters=given)
