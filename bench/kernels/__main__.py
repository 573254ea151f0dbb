"""accord's kernels beside ONNX Runtime, oneDNN, PyTorch and NumPy, interleaved, on one processor.

Prints a table, writes build/bench.json and a picture of it. ``--only WORD,WORD``: the cases whose ids have such a word.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from accord.sim.seed import seed
from bench.kernels.bounds import bandwidths
from bench.kernels.build import ROOT, native
from bench.kernels.cases import CALL, CASES, IDS, Case
from bench.kernels.measure import ROUNDS, Result
from bench.kernels.page import PAGE, markdown, put
from bench.kernels.picture import draw
from bench.kernels.report import as_json, notes, table
from bench.kernels.session import machine, missing, one_processor, run
from bench.processor import header

JSON = ROOT / "build" / "bench.json"
WIDTH = 170
"""Of the table in a file."""
PICTURE = ROOT / "build" / "kernels.svg"


def measured(
    cases: Sequence[Case], number: int, rounds: int, console: Console
) -> tuple[list[Result], dict[str, float]]:
    """Return the results, and GB/s of reading, with a bar that shows how far it is."""
    with console.status("building the native half"):
        native()
    columns = TextColumn("{task.description:24}"), BarColumn(), TimeRemainingColumn()
    results: list[Result] = []
    with one_processor(), Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(cases) * rounds)
        reading = bandwidths()
        for case in cases:
            progress.update(task, description=case.id)
            results += run([case], number, rounds, lambda: progress.advance(task))
    return results, reading


def write(results: Sequence[Result], reading: dict[str, float], number: int, docs: bool) -> list[str]:
    """Write the files of a run; return the lines below its table."""
    about, below = machine(), notes(results, reading, missing())
    whole = {"machine": about, "seed": number, "read_gb_per_s": reading, "notes": below}
    JSON.write_text(json.dumps(whole | {"cases": [as_json(result) for result in results]}, indent=1) + "\n")
    draw(results, PICTURE)
    if docs:
        versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
        put(markdown(results, reading, [f"one core of: {about['processor']}; {versions}", *below]), PAGE)
        shutil.copy(PICTURE, PAGE.with_suffix(".svg"))
    return [*below, f"written: {JSON.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}; seed {number}"]


def main() -> int:
    """Measure the cases asked for; return 1 where there is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernels", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="parts of the ids of cases, separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--docs", action="store_true", help="put table and picture into docs/ as well")
    options = parser.parse_args()
    cases = [case for case in (*CASES, CALL) if any(word in case.id for word in options.only.split(","))]
    if not cases:
        print(f"no case has {options.only!r} in its id; cases: {', '.join(IDS)}", file=sys.stderr)
        return 1
    if options.docs and (options.only or missing()):
        print(f"the page wants every case and every peer; not installed: {missing()}", file=sys.stderr)
        return 1
    number = seed()
    print(header())
    results, reading = measured(cases, number, options.rounds, Console(stderr=True))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table(results, reading))
    for line in write(results, reading, number, options.docs):
        console.print(line, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
