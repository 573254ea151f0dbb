"""Relative: samples count alike, whatever their size; the order of samples does not matter."""

import numpy as np
import pytest

from accord.nn.calibration import MSE, Observer, Relative
from accord.nn.params import QuantizationScheme
from accord.nn.quantization.calibrate import METHODS
from accord.sim.seed import seed


def observed(observer: Observer, *batches: np.ndarray) -> Observer:
    for batch in batches:
        observer.update(batch.astype(np.float32))
    return observer


def relative_error(samples: np.ndarray, bounds: tuple[float, float]) -> float:
    """Quantize by the range, in NumPy alone: the mean over samples of the error's energy over the sample's."""
    scale = np.float32((bounds[1] - bounds[0]) / 255)
    zero = round(-bounds[0] / float(scale))
    steps = np.clip(np.rint(samples / scale) + zero, 0, 255) - zero
    return float((((steps * scale - samples) ** 2).sum(1) / (samples**2).sum(1)).mean())


def test_order_batches_and_merging_do_not_matter():
    rng = np.random.default_rng(seed())
    x = (rng.normal(0, 1, (40, 300)) * rng.lognormal(0, 1, (40, 1))).astype(np.float32)
    whole = observed(Relative(), x).record()
    shuffled = rng.permutation(x)
    one, other = observed(Relative(), shuffled[:7], shuffled[7:20]), observed(Relative(), shuffled[20:])
    merged = one.merge(other).record()
    assert (merged.range, merged.seen, merged.samples, merged.values) == (
        whole.range,
        whole.seen,
        whole.samples,
        whole.values,
    )
    singly = observed(Relative(), *(x[row : row + 1] for row in range(40))).record()
    assert (singly.range, singly.batches) == (whole.range, 40)


def test_the_error_relative_to_each_sample_is_the_least_of_all_ranges():
    rng = np.random.default_rng(seed())
    x = rng.normal(0, 1, (30, 2000)) * np.append(np.ones(29), 30)[:, None]
    found = observed(Relative(share=0.0), x).range()
    ours = relative_error(x, found)
    assert ours < 0.5 * relative_error(x, observed(MSE(), x).range())
    tried = [relative_error(x, (low, high)) for low in np.linspace(-8, -1, 15) for high in np.linspace(1, 8, 15)]
    # weights are powers of two, within a factor of the square root of two of what they stand for
    assert ours < 1.05 * min(tried)


def test_room_for_larger_samples():
    x = np.random.default_rng(seed()).normal(0, 1, (30, 2000))
    near, wide = (observed(Relative(larger=2.0, share=share), x).range() for share in (0.0, 0.1))
    assert wide[0] < 1.2 * near[0]
    assert wide[1] > 1.2 * near[1]
    record = observed(Relative(larger=2.0, share=0.9), x).record()
    assert record.range[1] > record.seen[1]
    assert record.options == {"scheme": "asymmetric", "larger": 2.0, "share": 0.9}


@pytest.mark.parametrize("sign", [1, -1])
def test_one_sided_data(sign):
    x = sign * np.abs(np.random.default_rng(seed()).normal(0, 1, (10, 500)))
    low, high = observed(Relative(), x).range()
    assert (low == 0.0, high == 0.0) == (sign > 0, sign < 0)


@pytest.mark.parametrize("scheme", QuantizationScheme)
@pytest.mark.parametrize("value", [0.0, 3.5, -(2.0**-149), 3e38])
def test_degenerate_data(scheme, value):
    observer = observed(Relative(scheme), np.full((3, 4), value))
    low, high = observer.range()
    assert np.isfinite([low, high]).all()
    assert low <= 0 <= high
    params = observer.record().params(np.uint8, scheme)
    assert np.isfinite(params.scale)


@pytest.mark.parametrize("options", [{"larger": 0.9}, {"share": 1.0}, {"share": -0.1}])
def test_options_that_are_none(options):
    with pytest.raises(ValueError, match="expected 1 or more"):
        Relative(**options)


def test_other_options_do_not_merge():
    with pytest.raises(TypeError, match="other: expected relative"):
        observed(Relative(), np.ones((1, 2))).merge(observed(Relative(share=0.3), np.ones((1, 2))))


def test_networks_know_it_by_name():
    assert list(METHODS) == ["minmax", "percentile", "mse", "entropy", "relative"]
