"""Quantization parameters: what a scale and a zero point, or a row of them, mean."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from accord.nn.rounding import round_rmm

LIMITS = {np.dtype(kind): (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) for kind in (np.int8, np.uint8, np.int32)}
"""Least and largest value of the types of quantized data."""
STEPS = 255
"""Between the ends of an 8-bit range."""
WEIGHT_MAX = 127
WEIGHT_LIMITS = {8: WEIGHT_MAX, 7: 63}
"""Largest magnitude of a weight, by its bits. Of 7, two products with uint8 sum to less than 2^15: 2 * 255 * 63."""
BIAS_HEADROOM = 2.0**30
"""A channel's weight scale is at least |bias| / (input scale * this): its quantized bias fits INT32."""


class QuantizationScheme(Enum):
    """Where real zero lies: in the middle of the quantized range, or wherever the zero point says."""

    SYMMETRIC = "symmetric"
    ASYMMETRIC = "asymmetric"


class QuantizationMode(Enum):
    """One scale and zero point for a whole tensor, or one of each for every index of an axis."""

    PER_TENSOR = "per_tensor"
    PER_CHANNEL = "per_channel"


@dataclass(frozen=True, eq=False, init=False)
class QuantizationParams:
    """real = scale * (q - zero_point).

    ``scale``: float32, () or (C,), finite and positive. ``zero_point``: int32 of the same shape, in the range of
    ``dtype``; 0 for int32 data; one number serves all channels. ``dtype``: int8, uint8 or int32. ``axis``: the one
    that the C channels lie along, None for a tensor with one scale. Arrays are copied and made read-only.

    TypeError for other types, ValueError for anything else that these rules exclude. Two are equal where all four are.
    """

    scale: NDArray[np.float32]
    zero_point: NDArray[np.int32]
    dtype: np.dtype[Any]
    axis: int | None

    def __init__(
        self, scale: ArrayLike, zero_point: ArrayLike = 0, dtype: DTypeLike = np.int8, axis: int | None = None
    ) -> None:
        kind = _quantized_dtype(dtype)
        scales = _scales("scale", scale)
        object.__setattr__(self, "dtype", kind)
        object.__setattr__(self, "axis", _checked_axis(axis, scales))
        object.__setattr__(self, "scale", _frozen(scales))
        object.__setattr__(self, "zero_point", _frozen(_zero_points(zero_point, scales.shape, kind)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuantizationParams) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.scale.tobytes(), self.zero_point.tobytes(), self.dtype, self.axis

    @property
    def mode(self) -> QuantizationMode:
        """Whether there is one scale, or one a channel."""
        return QuantizationMode.PER_TENSOR if self.axis is None else QuantizationMode.PER_CHANNEL

    @property
    def scheme(self) -> QuantizationScheme:
        """Symmetric where every zero point is in the middle: 0, or 128 of uint8."""
        middle = _middle(self.dtype)
        return QuantizationScheme.SYMMETRIC if (self.zero_point == middle).all() else QuantizationScheme.ASYMMETRIC

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the largest quantized value."""
        return LIMITS[self.dtype]

    @classmethod
    def of_range(
        cls,
        low: float,
        high: float,
        dtype: DTypeLike = np.int8,
        scheme: QuantizationScheme = QuantizationScheme.ASYMMETRIC,
    ) -> "QuantizationParams":
        """Return the parameters of a tensor whose values lie in [low, high], widened to include zero.

        Asymmetric: S = float32((high - low) / 255), Z = RMM(-low / S) above the least value. Symmetric: S =
        float32(max(-low, high) / 127), Z in the middle. Both in double, ``dtype`` int8 or uint8. ValueError for bounds
        that are not finite or in the wrong order, or a range too narrow or too wide for a float32 scale.
        """
        kind = _quantized_dtype(dtype)
        if kind == np.int32:
            raise TypeError("dtype: a range wants int8 or uint8, got int32")
        low, high = float(low), float(high)
        if not (np.isfinite(low) and np.isfinite(high) and low <= high):
            raise ValueError(f"range [{low}, {high}]: expected finite bounds, the lower one first")
        low, high = min(low, 0.0), max(high, 0.0)
        is_symmetric = scheme is QuantizationScheme.SYMMETRIC
        exact = max(-low, high) / WEIGHT_MAX if is_symmetric else (high - low) / STEPS
        scale = _scales(f"range [{low}, {high}]: scale", exact)
        if is_symmetric:
            return cls(scale, _middle(kind), kind)
        # a subnormal scale may be rounded so far down that the range does not fit
        steps = min(int(round_rmm(-low / float(scale))), STEPS)
        return cls(scale, LIMITS[kind][0] + steps, kind)

    @classmethod
    def of_weight(
        cls,
        weight: ArrayLike,
        axis: int | None = 0,
        *,
        bias: ArrayLike = 0.0,
        input_scale: float = 1.0,
        weight_bits: int = 8,
    ) -> "QuantizationParams":
        """Return symmetric int8 parameters of weights, one scale for each index of ``axis``, or one for None.

        S_w = max(max|w| / 127, |b| / (S_x * 2^30)), or 1 where both are zero, in double, rounded to float32; so that
        weights stay within [-127, 127]; with 7 ``weight_bits`` 63 for 127. The second term keeps the bias of a nearly
        dead channel inside INT32: ``bias`` is one number or one a channel. ValueError for values that are not finite,
        a scale that float32 cannot hold, or other bits.
        """
        limit = weight_limit(weight_bits)
        w, b = np.asarray(weight, np.float64), np.asarray(bias, np.float64)
        if axis is not None and not 0 <= axis < w.ndim:
            raise ValueError(f"axis={axis}: a weight of shape {w.shape} wants 0 to {w.ndim - 1}, or None")
        others = tuple(other for other in range(w.ndim) if other != axis)
        largest = np.abs(w).max(axis=others, initial=0.0) / limit
        needed = np.abs(b).max(initial=0.0) if axis is None else np.abs(b)
        if needed.shape not in ((), largest.shape):
            raise ValueError(f"bias: expected one number or shape {largest.shape}, one a channel, got {b.shape}")
        exact = np.maximum(largest, needed / (float(input_scale) * BIAS_HEADROOM))
        return cls(_scales("weight scale", np.where(exact == 0.0, 1.0, exact)), 0, np.int8, axis)

    def aligned(self, values: NDArray[Any], ndim: int) -> NDArray[Any]:
        """Return ``values``, a scale or a zero point a channel, shaped to broadcast against ``ndim`` axes."""
        if self.axis is None:
            return values
        return values.reshape([-1 if axis == self.axis else 1 for axis in range(ndim)])


def weight_limit(bits: int) -> int:
    """Return the largest magnitude of a weight of 8 or 7 bits; ValueError for others."""
    if bits not in WEIGHT_LIMITS:
        raise ValueError(f"weight_bits={bits}: expected 8, or 7 for ONNX Runtime on x86 processors without VNNI")
    return WEIGHT_LIMITS[bits]


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    copied = values.copy()
    copied.flags.writeable = False
    return copied


def _middle(dtype: np.dtype[Any]) -> int:
    return 128 if dtype == np.uint8 else 0


def _quantized_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype: expected int8, uint8 or int32, got {dtype!r}") from None
    if kind not in LIMITS:
        raise TypeError(f"dtype: expected int8, uint8 or int32, got {kind}")
    return kind


def _scales(name: str, values: ArrayLike) -> NDArray[np.float32]:
    """Return scales as float32; ValueError where one is not finite and positive."""
    with np.errstate(over="ignore", under="ignore"):  # the check names what came of it
        scales = np.asarray(values).astype(np.float32)
    wrong = scales[~(np.isfinite(scales) & (scales > 0))]
    if wrong.size:
        raise ValueError(f"{name} {wrong.flat[0]}: must be finite and positive")
    return scales


def _checked_axis(axis: int | None, scales: NDArray[np.float32]) -> int | None:
    if axis is None:
        if scales.ndim:
            raise ValueError(f"scale: expected one number, got shape {scales.shape}; name the channels' axis")
        return None
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise TypeError(f"axis: expected an integer or None, got {type(axis).__name__}")
    if axis < 0:
        raise ValueError(f"axis={axis}: expected 0 or more; count axes from the first")
    if scales.ndim != 1 or not scales.size:
        raise ValueError(f"scale: expected one a channel of axis {axis}, got shape {scales.shape}")
    return int(axis)


def _zero_points(values: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[np.int32]:
    found = np.asarray(values)
    if found.dtype.kind not in "iu":
        raise TypeError(f"zero_point: expected integers, got {found.dtype}")
    if found.shape not in ((), shape):
        raise ValueError(f"zero_point: expected one number or shape {shape}, as scale has, got {found.shape}")
    low, high = (0, 0) if dtype == np.int32 else LIMITS[dtype]
    wrong = found[(found < low) | (found > high)]
    if wrong.size:
        raise ValueError(f"zero_point={wrong.flat[0]}: must be {low} to {high} for {dtype}")
    return np.broadcast_to(found.astype(np.int32), shape)
