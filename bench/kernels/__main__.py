"""accord's kernels beside ONNX Runtime, oneDNN, PyTorch and NumPy, interleaved, on one processor.

Prints a table, writes build/bench.json and a picture of it. ``--only WORD,WORD``: the cases whose ids have such a word.
"""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from accord.sim.seed import seed
from bench.kernels.bounds import bandwidths
from bench.kernels.build import ROOT, native
from bench.kernels.cases import CALL, CASES, IDS
from bench.kernels.measure import ROUNDS, Result
from bench.kernels.picture import draw
from bench.kernels.report import as_json, notes, table
from bench.kernels.session import machine, missing, one_processor, run

JSON = ROOT / "build" / "bench.json"
WIDTH = 240
"""Of the table in a file."""
PICTURE = ROOT / "build" / "kernels.svg"


def main() -> int:
    """Measure the cases asked for; return 1 where there is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernels", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="parts of the ids of cases, separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    cases = [case for case in (*CASES, CALL) if any(word in case.id for word in options.only.split(","))]
    if not cases:
        print(f"no case has {options.only!r} in its id; cases: {', '.join(IDS)}", file=sys.stderr)
        return 1
    console, errors = Console(width=None if sys.stdout.isatty() else WIDTH), Console(stderr=True)
    with errors.status("building the native half"):
        native()
    results: list[Result] = []
    columns = TextColumn("{task.description:24}"), BarColumn(), TimeRemainingColumn()
    number = seed()
    with one_processor() as processor, Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("", total=len(cases) * options.rounds)
        reading = bandwidths()
        for case, result in zip(cases, run(cases, number, options.rounds, lambda: progress.advance(task)), strict=True):
            progress.update(task, description=case.id)
            results.append(result)
        about = machine() | {"pinned_to": processor}
    below = notes(results, reading, missing())
    console.print(table(results))
    for line in below:
        console.print(line, highlight=False)
    whole = {"machine": about, "seed": number, "read_gb_per_s": reading, "notes": below}
    JSON.write_text(json.dumps(whole | {"cases": [as_json(result) for result in results]}, indent=1) + "\n")
    draw(results, PICTURE)
    console.print(f"written: {JSON.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}; seed {number}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
