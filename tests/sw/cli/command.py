"""The command in this process, and how its refusals look."""

from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from accord.cli import main


def accord(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result, *parts: str | Path) -> None:
    """Check that bad input gave exit code 2 and a message that has all parts, no traceback."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    for part in parts:
        assert str(part) in result.output, result.output


def loaded(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)
