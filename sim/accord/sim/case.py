"""A random test's input as one file: assembler text, with the state it starts from in comments.

``#!`` lines hold the configuration and the rows that are not zero, as hexadecimal bytes, lane 0 first; the rest is
the program. Such a file assembles like any other (without alias check), and ``accord cosim`` reruns it. A file without
``#!`` lines is a program that starts from zero, under the default configuration.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from accord.isa.assembler import assemble
from accord.isa.config import Config, ConfigError
from accord.isa.disassembler import disassemble_word
from accord.isa.word import Word

_FIELDS = ("k", "vx_count", "scratchpad_rows", "program_words")
_STATE = re.compile(r"#!\s*(vr|spad)\[(\d+)\]\s*=\s*([0-9a-f]+)\s*")
_CONFIG = re.compile(r"#!\s*config\s+(.*)")


class CaseError(ValueError):
    """A case file that cannot be read; names the file and the line."""


@dataclass(frozen=True, eq=False)
class Case:
    """A program, VR registers (L/4, K) uint32 and the first scratchpad rows (n, K) int8 that it starts from."""

    config: Config
    words: tuple[Word, ...]
    vr: npt.NDArray[np.uint32]
    scratchpad: npt.NDArray[np.int8]

    def with_words(self, words: list[Word]) -> "Case":
        """Return the same case with another program."""
        return replace(self, words=tuple(words))

    def text(self, note: str = "") -> str:
        """Return the case as assembler text that ``parse`` reads back; ``note`` becomes leading comments."""
        lines = [f"# {line}" for line in note.splitlines()]
        lines.append("#! config " + " ".join(f"{name}={getattr(self.config, name)}" for name in _FIELDS))
        for name, rows in (("vr", self.vr), ("spad", self.scratchpad)):
            lines += [f"#! {name}[{i}] = {row.tobytes().hex()}" for i, row in enumerate(rows) if row.any()]
        lines += [disassemble_word(word, self.config) for word in self.words]
        return "\n".join(lines) + "\n"


def parse(text: str, name: str = "<case>") -> Case:
    """Read a case back from its text. Raises CaseError for a ``#!`` line it does not understand."""
    config, state = Config(), []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#!"):
            continue
        if found := _CONFIG.fullmatch(line):
            config = _config(found[1], f"{name}:{number}")
        elif found := _STATE.fullmatch(line):
            if len(found[3]) % 2:
                raise CaseError(f"{name}:{number}: {found[1]}[{found[2]}]: an odd number of hexadecimal digits")
            state.append((number, found[1], int(found[2]), bytes.fromhex(found[3])))
        else:
            raise CaseError(f"{name}:{number}: expected '#! config k=...' or '#! vr[i] = hex' or '#! spad[i] = hex'")
    vr = np.zeros((config.vr_count, config.k), np.uint32)
    spad = np.zeros((config.scratchpad_rows, config.k), np.int8)
    for number, which, index, raw in state:
        rows = vr if which == "vr" else spad
        if index >= len(rows) or len(raw) != rows[0].nbytes:
            raise CaseError(
                f"{name}:{number}: {which}[{index}] holds {len(raw)} bytes; {len(rows)} rows of {rows[0].nbytes} exist"
            )
        rows[index] = np.frombuffer(raw, rows.dtype)
    return Case(config, assemble(text, config, alias="off", name=name).words, vr, spad)


def load(path: Path) -> Case:
    """Read a case from a file."""
    return parse(path.read_text(), str(path))


def _config(text: str, place: str) -> Config:
    values = dict(part.partition("=")[::2] for part in text.split())
    if set(values) - set(_FIELDS) or not all(value.isdecimal() for value in values.values()):
        raise CaseError(f"{place}: expected {' '.join(f'{field}=<number>' for field in _FIELDS)}")
    try:
        return Config(**{field: int(value) for field, value in values.items()})
    except ConfigError as error:
        raise CaseError(f"{place}: {error}") from None
