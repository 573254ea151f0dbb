"""The four methods of calibration: each against its own definition, on the values themselves."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.nn.calibration import METHODS, MSE, Entropy, MinMax, Percentile, Record
from accord.nn.calibration.mse import SquaredError
from accord.nn.params import QuantizationParams, QuantizationScheme
from accord.nn.tensor import QuantizedTensor

SIZE = 10_000
DRAWS = {
    "normal": lambda rng: rng.normal(0.3, 1, SIZE),
    "relu": lambda rng: np.maximum(rng.normal(0, 2, SIZE), 0),
    "laplace": lambda rng: rng.laplace(0, 1, SIZE),
    "lognormal": lambda rng: rng.lognormal(0, 1, SIZE),
    "negative": lambda rng: -rng.exponential(3, SIZE),
    "student": lambda rng: rng.standard_t(3, SIZE),
    # one end is worth keeping, the other is not
    "lopsided": lambda rng: np.concatenate([rng.uniform(0, 10, 15 * SIZE), rng.normal(0, 1, 15 * SIZE), [-11]]),
    "outliers": lambda rng: np.append(rng.normal(0, 1, SIZE), [40, -90]),
}
SCHEMES = list(QuantizationScheme)


def draw(name, seed=1):
    return DRAWS[name](np.random.default_rng([seed, *name.encode()])).astype(np.float32)


def observed(observer, *batches):
    for batch in batches:
        observer.update(np.asarray(batch, np.float32))
    return observer


def squared_error(x, low, high, scheme):
    tensor = QuantizedTensor.quantize(x, QuantizationParams.of_range(low, high, np.int8, scheme))
    return float(((tensor.dequantize().astype(np.float64) - x) ** 2).sum())


@pytest.mark.parametrize("name", DRAWS)
def test_minmax_is_all_that_was_seen_and_zero(name):
    x = draw(name)
    record = observed(MinMax(), *np.array_split(x, 7)).record()
    assert record.seen == (x.min(), x.max())
    assert record.range == (min(x.min(), 0), max(x.max(), 0))


@pytest.mark.parametrize("percentile", [100, 99.99, 99, 80])
@pytest.mark.parametrize("name", DRAWS)
def test_percentile_is_the_quantile_of_what_is_not_zero(name, percentile):
    x = draw(name)
    observer = observed(Percentile(percentile), *np.array_split(x, 3))
    cut = (100 - percentile) / 200
    exact = np.quantile(x[x != 0].astype(np.float64), [cut, 1 - cut], method="inverted_cdf")
    low, high = observer.range()
    # two order statistics that stand side by side may be far apart, so the values beside the quantile are looked at
    ordered = np.sort(x[x != 0])
    below, above = np.searchsorted(ordered, exact)
    slack = 2 * 2.0**observer.histogram.exponent
    assert min(0, ordered[max(below - 1, 0)]) - slack <= low <= min(0, ordered[below + 1]) + slack
    assert max(0, ordered[above - 1]) - slack <= high <= max(0, ordered[min(above + 1, ordered.size - 1)]) + slack
    if percentile == 100:
        assert (low, high) == (min(x.min(), 0), max(x.max(), 0))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", DRAWS)
def test_mse_is_the_least_error_of_a_search_over_the_values_themselves(name, scheme):
    x = draw(name)
    low, high = observed(MSE(scheme), x).range()
    found = squared_error(x, low, high, scheme)
    parts = np.linspace(1, 0.1, 13)
    ends = [(min(x.min(), 0) * a, max(x.max(), 0) * b) for a in parts for b in parts]
    best = min(squared_error(x, *pair, scheme) for pair in ends if pair[0] < pair[1])
    assert found <= 1.02 * best
    others = [observed(METHODS[name](), x).range() for name in ("minmax", "percentile", "entropy")]
    assert found <= 1.005 * min(squared_error(x, *pair, scheme) for pair in others)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(-9, 3), st.floats(0.05, 2), st.floats(0.05, 2))
def test_squared_error_is_that_of_values_spread_evenly(scheme, counts, start, low, high):
    edges = np.append(np.arange(start, start + len(counts)), start + len(counts) - 1.0)  # the last bin is a point
    error = SquaredError(edges, np.array(counts), scheme)(-low, high)
    params = QuantizationParams.of_range(-low, high, np.int8, scheme)
    count = 20_000
    inside = (np.arange(count) + 0.5) / count
    want = 0.0
    for number, mass in enumerate(counts):
        x = edges[number] + inside * (edges[number + 1] - edges[number])
        q = np.clip(np.rint(x / float(params.scale)) + int(params.zero_point), -128, 127)
        real = (q - int(params.zero_point)) * float(params.scale)
        want += mass * float(((real - x) ** 2).mean())
    assert error == pytest.approx(want, rel=1e-4, abs=1e-12)


def divergence(bins, low, high, scheme):
    """KL(P || Q) of bins {centre: count}, entry by entry; infinite where more than 1 % is outside."""
    params = QuantizationParams.of_range(low, high, np.int8, scheme)
    steps = {centre: round(centre / float(params.scale)) + int(params.zero_point) for centre in bins}
    inside = sorted(centre for centre in bins if -128 <= steps[centre] <= 127)
    total, kept = sum(bins.values()), sum(bins[centre] for centre in inside)
    if total - kept > total / 100:
        return math.inf
    p = {centre: bins[centre] for centre in inside}
    p[inside[0]] += sum(count for centre, count in bins.items() if steps[centre] < -128)
    p[inside[-1]] += sum(count for centre, count in bins.items() if steps[centre] > 127)
    result = 0.0
    alike: dict[int, list[int]] = {}
    for centre in inside:
        alike.setdefault(steps[centre], []).append(bins[centre])
    for centre in inside:
        q = sum(alike[steps[centre]]) / len(alike[steps[centre]]) / kept
        result += p[centre] / total * math.log(p[centre] / total / q)
    return result


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["normal", "relu", "negative", "outliers"])
def test_entropy_is_the_least_divergence(name, scheme):
    x = draw(name)[-1000:]
    observer = observed(Entropy(scheme), x)
    edges, counts = observer.histogram.bins(float(x.min()), float(x.max()))
    bins = {(a + b) / 2: int(n) for a, b, n in zip(edges, edges[1:], counts, strict=False) if n}
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    largest = max(-low, high)
    thresholds = [largest * part / 128 for part in range(128, 0, -1)]
    ends = [(max(low, -t), min(high, t)) for t in thresholds]
    fine = [
        pair
        for pair in ends
        if QuantizationParams.of_range(*pair, np.int8, scheme).scale >= 2.0**observer.histogram.exponent
    ]
    want = min(divergence(bins, *pair, scheme) for pair in fine)
    assert observer.range() in fine
    assert divergence(bins, *observer.range(), scheme) == pytest.approx(want, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_entropy_does_not_cut_off_what_most_values_are(scheme):
    rng = np.random.default_rng(2)
    x = np.append(rng.normal(-5, 0.1, SIZE), rng.normal(9, 0.2, SIZE)).astype(np.float32)
    assert observed(Entropy(scheme), x).range()[1] > 9


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_order_division_and_merging_do_not_matter(method, data):
    name, rng = data.draw(st.sampled_from(list(DRAWS))), np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = draw(name)[: int(rng.integers(1, 500))]
    whole = observed(METHODS[method](), x).record()
    batches = np.array_split(rng.permutation(x), rng.integers(1, min(6, x.size), endpoint=True))
    divided = observed(METHODS[method](), *batches).record()
    observers = [observed(METHODS[method](), batch) for batch in batches]
    merged = METHODS[method]()
    for observer in observers:
        before = observer.record()
        merged = pickle.loads(pickle.dumps(merged.merge(observer)))
        assert observer.record() == before
    for record in (divided, merged.record()):
        assert record == Record(**{**vars(whole), "batches": len(batches)})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize(
    "values",
    [
        [0.0],
        [-0.0],
        [3.7],
        [-3.7],
        [1.0],
        [1e-45],
        [-1e-45, 1e-45],
        [1e-38],
        [3e38, -3e38],
        [0, 0, 1e-30],
        [0, 0, 0, 5],
        [1, 0],
    ],
    ids=str,
)
def test_degenerate_data(values, dtype, scheme, method):
    """Zero is exact, and no value is farther off than half a step, or what the type can hold."""
    x = np.array(values, np.float32)
    record = observed(METHODS[method](), x).record()
    params = record.params(dtype, scheme)
    assert min(x.min(), 0) <= record.range[0] <= 0 <= record.range[1] <= max(x.max(), 0)
    back = QuantizedTensor.quantize(np.append(x, 0).astype(np.float32), params).dequantize()
    assert back[-1] == 0
    assert (np.abs(back[:-1].astype(np.float64) - x) <= 0.51 * float(params.scale)).all()
    if not x.any():
        assert params.scale == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        (np.array([1, np.nan], np.float32), ValueError, "batch: every value must be finite"),
        (np.array([1, np.inf], np.float32), ValueError, "batch: every value must be finite"),
        (np.array([-np.inf, 1], np.float32), ValueError, "batch: every value must be finite"),
        (np.zeros((0, 3), np.float32), ValueError, r"batch: expected samples along axis 0, got shape \(0, 3\)"),
        (np.float32([2])[0:1].reshape(()), ValueError, "batch: expected samples along axis 0"),
        (np.zeros(3), TypeError, "batch: expected a NumPy array of float32, got float64; convert it"),
        ([1.0], TypeError, "batch: expected a NumPy array of float32, got list"),
    ],
)
def test_a_refused_batch_changes_nothing(batch, error, message, method):
    observer = METHODS[method]()
    with pytest.raises(ValueError, match="no batch was seen: call update first"):
        observer.record()
    observed(observer, [1.0, 2.0])
    before = observer.record()
    with pytest.raises(error, match=message):
        observer.update(batch)
    assert observer.record() == before


@pytest.mark.parametrize("method", METHODS)
def test_merging_changes_neither(method):
    one, other = observed(METHODS[method](), [1.0, 2.0]), observed(METHODS[method](), [-5.0])
    before = one.record(), other.record()
    assert one.merge(other).record().seen == (-5.0, 2.0)
    assert (one.record(), other.record()) == before


def test_observers_of_another_kind_are_not_merged():
    with pytest.raises(TypeError, match=r"other: expected percentile .*99.0.*, got percentile .*99.5"):
        Percentile(99).merge(Percentile(99.5))
    with pytest.raises(TypeError, match=r"other: expected mse .*asymmetric.*, got mse .*'symmetric"):
        MSE().merge(MSE(QuantizationScheme.SYMMETRIC))
    with pytest.raises(TypeError, match=r"other: expected minmax {}, got entropy"):
        MinMax().merge(Entropy())
    for percentile in (0, 100.5, math.nan):
        with pytest.raises(ValueError, match=r"percentile=.*: must be above 0, at most 100"):
            Percentile(percentile)


def test_provenance():
    record = observed(Percentile(99.0), np.ones((4, 3)), -np.ones((2, 5))).record()
    assert record == Record("percentile", {"percentile": 99.0}, 2, 6, 22, (-1.0, 1.0), record.range)
