"""Fixtures of the kernels' tests."""

import pytest

from .arena import Arena

SIZE = 1 << 20


@pytest.fixture(scope="session")
def arenas() -> tuple[Arena, Arena, Arena]:
    """Guarded memory for two operands and an output."""
    return Arena(SIZE), Arena(SIZE), Arena(SIZE)
