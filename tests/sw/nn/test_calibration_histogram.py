"""The histogram of calibration: counts against exact fractions, no matter how the values are divided."""

import itertools
import math
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.nn.calibration import Histogram
from accord.nn.calibration.histogram import CHUNK

BINS = 4096
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
near = st.floats(-8, 8, width=32)
value_lists = st.lists(st.one_of(near, floats, st.just(0.0)), min_size=1, max_size=40)


def histogram(*batches):
    """Each batch is counted with the largest magnitude so far."""
    result = Histogram()
    largest = 0.0
    for batch in batches:
        largest = max(largest, float(np.abs(batch).max(initial=0)))
        result.add(np.asarray(batch, np.float32), largest)
    return result


def state(found):
    return found.exponent, found.zeros, found.counts.tolist()


@settings(max_examples=300, deadline=None)
@given(value_lists)
def test_counts_are_exact(values):
    found = histogram(values)
    exponent = -126
    while Fraction(max(map(abs, values))) >= BINS * Fraction(2) ** exponent:
        exponent += 1
    counts = [0] * (2 * BINS - 1)
    for value in values:
        if value:
            counts[BINS - 1 + math.trunc(Fraction(value) / Fraction(2) ** exponent)] += 1
    assert state(found) == (exponent, values.count(0.0), counts)


@settings(max_examples=300, deadline=None)
@given(value_lists, st.data())
def test_division_order_and_merging_do_not_matter(values, data):
    whole = state(histogram(values))
    shuffled = data.draw(st.permutations(values))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=4)))
    batches = [shuffled[a:b] for a, b in itertools.pairwise([0, *cuts, len(values)])]
    assert state(histogram(*batches)) == whole
    parts = [histogram(batch) for batch in batches]
    merged = Histogram()
    for part in data.draw(st.permutations(parts)):
        before = state(part), state(merged)
        both = merged.merged(part)
        assert (state(part), state(merged)) == before
        assert state(part.merged(merged)) == state(both)
        merged = both
    assert state(merged) == whole


@settings(max_examples=100, deadline=None)
@given(value_lists)
def test_bins_hold_their_values(values):
    found = histogram(values)
    edges, counts = found.bins(min(values), max(values))
    assert counts.sum() == len(values) - found.zeros
    assert edges.shape == (counts.size + 1,)
    if counts.size:
        assert min(values) <= edges[0] <= edges[-1] <= max(values)
        assert (np.diff(edges) >= 0).all()
        assert counts[0] > 0 < counts[-1]
    width = 2.0**found.exponent
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        # open at the end away from zero; where an edge was cut it is the least or the largest value itself
        inside = [v for v in values if v and (low <= v <= high)]
        assert len(inside) >= count
        assert high - low <= 2 * width


def test_more_values_than_are_binned_at_a_time():
    values = np.random.default_rng(3).normal(0, 1, 3 * CHUNK + 17).astype(np.float32)
    values[::5] = 0
    assert state(histogram(values)) == state(histogram(*np.array_split(values, 11)))


def test_memory_does_not_grow_with_the_batch():
    values = np.ones(4_000_000, np.float32)
    found = Histogram()
    tracemalloc.start()
    found.add(values, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert found.counts.sum() == values.size


@pytest.mark.parametrize("doublings", [1, 5, 11, 12, 13, 40])
def test_widening_by_hand(doublings):
    found = histogram([1.0, -1.0, 1.5], [2.0**doublings])
    bins = {1.0: BINS >> (doublings + 1), -1.0: -(BINS >> (doublings + 1)), 1.5: int(1.5 * BINS) >> (doublings + 1)}
    want = np.zeros(2 * BINS - 1, int)
    for position in [*bins.values(), BINS // 2]:
        want[BINS - 1 + position] += 1
    assert found.counts.tolist() == want.tolist()
