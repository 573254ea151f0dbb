"""Quantization of activations and weights, `fma` contract: scales, zero points, folded bias, multipliers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.nn.params import WEIGHT_MAX, QuantizationParams
from accord.nn.rounding import round_rmm

INT8_MIN, INT8_MAX = -128, 127
STEPS = 256


@dataclass(frozen=True)
class QuantParams:
    """Asymmetric per-tensor parameters: real = scale * (q - zero_point), q in s8.

    ``zero_point`` is the s8 one, the u8 zero point - 128. Raises ValueError for a scale that is not finite
    and positive and for a zero point outside [-128, 127].
    """

    scale: np.float32
    zero_point: int

    def __post_init__(self) -> None:
        _check_scale("scale", np.asarray(self.scale))
        if not INT8_MIN <= self.zero_point <= INT8_MAX:
            raise ValueError(f"zero_point={self.zero_point}: must be {INT8_MIN} to {INT8_MAX}")


@dataclass(frozen=True)
class QuantizedLinear:
    """An INT8 linear layer of R inputs and C channels: y = requantize(weight @ x + bias).

    ``weight`` (C, R) int8 in [-127, 127]; ``bias`` (C,) int32, the zero-point correction folded in;
    ``multiplier`` (C,) float32, positive and finite: input scale * weight scale / output scale.
    """

    weight: NDArray[np.int8]
    bias: NDArray[np.int32]
    multiplier: NDArray[np.float32]
    input: QuantParams
    output: QuantParams

    @property
    def channels(self) -> int:
        """C, the outputs."""
        return int(self.weight.shape[0])

    @property
    def inputs(self) -> int:
        """R, the length of a reduction."""
        return int(self.weight.shape[1])


def activation_params(minimum: float, maximum: float) -> QuantParams:
    """Return the parameters for the range [minimum, maximum], widened to include zero.

    S = float32((max - min) / 255 in double), Z = RMM(-min / S) in double, less 128 for s8. Raises ValueError
    for bounds that are not finite or in the wrong order, or a range too narrow or wide for a float32 scale.
    """
    params = QuantizationParams.of_range(minimum, maximum)
    return QuantParams(np.float32(params.scale), int(params.zero_point))


def quantize_activation(values: ArrayLike, params: QuantParams) -> NDArray[np.int8]:
    """Return clamp(RMM(x / S) + Z) in s8, the division in float32, for any shape. ValueError for a NaN."""
    x = np.asarray(values, dtype=np.float32)
    if np.isnan(x).any():
        raise ValueError("values: NaN cannot be quantized")
    # beyond 256 steps every zero point clamps; an infinite quotient could not be rounded
    with np.errstate(over="ignore", under="ignore"):
        quotient = np.clip(x / params.scale, -STEPS, STEPS)
    quantized: NDArray[np.int8] = np.clip(round_rmm(quotient) + params.zero_point, INT8_MIN, INT8_MAX).astype(np.int8)
    return quantized


def quantize_linear(
    weight: ArrayLike, bias: ArrayLike, input_params: QuantParams, output_params: QuantParams
) -> QuantizedLinear:
    """Quantize a float linear layer y = weight @ x + bias, symmetric per output channel.

    ``weight`` (C, R) and ``bias`` (C,) are taken as float32. Raises ValueError for other shapes, values that
    are not finite, scales or multipliers that are not finite and positive, or a folded bias outside INT32.
    """
    w = np.asarray(weight, dtype=np.float32)
    b = np.asarray(bias, dtype=np.float32)
    if w.ndim != 2 or 0 in w.shape:
        raise ValueError(f"weight: expected shape (channels, inputs), neither zero, got {w.shape}")
    if b.shape != w.shape[:1]:
        raise ValueError(f"bias: expected shape {w.shape[:1]}, one a channel, got {b.shape}")
    for name, values in (("weight", w), ("bias", b)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: every value must be finite")
    scales = QuantizationParams.of_weight(w, bias=b, input_scale=float(input_params.scale)).scale
    steps = round_rmm(w / scales[:, None])
    quantized = np.clip(steps, -WEIGHT_MAX, WEIGHT_MAX).astype(np.int8)
    return QuantizedLinear(
        weight=quantized,
        bias=_folded_bias(b, quantized, scales, input_params),
        multiplier=_multiplier(scales, input_params.scale, output_params.scale),
        input=input_params,
        output=output_params,
    )


def _folded_bias(
    bias: NDArray[np.float32], weight: NDArray[np.int8], scales: NDArray[np.float32], params: QuantParams
) -> NDArray[np.int32]:
    """RMM(b / (S_x * S_w)) in double, less Z_x * sum(w) (graph rewrite GR-2)."""
    steps = round_rmm(bias.astype(np.float64) / (float(params.scale) * scales.astype(np.float64)))
    folded = steps.astype(np.int64) - params.zero_point * weight.astype(np.int64).sum(axis=1)
    outside = np.flatnonzero((folded < -(2**31)) | (folded >= 2**31))
    if outside.size:
        raise ValueError(f"bias: channel {outside[0]} with its zero-point correction does not fit INT32")
    narrowed: NDArray[np.int32] = folded.astype(np.int32)
    return narrowed


def _multiplier(scales: NDArray[np.float32], input_scale: np.float32, output_scale: np.float32) -> NDArray[np.float32]:
    """M[c] = float32(double(S_x) * S_w / S_y), rounded once to float32."""
    with np.errstate(over="ignore", under="ignore"):
        multiplier = (float(input_scale) * scales.astype(np.float64) / float(output_scale)).astype(np.float32)
    _check_scale("multiplier", multiplier)
    return multiplier


def _check_scale(name: str, scales: NDArray[np.float32]) -> None:
    wrong = scales[~(np.isfinite(scales) & (scales > 0))]
    if wrong.size:
        raise ValueError(f"{name} {wrong.flat[0]}: must be finite and positive")
