"""How the command ``accord`` is called from the shell that a report is read in."""

import shlex
import shutil
import sys
from pathlib import Path


def accord() -> str:
    """Return ``accord`` where PATH leads to this Python's, else the path of the one beside this Python."""
    beside = Path(sys.executable).with_name("accord")
    found = shutil.which("accord")
    if found and beside.exists() and beside.samefile(found):
        return "accord"
    here = Path.cwd()
    return shlex.quote(str(beside.relative_to(here) if beside.is_relative_to(here) else beside))
