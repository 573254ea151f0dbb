"""Gate 1: every method of calibration gives a valid range, whatever the data.

What is checked of each method, scheme and distribution, on the values themselves:

- the range is finite, includes zero, and lies within what was seen;
- the same values, shuffled, in uneven batches, by two observers that are merged, give the same range to the last bit;
- zero is represented exactly, a value that does not saturate comes back within half a step, int8 and uint8 agree;
- the method's promise: MinMax leaves nothing outside; Percentile at most its part, but for one bin; the error of MSE is
  within 2 % of the least of all methods', or below, for magnitudes that the histogram tells apart;
- under each method the cosine of the quantized values is at least 0.999 where the tails are light.

Batches with NaN or infinities, empty ones and other types have to be refused.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration import METHODS, MSE, Entropy, Observer, Percentile, Record
from accord.nn.calibration.histogram import LEAST_EXPONENT
from accord.nn.error import cosine
from accord.nn.params import QuantizationScheme
from accord.nn.tensor import QuantizedTensor
from accord.sim.seed import seed
from bench.gates.gate import Outcome
from bench.gates.samples import LIGHT, SAMPLES

Make = Callable[[], Observer]
Floats = NDArray[np.float32]

LEAST_COSINE = 0.999
MSE_SLACK = 1.02
"""Of the search's grid and of bins' width."""
HALF_STEP = 0.5 + 2.0**-14
"""And float32's rounding, of a number of at most 255 steps."""
LEAST_MAGNITUDE = 2.0 ** (LEAST_EXPONENT + 12)
"""Below it histograms have ever fewer bins, and MSE and Entropy take everything seen."""
REFUSED: list[object] = [
    np.array([1, np.nan], np.float32),
    np.array([np.inf, 1], np.float32),
    np.array([1, -np.inf], np.float32),
    np.zeros((0, 4), np.float32),
    np.zeros(4),
    np.zeros(4, np.int8),
]
SYMMETRIC: dict[str, Make] = {
    "minmax": METHODS["minmax"],
    "percentile": METHODS["percentile"],
    "mse": lambda: MSE(QuantizationScheme.SYMMETRIC),
    "entropy": lambda: Entropy(QuantizationScheme.SYMMETRIC),
}
MAKERS: dict[QuantizationScheme, Mapping[str, Make]] = {
    QuantizationScheme.ASYMMETRIC: METHODS,
    QuantizationScheme.SYMMETRIC: SYMMETRIC,
}


def _observed(make: Make, batches: list[Floats]) -> Observer:
    observer = make()
    for batch in batches:
        observer.update(batch)
    return observer


def _divided(make: Make, x: Floats, rng: np.random.Generator) -> Record:
    """Return the record of two observers, each with half of the values, shuffled and in uneven batches."""
    cuts = np.sort(rng.integers(1, x.size, 5)) if x.size > 1 else []
    batches = [batch for batch in np.split(rng.permutation(x), cuts) if batch.size]
    one, other = _observed(make, batches[::2]), make()
    for batch in batches[1::2]:
        other.update(batch)
    return one.merge(other).record()


def _promise(method: str, x: Floats, observer: Observer) -> bool:
    low, high = observer.range()
    if method == "minmax":
        return (low, high) == (min(float(x.min()), 0.0), max(float(x.max()), 0.0))
    if isinstance(observer, Percentile):
        width = 2.0**observer.histogram.exponent
        outside = int(((x < low - width) | (x > high + width)).sum())
        return outside <= np.count_nonzero(x) * (1 - observer.percentile / 100)
    return True


def _quantized(x: Floats, record: Record, scheme: QuantizationScheme) -> tuple[bool, Floats]:
    """Return whether the parameters do what they should, and the values they give back."""
    params = record.params(np.int8, scheme)
    tensor = QuantizedTensor.quantize(np.append(x, np.float32(0)), params)
    shifted = QuantizedTensor.quantize(np.append(x, np.float32(0)), record.params(np.uint8, scheme))
    back = tensor.dequantize()
    scale, zero = float(params.scale), int(params.zero_point)
    inside = ((-128 - zero) * scale <= x) & (x <= (127 - zero) * scale)
    is_close = np.abs(back[:-1].astype(np.float64) - x) <= HALF_STEP * scale
    agrees = np.array_equal(tensor.data.astype(np.int16) + 128, shifted.data)
    return bool(back[-1] == 0 and is_close[inside].all() and agrees), back[:-1]


def _check(
    name: str, x: Floats, scheme: QuantizationScheme, makers: Mapping[str, Make], rng: np.random.Generator
) -> Iterator[tuple[str, bool]]:
    """Yield each thing checked of one distribution, and whether it holds."""
    errors: dict[str, float] = {}
    for method, make in makers.items():
        observer = _observed(make, np.array_split(x, 7) if x.size >= 7 else [x])
        record = observer.record()
        low, high = record.range
        seen = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
        where = f"{method} of {name}, {scheme.value}"
        yield f"range of {where}", bool(np.isfinite([low, high]).all() and seen[0] <= low <= 0 <= high <= seen[1])
        yield f"order in {where}", _divided(make, x, rng).range == record.range
        yield f"promise of {where}", _promise(method, x, observer)
        is_right, back = _quantized(x, record, scheme)
        yield f"parameters of {where}", is_right
        errors[method] = float(((back.astype(np.float64) - x) ** 2).sum())
        if name in LIGHT:
            yield f"cosine of {where}", cosine(x, back) >= LEAST_COSINE
    if not x.any() or np.abs(x).max() >= LEAST_MAGNITUDE:
        yield f"least error of {name}, {scheme.value}", errors["mse"] <= MSE_SLACK * min(errors.values())


def _refusals(makers: Mapping[str, Make]) -> Iterator[tuple[str, bool]]:
    for method, make in makers.items():
        for batch in REFUSED:
            observer = _observed(make, [np.array([1, 2], np.float32)])
            before = observer.record()
            try:
                observer.update(batch)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                yield f"{method} after refusing {batch!r}", observer.record() == before
            else:
                yield f"{method} refusing {batch!r}", False


def measure(makers: Mapping[QuantizationScheme, Mapping[str, Make]] = MAKERS) -> Outcome:
    """Check all methods on all distributions; the seed is that of ACCORD_SEED."""
    start = seed()
    rng = np.random.default_rng(start)
    samples = {name: draw(rng).astype(np.float32) for name, draw in SAMPLES.items()}
    checks = [
        check
        for scheme, kinds in makers.items()
        for name, x in samples.items()
        for check in _check(name, x, scheme, kinds, rng)
    ]
    checks += _refusals(makers[QuantizationScheme.ASYMMETRIC])
    violated = [what for what, holds in checks if not holds]
    figure = f"{len(METHODS)} methods, {len(samples)} distributions: {len(violated)} of {len(checks):,} checks violated"
    if violated:
        figure += f", the first: {violated[0]}"
    return Outcome(f"{figure}, seed {start}", bool(checks) and not violated)


class _LastBatch(Percentile):
    """Wrong on purpose: forgets all batches but the last."""

    def update(self, batch: Floats) -> None:
        last = Percentile()
        last.update(batch)
        vars(self).update(vars(last))


def measure_bad() -> Outcome:
    """Do the same with an observer that forgets all batches but the last."""
    return measure({scheme: {**kinds, "percentile": _LastBatch} for scheme, kinds in MAKERS.items()})
