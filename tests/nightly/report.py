"""The report of a nightly run: what ran, how many cases, how long; printed, and as a table of a page."""

from collections.abc import Sequence
from pathlib import Path

from tests.nightly.record import ROOT, Record
from tests.nightly.stages import Stage

BEGIN, END = "<!-- begin: make nightly DOCS=1 -->", "<!-- end: nightly -->"
Rows = Sequence[tuple[Stage, Record | None]]


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def _result(record: Record | None) -> str:
    if record is None:
        return "not run"
    if record.cases == 0:
        return "no case ran: a failure"
    return f"{record.failed:,} failed" if record.failed else "passed"


def table(rows: Rows) -> str:
    """Return the report in Markdown."""
    lines = ["| stage | what | cases | time | result |", "|---|---|---|---|---|"]
    for stage, record in rows:
        cases, time = (f"{record.cases:,}", _minutes(record.seconds)) if record else ("", "")
        lines.append(f"| {stage.name} | {stage.what} | {cases} | {time} | {_result(record)} |")
    found = [record for _, record in rows if record]
    cases, seconds = sum(record.cases for record in found), sum(record.seconds for record in found)
    lines.append(f"| all | | {cases:,} | {_minutes(seconds)} | {len(found)} of {len(rows)} stages |")
    return "\n".join(lines)


def show(rows: Rows) -> None:
    """Print the report."""
    print(f"\n{table(rows)}\n\nseeds: {', '.join(sorted({str(record.seed) for _, record in rows if record}))}")


def write_docs(rows: Rows, page: Path) -> None:
    """Put the report between the page's marks. ValueError where it has none."""
    text = (ROOT / page).read_text()
    first, last = text.index(BEGIN) + len(BEGIN), text.index(END)
    (ROOT / page).write_text(f"{text[:first]}\n\n{table(rows)}\n\n{text[last:]}")
