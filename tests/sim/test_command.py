"""How reports have the command called: in words that a shell runs, wherever it is installed."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from accord.sim.command import accord


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the current directory one with a Python and an ``accord`` that tells its arguments; return their folder."""
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "accord").write_text('#!/bin/sh\necho "ran $*"\n')
    (folder / "accord").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.chdir(tmp_path)
    return folder


def ran() -> str:
    return subprocess.run(f"{accord()} cosim a.s", shell=True, check=True, capture_output=True, text=True).stdout


def test_the_command_of_a_virtual_environment_that_is_not_on_path(installed):
    assert accord() == ".venv/bin/accord"
    assert ran() == "ran cosim a.s\n"


def test_the_command_on_path(installed, monkeypatch):
    monkeypatch.setenv("PATH", str(installed), prepend=os.pathsep)
    assert accord() == "accord"
    assert ran() == "ran cosim a.s\n"


def test_another_installation_on_path_is_not_called(installed, tmp_path, monkeypatch):
    (tmp_path / "accord").write_text("#!/bin/sh\necho another\n")
    (tmp_path / "accord").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert ran() == "ran cosim a.s\n"


def test_a_folder_elsewhere_with_a_space(installed, tmp_path, monkeypatch):
    installed.rename(tmp_path / "a b")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "a b" / "python"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert shlex.split(accord()) == [str(tmp_path / "a b" / "accord")]
    assert ran() == "ran cosim a.s\n"
