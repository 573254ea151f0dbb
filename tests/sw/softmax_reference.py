"""The softmax program's steps in plain NumPy float32, every K the same; and the softmax in double."""

import numpy as np

from . import exact_contracts as exact


def exponentials(scale: np.float32) -> np.ndarray:
    return np.exp(-np.arange(256) * np.float64(scale)).astype(np.float32)


def _fma(a: np.float32, b: np.float32, c: np.float32) -> np.float32:
    return np.float32(exact.fma(float(a), float(b), float(c)))


def fixed_order_sum(values: np.ndarray) -> np.float32:
    partial = np.zeros(64, np.float32)
    for i, value in enumerate(values):
        partial[i % 64] = np.float32(partial[i % 64] + value)
    half = 32
    while half:
        partial[:half] = partial[:half] + partial[half : 2 * half]
        half //= 2
    return partial[0]


def reciprocal(total: np.float32) -> np.float32:
    bits = np.uint32(0x7EF127EA) - np.float32(total).view(np.uint32)
    r = bits.view(np.float32)
    for _ in range(3):
        t = _fma(-total, r, np.float32(1))
        r = _fma(r, t, r)
    return r


def softmax(q: np.ndarray, scale: np.float32) -> np.ndarray:
    """(n,) int8 to (n,) int8: scale 1/256, zero point -128."""
    e = exponentials(scale)[int(q.max()) - q.astype(int)]
    r = np.float32(256) * reciprocal(fixed_order_sum(e))
    return np.clip(np.rint(e * r) - np.float32(128), -128, 127).astype(np.int8)


def in_double(q: np.ndarray, scale: np.float32) -> np.ndarray:
    """256 p in double."""
    e = np.exp((q.astype(int) - int(q.max())) * np.float64(scale))
    return 256 * e / e.sum()
