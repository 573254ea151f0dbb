"""``pytest -p tests.emulated.plugin --target cortex-a53 tests/sw/kernels/...``: the tests of the kernels on a target.

Loaded before any test, it imports ``accord.kernels`` a second time, over ``core`` in the place of the extension.
"""

import importlib
import sys

import pytest

from . import core
from .targets import TARGETS, start


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--target", choices=list(TARGETS), required=True, help="the processor to emulate")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.option.markexpr = config.option.markexpr or "not nightly"
    host = importlib.import_module("accord.kernels._core")
    for name in [name for name in sys.modules if name.startswith("accord.kernels")]:
        del sys.modules[name]
    sys.modules["accord.kernels._core"] = core
    target = TARGETS[config.getoption("--target")]
    core.connect(start(target), host, [*target.tested])
    kernels = importlib.import_module("accord.kernels")
    assert kernels.Matmul.__mro__[1] is core.Matmul


def _lacks_parameters(item: pytest.Item) -> bool:
    """Tell whether pytest would skip it, because the target has no implementation of its own to try."""
    return any("got empty parameter set" in mark.kwargs.get("reason", "") for mark in item.iter_markers("skip"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    without = [item for item in items if _lacks_parameters(item)]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def pytest_report_header(config: pytest.Config) -> str:
    return f"target {config.getoption('--target')}: runs {' '.join(core.available())}"


def _lines(config: pytest.Config) -> dict[str, int]:
    """Return how often each implementation of the target ran; it may be 0."""
    tested = TARGETS[config.getoption("--target")].tested
    own = {(operation, isa) for operation in core.OPERATIONS for isa in tested}
    return {
        f"{operation} {isa}": core.ran[operation, isa]
        for operation, isa in sorted(own)
        if core.implementation(operation, isa) == isa
    }


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["ran"] = list(core.ran.items())
        return
    if session.exitstatus == pytest.ExitCode.OK and 0 in _lines(config).values():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Add what a worker of pytest-xdist ran."""
    for key, count in getattr(node, "workeroutput", {}).get("ran", []):
        core.ran[tuple(key)] += count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = _lines(config)
    terminalreporter.write_line(f"calls on {config.getoption('--target')}, equal to scalar here:")
    for name, count in lines.items():
        terminalreporter.write_line(f"  {name}: {count}" + ("" if count else "  NEVER RAN: a failure"))
