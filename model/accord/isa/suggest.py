"""The nearest known name, for error messages."""

import difflib
from collections.abc import Iterable


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest name in ``known``, or "" where none is near."""
    nearest = difflib.get_close_matches(found, sorted(known), n=1)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""
