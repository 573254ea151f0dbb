"""The stages of the long runs: together all tests, and what passed is run again only where its sources changed."""

import subprocess
import sys

import pytest
from tests.emulated.targets import ON_TARGET
from tests.nightly import record
from tests.nightly.record import Record, cases_of, load, sources_key
from tests.nightly.report import table
from tests.nightly.stages import STAGES, Stage

ROOT = record.ROOT
STAGE = Stage("one", "a stage", ("here",), ())


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Return a repository of one folder, which the record is kept beside."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(record, "ROOT", tmp_path)
    monkeypatch.setattr(record, "FOLDER", tmp_path / "kept")
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "source.py").write_text("1")
    return tmp_path


def made(**given):
    return Record(**{"stage": "one", "key": "k", "seed": 1, "cases": 3, "failed": 0, "seconds": 61.0, **given})


def test_what_passed_counts_until_its_sources_change(repository):
    made(key=sources_key(STAGE.reads)).save()
    (repository / "there" / "source.py").write_text("2")
    assert load("one", sources_key(STAGE.reads)) == made(key=sources_key(STAGE.reads))
    (repository / "here" / "source.py").write_text("2")
    assert load("one", sources_key(STAGE.reads)) is None
    assert load("another", sources_key(STAGE.reads)) is None


@pytest.mark.parametrize(("cases", "failed", "good"), [(3, 0, True), (3, 1, False), (0, 0, False)])
def test_a_stage_without_cases_has_not_passed(cases, failed, good):
    assert made(cases=cases, failed=failed).is_good is good


def test_skipped_cases_count_as_failed(tmp_path):
    parts = [
        '<testcase name="a"/>',
        '<testcase name="b"><skipped/></testcase>',
        '<testcase name="c"><error/></testcase>',
    ]
    (tmp_path / "results.xml").write_text(f"<testsuites><testsuite>{''.join(parts)}</testsuite></testsuites>")
    assert cases_of(tmp_path / "results.xml") == (3, 2)


def test_the_report_tells_what_ran_and_what_did_not():
    others = [Stage("two", "another", (), ()), Stage("three", "a third", (), ())]
    rows = [(STAGE, made()), (others[0], None), (others[1], made(cases=0, failed=1))]
    assert table(rows).splitlines()[2:] == [
        "| one | a stage | 3 | 1 min 01 s | passed |",
        "| two | another |  |  | not run |",
        "| three | a third | 0 | 1 min 01 s | no case ran: a failure |",
        "| all | | 3 | 2 min 02 s | 2 of 3 stages |",
    ]


def test_every_folder_that_a_stage_reads_exists(root):
    missing = {name for stage in STAGES for name in (*stage.reads, *record.ALWAYS) if not (root / name).exists()}
    assert missing == set()
    assert len({stage.name for stage in STAGES}) == len(STAGES)


def collected(*arguments):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line for line in listing.splitlines() if "::" in line}


@pytest.mark.nightly
def test_every_long_test_is_of_a_stage():
    """Those of the targets apart, which their plugin collects."""
    stages = [stage for stage in STAGES if stage.is_pytest and "--target" not in stage.arguments]
    found = set().union(*(collected(*stage.arguments) for stage in stages))
    wanted = collected("-m", "nightly or emulated", "tests", "--ignore", ON_TARGET[-1])
    assert len(wanted) > 1000
    assert wanted - found == set()
