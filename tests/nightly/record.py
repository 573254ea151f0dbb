"""What a stage gave, kept in build/nightly until the sources change: a run that is stopped goes on from there."""

import hashlib
import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "nightly"
ALWAYS = ("pyproject.toml", "constraints.txt", "tests/conftest.py", "tests/long_runs.py")


@dataclass(frozen=True)
class Record:
    """A stage that ran to its end."""

    stage: str
    key: str
    """Of the sources that it runs."""
    seed: int
    cases: int
    failed: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Tell whether cases ran and all of them passed."""
        return self.cases > 0 and self.failed == 0

    def save(self) -> None:
        """Keep it."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{self.stage}.json").write_text(json.dumps(asdict(self)))


def load(stage: str, key: str) -> Record | None:
    """Return what a stage gave on these sources, or None."""
    path = FOLDER / f"{stage}.json"
    if not path.is_file():
        return None
    found = Record(**json.loads(path.read_text()))
    return found if found.key == key else None


def sources_key(folders: tuple[str, ...]) -> str:
    """Return what identifies the sources in some folders: every file that git tracks or would add, as it is now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders, *ALWAYS]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    digest = hashlib.sha256()
    for name in sorted(names):
        path = ROOT / name.decode()
        if name and path.is_file() and path.suffix not in (".md", ".svg"):
            digest.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def cases_of(results: Path) -> tuple[int, int]:
    """Return how many cases a JUnit file holds and how many of them failed, a skip among those."""
    cases = ElementTree.parse(results).getroot().findall(".//testcase")
    return len(cases), sum(
        any(case.find(kind) is not None for kind in ("failure", "error", "skipped")) for case in cases
    )
