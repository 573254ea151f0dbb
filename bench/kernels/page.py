"""A run as a part of a page: a Markdown table, and what stands below it."""

from collections.abc import Sequence
from pathlib import Path

from bench.kernels.build import ROOT
from bench.kernels.cases import CALL
from bench.kernels.measure import Result
from bench.kernels.report import least, of_peak, peer, stands

PAGE = ROOT / "docs" / "kernels.md"
BEGIN, END = "<!-- begin: make bench DOCS=1 -->\n", "<!-- end -->\n"
HEAD = (
    "| case | us | by peak | by bytes | GOPS | of peak | best INT8 peer | ratio | best FP32 peer | ratio | targets |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def _row(result: Result, reading: dict[str, float]) -> str:
    ours = result.ours
    gops = "" if result.case == CALL else f"{result.gops(ours):.0f}"
    us = f"{result.median(ours) * 1e6:.2f}", *least(result, reading)
    cells = f"`{result.case.id}`", *us, gops, of_peak(result)
    return f"| {' | '.join((*cells, *peer(result, 'INT8'), *peer(result, 'FP32'), '; '.join(stands(result))))} |\n"


def markdown(results: Sequence[Result], reading: dict[str, float], below: Sequence[str]) -> str:
    """Return the table and the notes."""
    return HEAD + "".join(_row(result, reading) for result in results) + "".join(f"\n{line}\n" for line in below)


def put(text: str, page: Path, first: str = BEGIN, last: str = END) -> None:
    """Replace what stands between two lines of a page. ValueError where it has none."""
    before, begin, rest = page.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{page}: expected the lines {first.strip()} and {last.strip()}")
    page.write_text(f"{before}{first}\n{text}\n{last}{after}")
