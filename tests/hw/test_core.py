"""The whole NPU through its ports."""

from pathlib import Path

import pytest
from tests.long_runs import nightly

from accord.hw.top import NpuTop
from accord.isa import Config, assemble
from accord.sim.runner import run_bench

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(("k", "runs"), [nightly(8, 40), (1, 40)])
def test_core(k: int, runs: int) -> None:
    config = Config(k=k, scratchpad_rows=64, program_words=64)
    program = assemble((GOLDEN / "document_k8_moved.s").read_text(), config)
    given = {"k": k, "runs": runs, "program": [int(word) for word in program]}
    given |= {"scratchpad_rows": config.scratchpad_rows, "program_words": config.program_words}
    run_bench(NpuTop, config, bench="accord.sim.benches.core_bench", parameters=given)
