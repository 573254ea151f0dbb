"""Distributions for calibration: what networks have, what they should not have, and what is hardly data at all."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIZE = 20_000


def _hardswish(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x * np.clip(x + 3, 0, 6) / 6


Draw = Callable[[np.random.Generator], NDArray[np.float64]]

LIGHT: dict[str, Draw] = {
    "normal": lambda rng: rng.normal(0, 1, SIZE),
    "shifted normal": lambda rng: rng.normal(100, 1, SIZE),
    "uniform": lambda rng: rng.uniform(-1, 3, SIZE),
    "laplace": lambda rng: rng.laplace(0, 1, SIZE),
    "relu": lambda rng: np.maximum(rng.normal(0, 1, SIZE), 0),
    "relu6": lambda rng: np.clip(rng.normal(2, 4, SIZE), 0, 6),
    "hardswish": lambda rng: _hardswish(rng.normal(0, 2, SIZE)),
    "hardsigmoid": lambda rng: np.clip(rng.normal(0, 3, SIZE) / 6 + 0.5, 0, 1),
    "softmax": lambda rng: (lambda e: (e / e.sum(1, keepdims=True)).ravel())(
        np.exp(rng.normal(0, 1, (SIZE // 10, 10)))
    ),
    "negative": lambda rng: -rng.exponential(1, SIZE),
    "two humps": lambda rng: np.append(rng.normal(-5, 0.1, SIZE // 2), rng.normal(9, 0.2, SIZE // 2)),
    "bits": lambda rng: rng.integers(0, 2, SIZE).astype(np.float64),
    "bytes": lambda rng: rng.integers(0, 256, SIZE) / 255,
    "rarely not zero": lambda rng: rng.normal(0, 1, SIZE) * (rng.random(SIZE) < 1e-3),
    "small": lambda rng: rng.normal(0, 1e-20, SIZE),
    "large": lambda rng: rng.normal(0, 1e30, SIZE),
}
"""With light tails: every method keeps what matters of them."""

HEAVY: dict[str, Draw] = {
    "student": lambda rng: rng.standard_t(2, SIZE),
    "cauchy": lambda rng: rng.standard_cauchy(SIZE),
    "lognormal": lambda rng: rng.lognormal(0, 1.5, SIZE),
    "outliers": lambda rng: np.append(rng.normal(0, 1, SIZE), [300, -700]),
}
"""With tails that some methods cut off, as they are meant to."""

DEGENERATE: dict[str, Draw] = {
    "zeros": lambda rng: np.zeros(SIZE),
    "ones": lambda rng: np.ones(SIZE),
    "one number": lambda rng: np.full(SIZE, -3.7),
    "one value": lambda rng: np.array([0.3]),
    "one zero": lambda rng: np.array([-0.0]),
    "two values": lambda rng: np.array([-1.0, 2.0]),
    "one that is not zero": lambda rng: np.append(np.zeros(SIZE), 5.0),
    "least number": lambda rng: np.full(SIZE, 2.0**-149),
    "subnormal": lambda rng: rng.normal(0, 1e-41, SIZE),
    "nearly subnormal": lambda rng: rng.normal(0, 1e-38, SIZE),
    "largest numbers": lambda rng: rng.choice([-3e38, 3e38], SIZE),
    "all magnitudes": lambda rng: rng.choice([-1, 1], SIZE) * 2.0 ** rng.uniform(-149, 127, SIZE),
}

SAMPLES: dict[str, Draw] = {**LIGHT, **HEAVY, **DEGENERATE}
