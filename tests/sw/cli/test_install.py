"""Advice on what to install: into the Python that runs, in words that a shell takes."""

import sys

from accord.cli.install import install


def test_a_python_below_the_current_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert install("sim") == ".venv/bin/python -m pip install '.[sim]' in a clone of accord"


def test_a_python_elsewhere_in_a_folder_with_a_space(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", "/opt/a b/python")
    assert install("onnx") == "'/opt/a b/python' -m pip install '.[onnx]' in a clone of accord"
