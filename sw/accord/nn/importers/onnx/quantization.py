"""QuantizeLinear and DequantizeLinear of arrays that are known: parameters, tables, weights, biases."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.importers.errors import ModelError
from accord.nn.params import QuantizationParams

Table = NDArray[np.float32]
"""256 real values, indexed by the bits of a byte."""
BYTES = (np.dtype(np.int8), np.dtype(np.uint8))


def byte_values(dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the 256 values of int8 or uint8, in the order of their bits."""
    return np.arange(256, dtype=np.uint8).view(dtype)


def params_of(
    origin: str, scale: NDArray[Any], zero_point: NDArray[Any] | None, axis: int | None, dtype: np.dtype[Any]
) -> QuantizationParams:
    """Return parameters from a scale and a zero point; one of a single element is one for the whole tensor."""
    if scale.dtype != np.float32:
        raise ModelError(f"{origin}: its scale is {scale.dtype}, expected float32")
    if dtype not in BYTES:
        raise ModelError(f"{origin}: quantizes to {dtype}, expected int8 or uint8")
    zero = np.zeros((), dtype) if zero_point is None else zero_point
    try:
        if scale.size == 1:
            return QuantizationParams(scale.reshape(()), zero.reshape(()), dtype)
        return QuantizationParams(scale, zero, dtype, axis)
    except ValueError as error:
        raise ModelError(f"{origin}: {error}") from None


def quantized(x: NDArray[np.float32], params: QuantizationParams) -> NDArray[Any]:
    """Return sat(RNE(x / S) + Z), as QuantizeLinear: a float32 division, ties to even."""
    low, high = params.limits
    zero = params.aligned(params.zero_point, x.ndim)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        quotient = x / params.aligned(params.scale, x.ndim)
    # clipped before the zero point is added: an infinity could not become an integer
    steps = np.rint(np.clip(np.nan_to_num(quotient, nan=np.inf), low - zero, high - zero))
    result: NDArray[Any] = (steps.astype(np.int32) + zero).astype(params.dtype)
    return result


def dequantized(q: NDArray[Any], params: QuantizationParams) -> NDArray[np.float32]:
    """Return float32 (q - Z) * S, as DequantizeLinear."""
    steps = (q.astype(np.int32) - params.aligned(params.zero_point, q.ndim)).astype(np.float32)
    with np.errstate(under="ignore", over="ignore"):
        real: NDArray[np.float32] = steps * params.aligned(params.scale, q.ndim)
    return real


def table_of(params: QuantizationParams) -> Table:
    """Return what each byte stands for."""
    return dequantized(byte_values(params.dtype), params)


def quantized_bias(
    origin: str, bias: NDArray[Any], input_params: QuantizationParams, weight_params: QuantizationParams
) -> NDArray[np.int32]:
    """Return an int32 bias: as it is, or a real one in steps of S_x * S_w.

    RNE(b / (S_x * S_w)), product and quotient in float32: what ONNX Runtime's WeightBiasQuantization does.
    """
    flat = bias.reshape(-1)
    if flat.dtype == np.int32:
        return flat
    if flat.dtype != np.float32:
        raise ModelError(f"{origin}: its bias is {flat.dtype}, expected int32 or float32")
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        steps = np.rint(flat / (input_params.scale * weight_params.scale))
    if not (np.abs(steps) < 2.0**31).all():
        raise ModelError(f"{origin}: its bias does not fit INT32 in steps of input scale times weight scale")
    found: NDArray[np.int32] = steps.astype(np.int32)
    return found
