"""Parameters that are left to ``make nightly``: builds of intermediate and of wide configurations."""

from typing import Any

import pytest


def nightly(*values: Any) -> Any:
    """Return a set of parameters of a test, marked."""
    return pytest.param(*values, marks=pytest.mark.nightly)
