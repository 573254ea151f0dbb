"""What the tests of the repository read: its root, and its files as git sees them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Return every file that is tracked, or would be if it were added."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [path for line in listing.stdout.splitlines() if (path := ROOT / line).is_file()]
    assert len(found) > 50
    return found
