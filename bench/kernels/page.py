"""A run as a part of a page: a Markdown table, and what stands below it."""

from collections.abc import Sequence
from pathlib import Path

from bench.kernels.build import ROOT
from bench.kernels.cases import CALL
from bench.kernels.measure import Result
from bench.kernels.report import of_peak, peer, stands

PAGE = ROOT / "docs" / "kernels.md"
BEGIN, END = "<!-- begin: make bench DOCS=1 -->\n", "<!-- end -->\n"
HEAD = (
    "| case | us | GOPS | of peak | best INT8 peer | ratio | best FP32 peer | ratio | targets |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def _row(result: Result) -> str:
    ours = result.ours
    gops = "" if result.case == CALL else f"{result.gops(ours):.0f}"
    cells = f"`{result.case.id}`", f"{result.median(ours) * 1e6:.2f}", gops, of_peak(result)
    return f"| {' | '.join((*cells, *peer(result, 'INT8'), *peer(result, 'FP32'), '; '.join(stands(result))))} |\n"


def markdown(results: Sequence[Result], below: Sequence[str]) -> str:
    """Return the table and the notes."""
    return HEAD + "".join(map(_row, results)) + "".join(f"\n{line}\n" for line in below)


def put(text: str, page: Path, first: str = BEGIN, last: str = END) -> None:
    """Replace what stands between two lines of a page. ValueError where it has none."""
    before, begin, rest = page.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{page}: expected the lines {first.strip()} and {last.strip()}")
    page.write_text(f"{before}{first}\n{text}\n{last}{after}")
