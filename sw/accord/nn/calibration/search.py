"""Search along a range: coarse, then finer about the best, always in the same order."""

from collections.abc import Callable

import numpy as np

RATIO = 2.0**-0.5
COARSE = RATIO ** np.arange(21.0)
"""From 1 down to 2^-10."""
FINE = 8
ROUNDS = 2


def best_fraction(cost: Callable[[float], float]) -> float:
    """Return the fraction in [2^-10, 1] of the least cost among those tried; the larger of two that are as good."""
    best = min(COARSE.tolist(), key=cost)
    span = 1.0 - RATIO
    for _ in range(ROUNDS):
        around = best * (1.0 + span * np.arange(FINE, -FINE - 1, -1) / FINE)
        best = min([best, *np.minimum(around, 1.0).tolist()], key=cost)
        span /= FINE
    return float(best)
