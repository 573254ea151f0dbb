"""Reading and writing the files of the command line; nothing is ever left half written."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from accord.cli.errors import Failure

HEX_DIGITS = 8


def read_text(path: Path) -> str:
    """Return the file's text; Failure where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: not a text file: byte {error.start} is not UTF-8") from None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    write_whole(path, lambda stream: stream.write(text.encode()))


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write beside ``path``, then rename: a reader sees the old file or the whole new one."""
    part: Path | None = None
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            part = Path(stream.name)
            write(stream)
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)  # a temporary file is its owner's alone; the result is a file like any other
        part.replace(path)
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def check_output(path: Path, *read: Path) -> None:
    """Refuse, before any work, an output that could not be written or would replace what is read."""
    if path.exists() and not path.is_file():
        raise Failure(f"{path}: is no file that could be replaced; name another")
    if path.exists() and any(path.samefile(one) for one in read):
        raise Failure(f"{path}: is read as well; give the output another name")
    if not path.parent.is_dir():
        raise Failure(f"{path}: cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise Failure(f"{path}: cannot be written: the folder {path.parent} does not allow it")


def format_hex(words: Iterable[int]) -> str:
    """Return a word a line, eight hexadecimal digits each, as Verilog's ``$readmemh`` takes it."""
    return "".join(f"{word:0{HEX_DIGITS}x}\n" for word in words)


def parse_hex(text: str, name: str) -> list[int]:
    """Return the words of ``format_hex``; ``//`` begins a comment. Failure, naming line and column, otherwise."""
    words = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.partition("//")[0]
        word = code.strip()
        if not word:
            continue
        if len(word) != HEX_DIGITS or not set(word) <= set("0123456789abcdefABCDEF"):
            column = len(code) - len(code.lstrip()) + 1
            raise Failure(f"{name}:{number}:{column}: {word!r}: expected a word of {HEX_DIGITS} hexadecimal digits")
        words.append(int(word, 16))
    return words
