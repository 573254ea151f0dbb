"""Golden model and RTL of one configuration a K, shared by the tests of vector programs."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.isa import Config
from accord.model import Npu as Model
from accord.nn.programs import VectorProgram, run_program
from accord.sim import Npu as Rtl
from bench.witness import tally

LANES = (nightly(1), nightly(4), 8, nightly(16))


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Leave with the test what witnesses gave for it: the run's last lines add it up."""
    counts = tally.taken()
    if counts:
        item.user_properties.append(("witnesses", counts))


@cache
def _pair(config: Config) -> tuple[Model, Rtl]:
    return Model(config), Rtl(config)


@pytest.fixture(params=LANES, ids="k{}".format)
def config(request) -> Config:
    return Config(k=request.param)


@pytest.fixture
def run(config) -> Callable[[VectorProgram, Mapping[int, np.ndarray]], np.ndarray]:
    """Run a program on model and RTL; the scratchpad it leaves, the same on both."""

    def on_both(vector: VectorProgram, inputs: Mapping[int, np.ndarray]) -> np.ndarray:
        left = []
        for machine in _pair(config):
            machine.reset()
            run_program(machine, vector, inputs)
            left.append(machine.scratchpad)
        assert np.array_equal(left[0], left[1]), "model and RTL differ"
        return left[0]

    return on_both
