"""The recipe for a program of one's own runs as it stands in the page, and both sides come to what it computes."""

import re
from pathlib import Path

import numpy as np

from accord.isa.machine import Cause, Flags, Status

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"


def test_your_own_program_runs_on_both_sides():
    section = PAGE.read_text().partition("## Run your own program on both sides")[2].partition("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    names: dict = {}
    exec(compile(code, str(PAGE), "exec"), names)
    b, rows = np.arange(1, 9), np.arange(3, 75, 3).reshape(3, 8)
    total = rows.sum(axis=0) + rows[2]
    assert len(names["states"]) == 2
    for status, vr, vx, tile, a in names["states"]:
        assert status == Status(True, Cause.NONE, 6, Flags(0))
        assert vr[1].tolist() == (total * b).tolist()
        assert np.array_equal(tile, np.multiply.outer(total, b))
        assert vx[2].tolist() == np.minimum(rows.sum(axis=0), 127).tolist()
        assert a[0] == 3
