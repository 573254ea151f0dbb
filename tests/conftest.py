"""Rules of every run: nightly tests only where asked for, no unplanned skip passes, networks where they are."""

import os
import secrets
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from bench.witness import forced, tally

# read when NumPy is first imported: threads of small matrix products, in several test processes, wait for one another
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

NETWORKS = Path(os.environ.get("ACCORD_MODELS") or Path(__file__).resolve().parents[2] / "shared" / "models")
"""Where `.tflite` networks and their goldens lie: no part of this repository, docs/verification.md says whose."""


def pytest_configure(config: pytest.Config) -> None:
    _choose_processor()
    if not config.option.markexpr and not all("::" in argument for argument in config.args):
        config.option.markexpr = "not nightly and not emulated"
    # drawn once: every test, in every process, is to use the seed that the header shows
    if os.environ.get("ACCORD_SEED") == "random":
        os.environ["ACCORD_SEED"] = str(secrets.randbits(31))


def _choose_processor() -> None:
    """Have everything behave as on the processor that ACCORD_PROCESSOR names."""
    try:
        mask = forced.MASKS[forced.chosen()]
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    if mask:
        os.environ["ACCORD_CPU_MASK"] = mask


def pytest_report_header() -> str:
    processor = os.environ.get("ACCORD_PROCESSOR") or "this one"
    return f"ACCORD_SEED={os.environ.get('ACCORD_SEED', 'default')}, ACCORD_PROCESSOR={processor}"


def _wants_networks_in_vain() -> bool:
    """In CI networks have to be there: the tests stay, and fail."""
    return not NETWORKS.is_dir() and not os.environ.get("CI")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanting = [item for item in items if item.get_closest_marker("networks")]
    if wanting and _wants_networks_in_vain():
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]


@pytest.fixture(scope="session")
def networks() -> Path:
    """Return the folder of the networks; for tests marked ``networks``."""
    assert NETWORKS.is_dir(), f"no networks in {NETWORKS}: set ACCORD_MODELS to the folder that has them"
    return NETWORKS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as ``compared``, how much a green run has seen, and what it could not see."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "compared":
                terminalreporter.write_line(str(value))
    _print_witnesses(terminalreporter)
    if _wants_networks_in_vain():
        terminalreporter.write_line(f"no networks in {NETWORKS} (ACCORD_MODELS): tests of networks were deselected")


def _print_witnesses(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many elements each witness gave for tests to compare with, and on how many both were asked."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    total: Counter[str] = Counter()
    for report in reports:
        if getattr(report, "when", None) == "teardown":
            for name, value in report.user_properties:
                total.update(value if name == "witnesses" else {})
    if total:
        terminalreporter.write_line(
            f"witnesses: {tally.RUNTIME} {total[tally.RUNTIME]:,} elements, {tally.NUMPY} {total[tally.NUMPY]:,}, "
            f"both compared with one another {total[tally.BOTH]:,}; {total[tally.DIFFER]:,} differ"
        )


def _fail_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"unexpected skip, which counts as a failure: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_skip(report)
    return report
