"""Rules of every test run: nightly tests only on request, and a skip nobody planned is a failure."""

import os
import secrets
from collections.abc import Generator

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.markexpr:
        config.option.markexpr = "not nightly"
    # drawn once: every test, in every process, is to use the seed that the header shows
    if os.environ.get("ACCORD_SEED") == "random":
        os.environ["ACCORD_SEED"] = str(secrets.randbits(31))


def pytest_report_header() -> str:
    return f"ACCORD_SEED={os.environ.get('ACCORD_SEED', 'default')}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as ``compared``: how much a green co-simulation has seen."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "compared":
                terminalreporter.write_line(str(value))


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
