"""How what a subcommand wants beside accord is installed."""

import shlex
import sys
from pathlib import Path


def install(extra: str) -> str:
    """Return the command that installs an extra into this Python; accord is on no index, so it is for a clone."""
    python, here = Path(sys.executable), Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    return f"{shlex.quote(str(shown))} -m pip install '.[{extra}]' in a clone of accord"
