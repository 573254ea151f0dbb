"""FP32 operands, as bit patterns, where arithmetic goes wrong."""

import itertools

import numpy as np

_POSITIVE = (
    0x00000000,  # zero
    0x00000001,  # least subnormal
    0x00400000,  # half the least normal
    0x007FFFFF,  # largest subnormal
    0x00800000,  # least normal
    0x00800001,
    0x33800000,  # 2^-24
    0x3EFFFFFF,  # below a half
    0x3F000000,  # a half
    0x3F7FFFFF,  # below one
    0x3F800000,  # one
    0x3F800001,  # above one
    0x3FC00000,  # one and a half
    0x4B800000,  # 2^24
    0x7F7FFFFF,  # largest
    0x7F800000,  # infinity
    0x7FC00000,  # quiet NaN
    0x7FE12345,  # quiet NaN with a payload
    0x7F800001,  # signalling NaN
    0x7FA00000,  # signalling NaN with another payload
)
CORNERS = np.array([bits | sign for bits in _POSITIVE for sign in (0, 1 << 31)], np.uint32)


def corner_triples():
    """Every triple of corners: three uint32 arrays."""
    return tuple(np.array(list(itertools.product(CORNERS, repeat=3)), np.uint32).T.copy())


def _floats(random, n, exponents, fraction_bits=23):
    """FP32 patterns with biased exponents in a range, and that many random leading fraction bits."""
    low, high = exponents
    fraction = random.integers(0, 1 << fraction_bits, n, dtype=np.uint32) << np.uint32(23 - fraction_bits)
    exponent = random.integers(low, high + 1, n, dtype=np.uint32) << np.uint32(23)
    return random.integers(0, 2, n, dtype=np.uint32) << np.uint32(31) | exponent | fraction


def _cancelling(random, n):
    """c within two units of the last place of -(a * b)."""
    a, b = _floats(random, n, (90, 160)), _floats(random, n, (90, 160))
    product = a.view(np.float32).astype(np.float64) * b.view(np.float32)
    c = (-product).astype(np.float32).view(np.uint32)
    return a, b, c + random.integers(-2, 3, n).astype(np.uint32)


def _ties(random, n):
    """Products of 25 significant bits, many of them ties, and nothing, or next to nothing, to add."""
    a, b = _floats(random, n, (100, 150), 11), _floats(random, n, (100, 150), 12)
    c = random.choice(np.array([0, 1 << 31, 1, 0x80000001, 0x20000000, 0xA0000000], np.uint32), n)
    return a, b, c


def _halfway_addends(random, n):
    """c = 1.xxx, a * b near half a unit of its last place, in either sign."""
    c = _floats(random, n, (127, 127))
    a, b = _floats(random, n, (115, 115), 2), _floats(random, n, (114, 116), 2)
    return a, b, c


def _small(random, n):
    """Results around the least normal and below."""
    return _floats(random, n, (40, 80)), _floats(random, n, (20, 75)), _floats(random, n, (0, 4))


def _small_products(random, n):
    a = _floats(random, n, (40, 64))
    b = _floats(random, n, (40, 64))
    return a, b, np.where(random.integers(0, 2, n) == 0, np.uint32(0), _floats(random, n, (0, 1)))


def _edge_of_normal(random, n):
    """Products within a few units of 2^-126, where underflow is decided after rounding."""
    near_one = np.uint32(0x3F800000) + random.integers(-8, 8, n).astype(np.uint32)
    least = np.uint32(0x00800000) + random.integers(-8, 8, n).astype(np.uint32)
    tiny = random.choice(np.array([0, 1, 2, 0x80000001], np.uint32), n)
    return near_one, least, tiny


def _large(random, n):
    """Results around overflow."""
    return _floats(random, n, (180, 200)), _floats(random, n, (180, 200)), _floats(random, n, (250, 254))


def _anything(random, n):
    return tuple(random.integers(0, 1 << 32, n, dtype=np.uint32) for _ in range(3))


def _special(random, n):
    """Corners, infinities and NaNs often, among ordinary numbers."""
    ordinary = _floats(random, 3 * n, (0, 255))
    chosen = np.where(random.integers(0, 2, 3 * n) == 0, random.choice(CORNERS, 3 * n), ordinary)
    return tuple(chosen.reshape(3, n))


def _like_quantization(random, n):
    """An accumulator, a scale and a zero point."""
    acc = random.integers(-(1 << 24), 1 << 24, n).astype(np.float32).view(np.uint32)
    scale = _floats(random, n, (100, 125)) & np.uint32(0x7FFFFFFF)
    return acc, scale, random.integers(-128, 128, n).astype(np.float32).view(np.uint32)


KINDS = (
    _anything,
    _cancelling,
    _ties,
    _halfway_addends,
    _small,
    _small_products,
    _edge_of_normal,
    _large,
    _special,
    _like_quantization,
)


def random_triples(seed, n_each):
    """``n_each`` triples of each kind: three uint32 arrays."""
    random = np.random.default_rng(seed)
    parts = [kind(random, n_each) for kind in KINDS]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def random_floats(seed, n):
    """Numbers of all magnitudes, and as many around the integers of 8, 16 and 32 bits and their halves."""
    random = np.random.default_rng(seed)
    anything = random.integers(0, 1 << 32, n, dtype=np.uint32)
    limits = random.choice(np.array([2.0, 128.0, 256.0, 32768.0, 65536.0, 2.0**24, 2.0**31, 2.0**32]), n)
    spread = (random.uniform(-1.1, 1.1, n) * limits).astype(np.float32)
    halves = (random.integers(-70000, 70000, n) / 2).astype(np.float32)
    neighbours = halves.view(np.uint32) + random.integers(-1, 2, n).astype(np.uint32)
    near_limits = (random.choice([-1.0, 1.0], n) * limits).astype(np.float32).view(np.uint32)
    near_limits += random.integers(-3, 4, n).astype(np.uint32)
    return np.concatenate([anything, spread.view(np.uint32), halves.view(np.uint32), neighbours, near_limits])
