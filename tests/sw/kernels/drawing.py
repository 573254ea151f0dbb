"""Random operands: shapes and kinds drawn by hypothesis, values from a seed that it draws."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from accord.kernels import Output

BYTES = {"int8": (-128, 127), "uint8": (0, 255)}
KINDS = ["random", "extreme", "largest", "small"]
CONTRACTS = ["sums", "fma", "onnx", "tflite"]

seeds = st.integers(0, 2**32 - 1)


def values(rng: np.random.Generator, kind: str, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Bytes: any, only the two ends of the type, only its largest, or near zero."""
    low, high = BYTES[dtype]
    if kind == "extreme":
        found = rng.choice([low, high], shape)
    elif kind == "largest":
        found = np.full(shape, high)
    elif kind == "small":
        found = rng.integers(max(low, -2), 3, shape)
    else:
        found = rng.integers(low, high, shape, endpoint=True)
    return np.asarray(found).astype(dtype)


@st.composite
def biases(draw: st.DrawFn, channels: int) -> NDArray[np.int32] | None:
    """None, small ones, or such that sums wrap."""
    kind = draw(st.sampled_from(["none", "small", "wrapping"]))
    if kind == "none":
        return None
    rng = np.random.default_rng(draw(seeds))
    if kind == "small":
        return rng.integers(-5000, 5001, channels).astype(np.int32)
    return rng.choice(np.array([-(2**31), 2**31 - 1, 2**31 - 70000], np.int64), channels).astype(np.int32)


@st.composite
def outputs(draw: st.DrawFn, contract: str, channels: int) -> Output | None:
    """An Output of a contract; None for sums. Multipliers make ties, tiny and saturated results, too."""
    if contract == "sums":
        return None
    dtype = draw(st.sampled_from(["int8", "uint8"]))
    low, high = BYTES[dtype]
    rng = np.random.default_rng(draw(seeds))
    size: tuple[int, ...] = draw(st.sampled_from([(), (channels,)]))
    exponent = rng.integers(draw(st.sampled_from([-24, -12, -8])), draw(st.sampled_from([-7, 3])), size)
    mantissa = draw(st.sampled_from([1.0, 1.5])) if draw(st.booleans()) else 1 + rng.random(size)
    clamp = draw(st.none() | st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted).map(tuple))
    table = draw(st.sampled_from([None, "int8", "uint8"]))
    return Output(
        contract,
        np.ldexp(mantissa, exponent),
        zero_point=draw(st.integers(low, high)),
        dtype=dtype,
        clamp=clamp,
        lookup=None if table is None else rng.integers(0, 256, 256, dtype=np.uint8).view(table),
    )
