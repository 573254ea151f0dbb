"""Checks of what a host hands to an NPU, for every implementation of the host interface; none computes."""

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.isa.config import Config
from accord.isa.machine import ProgramTooLongError

BYTES = (np.dtype(np.int8), np.dtype(np.uint8))
"""What ``ext_write_vx`` and ``write_scratchpad`` take."""
WORDS = (np.dtype(np.int32), np.dtype(np.uint32), np.dtype(np.float32))
"""What ``ext_write_vr`` takes."""


def as_rows(
    values: npt.ArrayLike, name: str, *, k: int, dtypes: tuple[np.dtype[Any], ...]
) -> npt.NDArray[np.signedinteger[Any]]:
    """Return ``values``, (K,) or (n, K), as a contiguous (n, K) int8 or int32 array of the same bits.

    ``name`` is the argument's name for the messages; ``dtypes`` what is accepted (BYTES or WORDS). Raises
    TypeError for any other dtype, ValueError for any other shape.
    """
    array = np.asarray(values)
    if array.dtype not in dtypes:
        accepted = ", ".join(dtype.name for dtype in dtypes)
        raise TypeError(f"{name}: dtype {array.dtype}, expected {accepted}; convert with numpy.asarray(..., dtype)")
    if array.ndim not in (1, 2) or array.shape[-1] != k:
        raise ValueError(f"{name}: shape {array.shape}, expected ({k},) or (n, {k}) for K={k}")
    rows: npt.NDArray[np.signedinteger[Any]] = np.ascontiguousarray(array.reshape(-1, k)).view(f"i{array.itemsize}")
    return rows


def as_first(index: int, name: str, *, rows: int, count: int) -> int:
    """Return ``index`` as an int where ``rows`` elements from it on lie inside 0 to ``count`` - 1.

    Raises TypeError where it is not an integer, IndexError, naming the argument ``name``, where one lies
    outside.
    """
    first = _as_integer(index, name)
    if not 0 <= first <= first + rows - 1 < count:
        what = f"{first}" if rows == 1 else f"{first}..{first + rows - 1} ({rows} rows)"
        raise IndexError(f"{name}: {what} outside 0..{count - 1}")
    return first


def as_words(program: Iterable[int], config: Config) -> list[int]:
    """Return the words of ``program``, a ``Program`` or any iterable of integers, as ints.

    Raises ProgramTooLongError where they do not fit the program memory, TypeError or ValueError, naming the
    address, for a word that is not an integer in 0..2^32 - 1.
    """
    words = [_as_integer(word, f"program word {address}") for address, word in enumerate(program)]
    for address, word in enumerate(words):
        if not 0 <= word <= 0xFFFFFFFF:
            raise ValueError(f"program word {address}: {word:#x} outside 0..0xffffffff")
    if len(words) > config.program_words:
        raise ProgramTooLongError(
            f"program of {len(words)} words does not fit the program memory of {config.program_words}; "
            "shorten it, or raise Config.program_words"
        )
    return words


def as_tick_limit(max_ticks: int) -> int:
    """Return ``max_ticks`` as an int; TypeError or ValueError where it is not a positive integer."""
    limit = _as_integer(max_ticks, "max_ticks")
    if limit < 1:
        raise ValueError(f"max_ticks: {limit}, expected at least 1")
    return limit


def _as_integer(value: object, name: str) -> int:
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}: {value!r} is not an integer")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name}: {value!r} is not an integer") from None
