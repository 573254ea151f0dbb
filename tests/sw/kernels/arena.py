"""Memory between two pages that nobody may touch: a kernel that reads or writes past its arrays dies."""

import ctypes
import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

PAGE = mmap.PAGESIZE
PROT_NONE = 0


class Arena:
    """One region; every array placed in it takes the place of the one before."""

    def __init__(self, size: int) -> None:
        pages = -(-size // PAGE)
        self._region = mmap.mmap(-1, (pages + 2) * PAGE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._region))
        libc = ctypes.CDLL(None, use_errno=True)
        for guard in (address, address + (pages + 1) * PAGE):
            if libc.mprotect(ctypes.c_void_p(guard), ctypes.c_size_t(PAGE), PROT_NONE) != 0:
                raise OSError(ctypes.get_errno(), "mprotect")
        self._bytes = np.frombuffer(self._region, np.uint8)[PAGE : (pages + 1) * PAGE]

    def empty(self, shape: tuple[int, ...], dtype: Any, *, at_end: bool) -> NDArray[Any]:
        """Return a C-contiguous array that touches one guard page: the one behind it, or the one before."""
        wanted = np.dtype(dtype)
        size = int(np.prod(shape)) * wanted.itemsize
        assert size <= self._bytes.size
        part = self._bytes[self._bytes.size - size :] if at_end else self._bytes[:size]
        return part.view(wanted).reshape(shape)

    def place(self, values: NDArray[Any], *, at_end: bool) -> NDArray[Any]:
        """Return a copy of an array that touches a guard page."""
        copy = self.empty(values.shape, values.dtype, at_end=at_end)
        copy[...] = values
        return copy
