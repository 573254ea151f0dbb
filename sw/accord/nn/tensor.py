"""Quantized tensors: integers together with what they mean.

>>> import numpy as np
>>> from accord.nn.params import QuantizationParams
>>> tensor = QuantizedTensor.quantize(np.array([-1.0, 0.0, 1.55], np.float32), QuantizationParams.of_range(-1, 1.55))
>>> tensor.data
array([-128,  -28,  127], dtype=int8)
>>> tensor.dequantize()
array([-1.  ,  0.  ,  1.55], dtype=float32)
"""

import os
import zipfile
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord import kernels
from accord.nn import error
from accord.nn.params import QuantizationMode, QuantizationParams
from accord.nn.rounding import round_rmm

Contract = Literal["fma", "onnx", "tflite"]
FORMAT = "accord.QuantizedTensor 1"
FIELDS = {"format", "data", "scale", "zero_point", "axis"}
FARTHEST = 512.0
"""Steps from zero beyond which every zero point of a byte clamps."""


@dataclass(frozen=True, eq=False)
class QuantizedTensor:
    """Integers of any shape, int8, uint8 or int32, and their parameters: real = scale * (data - zero_point).

    ``data`` is kept as it is, not copied. TypeError where it is no array of the parameters' dtype, ValueError where
    its axis has not a channel for each scale. Two are equal where data and parameters are.
    """

    data: NDArray[Any]
    params: QuantizationParams

    def __post_init__(self) -> None:
        if not isinstance(self.data, np.ndarray) or self.data.dtype != self.params.dtype:
            found = getattr(self.data, "dtype", type(self.data).__name__)
            raise TypeError(f"data: expected a NumPy array of {self.params.dtype}, as params has it, got {found}")
        _check_channels("data", self.data.shape, self.params)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QuantizedTensor):
            return NotImplemented
        return self.params == other.params and np.array_equal(self.data, other.data)

    @classmethod
    def quantize(cls, x: ArrayLike, params: QuantizationParams, contract: Contract = "fma") -> "QuantizedTensor":
        """Return clamp(round(x / S) + Z), ties to even under ``onnx``, away from zero otherwise; NaN is the largest.

        ``x`` is taken as float32, and divided in float32, for int8 and uint8; in double for int32, as a bias is.
        """
        values = np.asarray(x, np.float64 if params.dtype == np.int32 else np.float32)
        _check_channels("x", values.shape, params)
        if params.mode is QuantizationMode.PER_TENSOR and params.dtype != np.int32:
            scale, zero = float(params.scale), int(params.zero_point)
            return cls(kernels.quantize(_flat(values), scale, zero, dtype=params.dtype, contract=contract), params)
        return cls(_quantize(values, params, contract), params)

    def dequantize(self) -> NDArray[np.float32]:
        """Return (data - Z) * S in float32; int32 data are rounded to float32 first."""
        params = self.params
        if params.mode is QuantizationMode.PER_TENSOR and params.dtype != np.int32:
            return kernels.dequantize(_flat(self.data), float(params.scale), int(params.zero_point))
        zero = params.aligned(params.zero_point, self.data.ndim).astype(np.float32)
        with np.errstate(over="ignore", under="ignore"):  # an infinity is what float32 has for it
            real: NDArray[np.float32] = (self.data.astype(np.float32) - zero) * params.aligned(
                params.scale, self.data.ndim
            )
        return real

    def requantize(self, params: QuantizationParams, contract: Contract = "fma") -> "QuantizedTensor":
        """Return the tensor under other parameters: data - Z requantized by the contract with M = S / S_y.

        ``params``: of int8 or uint8. ValueError for an M that the contract cannot hold, or where both have channels
        along different axes.
        """
        if params.dtype == np.int32:
            raise ValueError("params: requantization gives int8 or uint8; quantize real values to get int32")
        _check_channels("data", self.data.shape, params)
        axes = {axis for axis in (self.params.axis, params.axis) if axis is not None}
        if len(axes) == 2:
            raise ValueError(f"params: channels along axis {params.axis}, those of data along {self.params.axis}")
        if not axes:
            return QuantizedTensor(_requantize(self.data, self.params, params, 0, contract), params)
        axis = axes.pop()
        rows = np.moveaxis(self.data, axis, 0)
        done = np.empty(rows.shape, params.dtype)
        for channel, row in enumerate(rows):
            done[channel] = _requantize(row, self.params, params, channel, contract)
        return QuantizedTensor(np.ascontiguousarray(np.moveaxis(done, 0, axis)), params)

    def cosine(self, reference: ArrayLike) -> float:
        """Return the cosine similarity of the dequantized data and real values of the same shape."""
        return error.cosine(reference, self.dequantize())

    def errors(self, reference: ArrayLike) -> error.ErrorFigures:
        """Return the figures of error beside real values of the same shape, which must be finite."""
        real = self.dequantize()
        return error.ErrorFigures(
            cosine=error.cosine(reference, real),
            sqnr_db=error.sqnr_db(reference, real),
            max_abs=error.max_abs(reference, real),
            saturation_rate=error.saturation_rate(reference, self.params),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a NumPy archive (.npz) that :meth:`load` reads; the path is taken as it is."""
        axis = -1 if self.params.axis is None else self.params.axis
        with open(path, "wb") as file:
            np.savez(
                file,
                format=np.array(FORMAT),
                data=self.data,
                scale=self.params.scale,
                zero_point=self.params.zero_point,
                axis=np.array(axis, np.int32),
            )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "QuantizedTensor":
        """Return what :meth:`save` wrote. OSError where there is no such file, ValueError where it is another kind."""
        wrong = f"{os.fspath(path)}: not a quantized tensor; expected what QuantizedTensor.save writes"
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):
                raise ValueError(wrong)
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                entries = dict(archive)
        if set(entries) != FIELDS or entries["format"] != FORMAT:
            raise ValueError(wrong)
        axis, data = int(entries["axis"]), entries["data"]
        return cls(
            data,
            QuantizationParams(entries["scale"], entries["zero_point"], data.dtype, None if axis < 0 else axis),
        )


def _flat(values: NDArray[Any]) -> NDArray[Any]:
    """Return what the kernels take: contiguous and aligned, a copy only where it has to be."""
    return np.require(values, requirements=["C", "A"])


def _check_channels(name: str, shape: tuple[int, ...], params: QuantizationParams) -> None:
    axis = params.axis
    if axis is None:
        return
    if axis >= len(shape) or shape[axis] != params.scale.size:
        raise ValueError(f"{name}: expected {params.scale.size} channels along axis {axis}, got shape {shape}")


def _quantize(values: NDArray[Any], params: QuantizationParams, contract: Contract) -> NDArray[Any]:
    """Quantize in NumPy, in the type of ``values``."""
    low, high = params.limits
    farthest = FARTHEST if params.dtype != np.int32 else 2.0 * high
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # infinities clamp
        quotient = values / params.aligned(params.scale, values.ndim).astype(values.dtype)
    # NaN becomes the largest value; what is farther away than any zero point clamps already here, and can be rounded
    clipped = np.clip(np.where(np.isnan(quotient), farthest, quotient), -farthest, farthest)
    rounded = np.rint(clipped) if _ties_to_even(contract) else round_rmm(clipped)
    shifted = rounded + params.aligned(params.zero_point, values.ndim)
    quantized: NDArray[Any] = np.clip(shifted, low, high).astype(params.dtype)
    return quantized


def _ties_to_even(contract: Contract) -> bool:
    if contract not in ("fma", "onnx", "tflite"):
        raise ValueError(f"contract: expected one of fma, onnx, tflite, got {contract!r}")
    return contract == "onnx"


def _requantize(
    data: NDArray[Any], have: QuantizationParams, want: QuantizationParams, channel: int, contract: Contract
) -> NDArray[Any]:
    """Requantize data of one channel, or a whole tensor."""
    (s_x, z_x), (s_y, z_y) = (
        (float(params.scale.ravel()[at]), int(params.zero_point.ravel()[at]))
        for params in (have, want)
        for at in [channel if params.axis is not None else 0]
    )
    multiplier = kernels.output_multiplier(contract, 1.0, s_x, s_y)
    output = kernels.Output(contract, multiplier, z_y, want.dtype)
    steps = np.asarray(np.subtract(data, z_x, dtype=np.int32)).reshape(-1)
    return kernels.requantize(steps, output).reshape(data.shape)
