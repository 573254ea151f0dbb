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


def least(cost: Callable[[float, float], float], low: float, high: float, is_symmetric: bool) -> tuple[float, float]:
    """Return the range within [low, high] of the least cost: both ends shrink together, then each alone.

    ``is_symmetric``: they stay together, as they do where the range lies on one side of zero.
    """
    largest = max(-low, high)

    def together(fraction: float) -> tuple[float, float]:
        return max(low, -fraction * largest), min(high, fraction * largest)

    ends = together(best_fraction(lambda fraction: cost(*together(fraction))))
    if is_symmetric or not low < 0 < high:
        return ends
    upper = high * best_fraction(lambda fraction: cost(ends[0], fraction * high))
    lower = low * best_fraction(lambda fraction: cost(fraction * low, upper))
    return min(ends, (lower, upper), key=lambda pair: cost(*pair))
