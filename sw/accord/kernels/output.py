"""What becomes of the 32-bit sums: contracts, multipliers, clamp and lookup."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from accord.kernels import _core, check
from accord.kernels.check import ByteArray

Contract = Literal["fma", "onnx", "tflite"]

CONTRACTS = {"fma": 1, "onnx": 2, "tflite": 3}
"""The extension's numbers; 0 is no requantization."""

LEAST_SHIFT, LARGEST_SHIFT = -31, 30
Q31_ONE = 1 << 31


def contract_number(contract: str) -> int:
    """Return the extension's number of a contract. ValueError for an unknown one."""
    if not isinstance(contract, str) or contract not in CONTRACTS:
        raise ValueError(f"contract: expected one of {', '.join(CONTRACTS)}, got {contract!r}")
    return CONTRACTS[contract]


def q31(name: str, real: float) -> tuple[int, int]:
    """Return (fraction, shift) with real = fraction * 2^(shift - 31), as TFLite's QuantizeMultiplier.

    The fraction is rounded half away, in [2^30, 2^31); (0, 0) where the shift would be below -31. ValueError for a
    shift above 30: the multiplier is too large.
    """
    mantissa, shift = math.frexp(real)
    fraction = math.floor(mantissa * Q31_ONE + 0.5)  # exact: the mantissa has 53 bits and is in [1/2, 1)
    if fraction == Q31_ONE:
        fraction, shift = fraction // 2, shift + 1
    if shift > LARGEST_SHIFT:
        raise ValueError(f"{name}: {real} is too large for a Q31 multiplier, expected less than 2^{LARGEST_SHIFT}")
    return (0, 0) if shift < LEAST_SHIFT else (fraction, shift)


def output_multiplier(
    contract: Contract,
    input_scale: float,
    weight_scale: ArrayLike,
    output_scale: float,
    *,
    fully_connected: bool = False,
) -> NDArray[np.float32] | NDArray[np.float64]:
    """Return M = S_x * S_w / S_y, rounded as a contract wants it, in the shape of ``weight_scale``: () or (C,).

    ``fma``: float32(double(S_x) * S_w / S_y). ``onnx``: the float32 product, then the float32 quotient. ``tflite``:
    float64, S_x * S_w / S_y in double; double(float32(S_x * S_w)) / S_y with ``fully_connected``, as its
    FULLY_CONNECTED has it. Scales are taken as float32.

    ValueError for a scale or a result that is not finite and positive, or an unknown contract.
    """
    contract_number(contract)
    s_x, s_y = check.scale("input_scale", input_scale), check.scale("output_scale", output_scale)
    s_w = check.scales("weight_scale", weight_scale, np.float32)
    with np.errstate(over="ignore", under="ignore"):  # Output's check names what came of it
        if contract == "onnx":
            return check.scales("multiplier", s_x * s_w / s_y, np.float32)
        product = np.float64(s_x * s_w) if fully_connected and contract == "tflite" else np.float64(s_x) * s_w
        exact = np.asarray(product / np.float64(s_y))
    return check.scales("multiplier", exact, np.float64 if contract == "tflite" else np.float32)


@dataclass(frozen=True, eq=False)
class Output:
    """Requantization to 8 bits, clamp and lookup; a layer without it gives the INT32 sums.

    ``contract``: "fma", "onnx" or "tflite", the rules of docs/kernels.md. ``multiplier``: M of
    :func:`output_multiplier`, one number or one a channel; float32 for fma and onnx, float64 for tflite.
    ``zero_point``: Z_y, of ``dtype``: int8 or uint8. ``clamp``: (low, high) in quantized units, for a fused activation;
    None for the dtype's range. ``lookup``: 256 entries, int8 or uint8, indexed by the *bits* of the requantized byte
    (entry 255 is that of int8 -1); the output then has the table's dtype.

    ValueError for multipliers that are not finite and positive, a zero point or clamp outside the dtype's range,
    an empty clamp, a table of another length. TypeError for other dtypes.
    """

    contract: Contract
    multiplier: ArrayLike
    zero_point: int = 0
    dtype: DTypeLike = np.int8
    clamp: tuple[int, int] | None = None
    lookup: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        self.settings()

    @property
    def out_dtype(self) -> np.dtype[Any]:
        """What the output's entries are: the table's dtype where there is one."""
        return np.dtype(self.dtype) if self.lookup is None else self.lookup.dtype

    def settings(self) -> _core.OutputSettings:
        """Return what the extension wants: zero point and clamp in s8, the multiplier in its two forms."""
        number = contract_number(self.contract)
        is_signed = check.byte_dtype("dtype", self.dtype)
        zero = check.zero_point("zero_point", self.zero_point, is_signed)
        low, high = self.bounds()
        shift = 0 if is_signed else 128
        multiplier, fractions, shifts = self._multipliers()
        return _core.OutputSettings(
            number, zero - shift, low - shift, high - shift, not is_signed, multiplier, fractions, shifts, self._table()
        )

    def bounds(self) -> tuple[int, int]:
        """Return the least and the largest value of the output, in its own dtype."""
        least, largest = check.byte_range(check.byte_dtype("dtype", self.dtype))
        if self.clamp is None:
            return least, largest
        if not check.is_row(self.clamp) or len(self.clamp) != 2:
            raise TypeError(f"clamp: expected (low, high) or None, got {self.clamp!r}")
        low, high = (check.integer("clamp", bound, least, largest) for bound in self.clamp)
        if low > high:
            raise ValueError(f"clamp: expected (low, high), got ({low}, {high})")
        return low, high

    def _multipliers(self) -> tuple[NDArray[np.float32] | None, NDArray[np.int32] | None, NDArray[np.int32] | None]:
        if self.contract != "tflite":
            return np.atleast_1d(check.scales("multiplier", self.multiplier, np.float32)), None, None
        real = np.atleast_1d(check.scales("multiplier", self.multiplier, np.float64))
        parts = np.array([q31("multiplier", float(one)) for one in real], np.int32).reshape(-1, 2)
        return None, np.ascontiguousarray(parts[:, 0]), np.ascontiguousarray(parts[:, 1])

    def _table(self) -> ByteArray | None:
        if self.lookup is None:
            return None
        if not isinstance(self.lookup, np.ndarray):
            raise TypeError(f"lookup: expected a NumPy array, got {type(self.lookup).__name__}")
        check.byte_dtype("lookup", self.lookup.dtype)
        if self.lookup.shape != (256,):
            raise ValueError(f"lookup: expected shape (256,), got {self.lookup.shape}")
        return np.ascontiguousarray(self.lookup)


def settings_or_sums(output: Output | None) -> _core.OutputSettings:
    """Return the settings of an output, or of the INT32 sums themselves."""
    if output is None:
        return _core.OutputSettings(0, 0, -128, 127, False, None, None, None, None)
    if not isinstance(output, Output):
        raise TypeError(f"output: expected an Output or None, got {type(output).__name__}")
    return output.settings()
