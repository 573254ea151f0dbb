"""Calls of kernels, written down once and made by one call of Python."""

from accord.kernels import _core


class Calls(_core.Calls):
    """What prepared layers and functions are to do with arrays that stay where they are.

    >>> import numpy as np
    >>> from accord.kernels import Calls, lookup
    >>> x, y, table = np.arange(4, dtype=np.uint8), np.empty(4, np.uint8), np.arange(256, dtype=np.uint8)[::-1].copy()
    >>> calls = Calls()
    >>> with calls:
    ...     _ = lookup(x, table, out=y)
    >>> x[:] = 9
    >>> calls()
    >>> y
    array([246, 246, 246, 246], dtype=uint8)

    Inside ``with``, a call made by the same thread is checked and written down, but computes nothing: ``out`` is
    filled when the object is called, from what the inputs then hold. The arrays and layers are kept. ``len`` tells how
    many calls there are. The GIL is released while they are made. RuntimeError for one ``with`` inside another and for
    a call inside it; ValueError for :func:`dot`, which gives a number.
    """
