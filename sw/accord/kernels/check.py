"""Checks of arguments: each names the argument and says what was expected."""

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

ByteArray = NDArray[np.int8] | NDArray[np.uint8]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
LARGEST_EXTENT = 2**20
"""Of kernels, strides, dilations and paddings: products of two of them stay far inside 64 bits."""
LARGEST_WINDOW = 2**23
"""Taps of a kernel: the sum of as many bytes stays inside 32 bits."""


def integer(name: str, value: Any, low: int, high: int) -> int:
    """Return an integer in [low, high]. TypeError for another type, bool included; ValueError outside."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{name}: expected an integer from {low} to {high}, got {value}")
    return int(value)


def byte_dtype(name: str, dtype: DTypeLike) -> bool:
    """Return whether a dtype is int8 rather than uint8. TypeError for any other."""
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected int8 or uint8, got {dtype!r}") from None
    if found not in (np.int8, np.uint8):
        raise TypeError(f"{name}: expected int8 or uint8, got {found}")
    return found == np.int8


def same_dtype(name: str, value: Any, dtype: np.dtype[Any]) -> None:
    """Raise TypeError unless a value is a NumPy array of this dtype."""
    if not isinstance(value, np.ndarray) or value.dtype != dtype:
        raise TypeError(
            f"{name}: expected a NumPy array of {dtype}, got {getattr(value, 'dtype', type(value).__name__)}"
        )


def byte_range(is_signed: bool) -> tuple[int, int]:
    """Return the least and the largest value of int8, or of uint8."""
    return (-128, 127) if is_signed else (0, 255)


def zero_point(name: str, value: Any, is_signed: bool) -> int:
    """Return a zero point of int8 or uint8 data."""
    return integer(name, value, *byte_range(is_signed))


def array(name: str, value: Any, dtype: type[np.generic], axes: int) -> NDArray[Any]:
    """Return a C-contiguous, aligned array of exactly this dtype. TypeError for another, ValueError for other axes."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array of {np.dtype(dtype)}, got {type(value).__name__}")
    if value.dtype != np.dtype(dtype):
        raise TypeError(f"{name}: expected dtype {np.dtype(dtype)}, got {value.dtype}")
    if value.ndim != axes:
        raise ValueError(f"{name}: expected {axes} axes, got shape {value.shape}")
    return np.require(value, requirements=["C", "A"])


def bias_array(value: NDArray[np.int32] | None, channels: int) -> NDArray[np.int32]:
    """Return the bias, zeros for None. ValueError unless it has an entry a channel."""
    if value is None:
        return np.zeros(channels, np.int32)
    bias = array("bias", value, np.int32, 1)
    if bias.shape != (channels,):
        raise ValueError(f"bias: expected shape ({channels},), one a channel, got {bias.shape}")
    return bias


def scales(name: str, value: ArrayLike, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Return one scale, or a row of them, as ``dtype``. ValueError where one is not finite and positive."""
    try:
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "iufO":  # of objects, those that become floats
            raise TypeError
        with np.errstate(over="ignore", under="ignore"):  # the check below names what came of it
            found = numbers.astype(dtype)
    except OverflowError:
        raise ValueError(f"{name}: every value must be finite and positive, got one that no float can hold") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected numbers, got {type(value).__name__}") from None
    if found.ndim > 1:
        raise ValueError(f"{name}: expected one number or one a channel, got shape {found.shape}")
    wrong = found[~(np.isfinite(found) & (found > 0))]
    if wrong.size:
        raise ValueError(f"{name}: every value must be finite and positive, got {wrong.flat[0]}")
    return found


def scale(name: str, value: Any) -> np.float32:
    """Return one float32 scale. ValueError unless it is finite and positive."""
    found = scales(name, value, np.float32)
    if found.ndim:
        raise ValueError(f"{name}: expected one number, got shape {found.shape}")
    return np.float32(found)


def is_row(value: Any) -> TypeGuard[Sequence[Any] | NDArray[Any]]:
    """Return whether a value has a length and entries, a string being none."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def pair(name: str, value: int | Sequence[int], low: int) -> tuple[int, int]:
    """Return (height, width) from one integer or two."""
    numbers = [value, value] if isinstance(value, int | np.integer) else value
    if not is_row(numbers):
        raise TypeError(f"{name}: expected an integer or two, got {type(value).__name__}")
    if len(numbers) != 2:
        raise ValueError(f"{name}: expected an integer or two (height, width), got {len(numbers)}")
    return integer(name, numbers[0], low, LARGEST_EXTENT), integer(name, numbers[1], low, LARGEST_EXTENT)


def kernel(name: str, size: tuple[int, int]) -> tuple[int, int]:
    """Return a kernel's height and width. ValueError where one is zero, or their product too large."""
    if not 0 < size[0] * size[1] <= LARGEST_WINDOW:
        raise ValueError(f"{name}: expected a kernel of 1 to {LARGEST_WINDOW} taps, got {size[0]}x{size[1]}")
    return size


def identifier(name: str, value: str) -> str:
    """Return a name. TypeError for anything but a string; ValueError for one that is no name."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    if not (value.isascii() and value.isidentifier()):
        raise ValueError(f"{name}: expected a name, got {value!r}")
    return value


def name_or_empty(name: str, value: str | None) -> str:
    """Return a name, empty for None. TypeError and ValueError as :func:`identifier` raises them."""
    return "" if value is None else identifier(name, value)
