"""``make nightly``: runs every stage that has not passed on these sources yet, and reports on all of them.

A stage that was interrupted or failed runs again, one that passed does not; --fresh forgets what was.
Exit code 1 where a stage failed.
"""

import argparse
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.nightly.record import FOLDER, ROOT, Record, cases_of, load, sources_key
from tests.nightly.report import show, write_docs
from tests.nightly.stages import STAGES, Stage


def _run(stage: Stage, seed: int, jobs: str) -> Record:
    key = sources_key(stage.reads)
    results = FOLDER / f"{stage.name}.xml"
    results.unlink(missing_ok=True)
    environment = {**os.environ, "ACCORD_SEED": str(seed)}
    start = time.monotonic()
    if stage.is_pytest:
        command = [sys.executable, "-m", "pytest", "-n", jobs, f"--junitxml={results}", *stage.arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        cases, failed = cases_of(results) if results.is_file() else (0, 0)
    else:
        command = [sys.executable, *stage.arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        code, failed = done.returncode, 0
        cases = sum(int(one.replace(",", "")) for one in re.findall(r"([\d,]+) cases", done.stdout))
    failed = failed or int(code != 0)
    return Record(stage.name, key, seed, cases, failed, round(time.monotonic() - start, 1))


def _chosen(names: str | None) -> list[Stage]:
    if names is None:
        return list(STAGES)
    wanted = names.split(",")
    known = [stage.name for stage in STAGES]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"--only: no stage is named {', '.join(unknown)}; there are {', '.join(known)}")
    return [stage for stage in STAGES if stage.name in wanted]


def _seed() -> int:
    text = os.environ.get("ACCORD_SEED", "random")
    return secrets.randbits(31) if text == "random" else int(text)


def main() -> int:
    """Run what is left, report, return the exit code."""
    parser = argparse.ArgumentParser(prog="make nightly", description=__doc__)
    parser.add_argument("--only", help="stages, separated by commas")
    parser.add_argument("--fresh", action="store_true", help="run all of them again")
    parser.add_argument("--docs", action="store_true", help="write the report into docs/verification.md")
    parser.add_argument("--jobs", default="auto", help="processes of pytest")
    options = parser.parse_args()
    stages, seed = _chosen(options.only), _seed()
    if options.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        before = load(stage.name, sources_key(stage.reads))
        if before is not None and before.is_good:
            continue
        print(f"\n===== {stage.name}: {stage.what} (ACCORD_SEED={seed})", flush=True)
        _run(stage, seed, options.jobs).save()
    rows = [(stage, load(stage.name, sources_key(stage.reads))) for stage in STAGES]
    show(rows)
    if options.docs:
        write_docs(rows, Path("docs/verification.md"))
    return int(any(not record.is_good for stage, record in rows if record is not None and stage in stages))


if __name__ == "__main__":
    sys.exit(main())
