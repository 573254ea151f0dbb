"""The vector ALU, every operation, against exact arithmetic in plain Python."""

import pytest
from amaranth.hdl import Fragment
from tests.long_runs import nightly

from accord.hw.lane import HANDLED
from accord.hw.types import ValuOp
from accord.hw.valu import Valu
from accord.isa.config import Config
from accord.isa.fields import instructions
from accord.sim.runner import run_bench

TAG_WIDTH = 6


@pytest.mark.parametrize(("k", "count"), [nightly(1, 1000), (2, 300), nightly(4, 1000), nightly(8, 200)])
def test_every_operation(k: int, count: int) -> None:
    parameters = {"k": k, "count": count, "tag_width": TAG_WIDTH}
    run_bench(Valu, Config(k=k), TAG_WIDTH, bench="accord.sim.benches.valu_bench", parameters=parameters)


def test_every_operation_of_the_table_has_hardware() -> None:
    table = {ins.row.op.upper() for ins in instructions() if ins.row.unit == "valu"}
    assert table
    assert table == {op.name for op in HANDLED}


def test_an_operation_without_hardware_stops_elaboration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.hw.valu.HANDLED", HANDLED - {ValuOp.MUL, ValuOp.FMS})
    valu = Valu(Config(k=1), TAG_WIDTH)
    Fragment.get(valu.stamped["accord_lane"], None)  # Amaranth warns of a component that is never elaborated
    with pytest.raises(NotImplementedError, match="FMS, MUL"):
        Fragment.get(valu, None)
