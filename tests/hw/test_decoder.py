"""RTL decoder against the Python decoder."""

import pytest

from accord.hw.decoder import Decoder
from accord.isa import Config
from accord.sim.runner import run_bench


@pytest.mark.parametrize(("k", "rows"), [(8, 32), (2, 8), pytest.param(64, 20, marks=pytest.mark.nightly)])
def test_decoder(k: int, rows: int) -> None:
    given = {"k": k, "rows": rows, "words": 100_000 if k == 8 else 20_000}
    run_bench(Decoder, Config(k=k, vx_count=rows), bench="accord.sim.benches.decoder_bench", parameters=given)
