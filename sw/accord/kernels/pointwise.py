"""Functions of whole arrays: dot, requantize, quantize, dequantize, add, multiply, lookup."""

from typing import Any, NotRequired, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from accord.kernels import _core, check
from accord.kernels.check import ByteArray
from accord.kernels.output import Contract, Output, contract_number, output_multiplier, q31, settings_or_sums

TFLITE_ADD_SHIFT = 20


class _Settings(TypedDict):
    """Of a sum or a product: scales and zero points of both operands and the result."""

    a_scale: float
    b_scale: float
    scale: float
    a_zero_point: NotRequired[int]
    b_zero_point: NotRequired[int]
    zero_point: NotRequired[int]
    contract: NotRequired[Contract]
    clamp: NotRequired[tuple[int, int] | None]
    isa: NotRequired[str | None]


def dot(
    x: ByteArray,
    w: NDArray[np.int8],
    *,
    bias: int = 0,
    input_zero_point: int = 0,
    output: Output | None = None,
    isa: str | None = None,
) -> int:
    """Return bias + the sum of (x - Z_x) * w, modulo 2^32, or what ``output`` makes of it.

    ``x``: int8 or uint8 (K,). ``w``: int8 (K,). TypeError and ValueError as :class:`Matmul` raises them.
    """
    is_signed = _is_signed("x", x)
    zero = check.zero_point("input_zero_point", input_zero_point, is_signed)
    start = check.integer("bias", bias, check.INT32_MIN, check.INT32_MAX)
    total = _core.dot(x, w, zero, start, check.name_or_empty("isa", isa))
    if output is None:
        return total
    return int(requantize(np.array([total], np.int32), output, isa=isa)[0])


def requantize(
    x: NDArray[np.int32], output: Output, *, out: ByteArray | None = None, isa: str | None = None
) -> ByteArray:
    """Return int32 sums (..., C), contiguous, as bytes of the same shape; per-channel multipliers are (C,)."""
    if not isinstance(output, Output):
        raise TypeError(f"output: expected an Output, got {type(output).__name__}")
    return _core.requantize(x, out, settings_or_sums(output), check.name_or_empty("isa", isa))


def quantize(
    x: NDArray[np.float32],
    scale: float,
    zero_point: int = 0,
    *,
    dtype: DTypeLike = np.int8,
    contract: Contract = "fma",
    out: ByteArray | None = None,
    isa: str | None = None,
) -> ByteArray:
    """Return clamp(round(x / S) + Z): float32 division; ties to even under ``onnx``, away from zero otherwise.

    ``x``: float32, contiguous, any shape; a NaN gives the largest value of ``dtype``, as the hardware's conversion.
    """
    is_signed = check.byte_dtype("dtype", dtype)
    zero = check.zero_point("zero_point", zero_point, is_signed)
    name = check.name_or_empty("isa", isa)
    return _core.quantize(x, out, contract_number(contract), float(check.scale("scale", scale)), zero, is_signed, name)


def quantize_image(
    x: NDArray[np.float32],
    scale: float,
    zero_point: int = 0,
    *,
    dtype: DTypeLike = np.int8,
    contract: Contract = "fma",
    out: ByteArray | None = None,
    isa: str | None = None,
) -> ByteArray:
    """Return images (N, C, H, W), float32 and contiguous, quantized as by :func:`quantize`, as (N, H, W, C)."""
    is_signed = check.byte_dtype("dtype", dtype)
    zero = check.zero_point("zero_point", zero_point, is_signed)
    number, name = contract_number(contract), check.name_or_empty("isa", isa)
    return _core.quantize_image(x, out, number, float(check.scale("scale", scale)), zero, is_signed, name)


def dequantize(
    x: ByteArray, scale: float, zero_point: int = 0, *, out: NDArray[np.float32] | None = None, isa: str | None = None
) -> NDArray[np.float32]:
    """Return float32 (x - Z) * S; ``x``: int8 or uint8, contiguous, any shape."""
    zero = check.zero_point("zero_point", zero_point, _is_signed("x", x))
    return _core.dequantize(x, out, float(check.scale("scale", scale)), zero, check.name_or_empty("isa", isa))


def lookup(x: ByteArray, table: ByteArray, *, out: ByteArray | None = None, isa: str | None = None) -> ByteArray:
    """Return table[bits of x]: 256 entries, contiguous; entry 255 is that of int8 -1. ``out`` may be x."""
    return _core.lookup(x, table, out, check.name_or_empty("isa", isa))


class _TwoOperands:
    """What a sum and a product have in common: numbers checked once."""

    def __init__(
        self,
        *,
        a_scale: float,
        b_scale: float,
        scale: float,
        dtype: DTypeLike,
        a_zero_point: int = 0,
        b_zero_point: int = 0,
        zero_point: int = 0,
        contract: Contract = "fma",
        clamp: tuple[int, int] | None = None,
        isa: str | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        is_signed = check.byte_dtype("dtype", dtype)
        self._contract = contract
        self._zeros = [
            check.zero_point("a_zero_point", a_zero_point, is_signed),
            check.zero_point("b_zero_point", b_zero_point, is_signed),
            check.zero_point("zero_point", zero_point, is_signed),
        ]
        self._scales = [
            check.scale("a_scale", a_scale),
            check.scale("b_scale", b_scale),
            check.scale("scale", scale),
        ]
        self._clamp = clamp
        self._isa = check.name_or_empty("isa", isa)

    def _output(self, multiplier: ArrayLike) -> Output:
        return Output(self._contract, multiplier, self._zeros[2], self.dtype, self._clamp)


class Add(_TwoOperands):
    """``layer(a, b, out=None)``: the quantized sum of two tensors of one dtype, prepared.

    ``dtype``: int8 or uint8, that of a, b and the result. Everything else as for :func:`add`.
    """

    def __init__(self, *, dtype: DTypeLike, **settings: Unpack[_Settings]) -> None:
        super().__init__(dtype=dtype, **settings)
        self._number = contract_number(self._contract)
        self._integers = [*self._zeros, *self._output(1.0).bounds()]
        s_a, s_b, s_y = self._scales
        self._ratios, self._q31 = [1.0, 1.0], [0] * 6
        if self._contract == "tflite":
            self._q31 = _tflite_scales(float(s_a), float(s_b), float(s_y))
        else:
            self._ratios = [_ratio("a_scale", s_a, s_y), _ratio("b_scale", s_b, s_y)]

    def __call__(self, a: ByteArray, b: ByteArray, out: ByteArray | None = None) -> ByteArray:
        """Return the sum; ``out`` may be an operand of its shape."""
        check.same_dtype("a", a, self.dtype)
        return _core.add(a, b, out, self._number, self._ratios, self._integers, self._q31, self._isa)


class Multiply(_TwoOperands):
    """``layer(a, b, out=None)``: the quantized product of two tensors of one dtype, prepared.

    ``dtype``: int8 or uint8, that of a, b and the result. Everything else as for :func:`multiply`.
    """

    def __init__(self, *, dtype: DTypeLike, **settings: Unpack[_Settings]) -> None:
        super().__init__(dtype=dtype, **settings)
        s_a, s_b, s_y = self._scales
        self._settings = self._output(output_multiplier(self._contract, float(s_a), s_b, float(s_y))).settings()

    def __call__(self, a: ByteArray, b: ByteArray, out: ByteArray | None = None) -> ByteArray:
        """Return the product; ``out`` may be an operand of its shape."""
        check.same_dtype("a", a, self.dtype)
        zero_a, zero_b, _ = self._zeros
        return _core.multiply(a, b, out, zero_a, zero_b, self._settings, self._isa)


def add(a: ByteArray, b: ByteArray, *, out: ByteArray | None = None, **settings: Unpack[_Settings]) -> ByteArray:
    """Return the quantized sum of two tensors of one dtype, int8 or uint8, which is the result's too.

    ``settings``: ``a_scale``, ``b_scale`` and ``scale``, the result's; ``a_zero_point``, ``b_zero_point`` and
    ``zero_point``, 0 by default; ``contract``, "fma" by default; ``clamp``, (low, high) in the result's units; ``isa``.

    Their shapes are equal, or one has sizes of 1, next to one another, where it is repeated: (N, 1, 1, C), a number a
    channel, goes with (N, H, W, C).

    ``fma``: sat8(RMM(fma(f32(a - Z_a), r_a, fma(f32(b - Z_b), r_b, f32(Z_y))))), r_a = S_a / S_y, r_b = S_b / S_y, in
    s8. ``onnx``: sat(RNE(fma(a, r_a, fma(b, r_b, F)))), F = Z_y - fma(r_a, Z_a, r_b * Z_b). ``tflite``: its
    reference ADD. ``out`` may be an operand of its shape.
    """
    _is_signed("a", a)
    return Add(dtype=a.dtype, **settings)(a, b, out)


def multiply(a: ByteArray, b: ByteArray, *, out: ByteArray | None = None, **settings: Unpack[_Settings]) -> ByteArray:
    """Return (a - Z_a) * (b - Z_b), requantized by the contract with M = S_a * S_b / S_y.

    ``onnx`` adds the zero point in float32, before rounding, as ONNX Runtime's QLinearMul does:
    sat(RNE(f32(f32((a - Z_a) * (b - Z_b)) * M) + f32(Z_y))).

    Settings, shapes and dtypes as for :func:`add`.
    """
    _is_signed("a", a)
    return Multiply(dtype=a.dtype, **settings)(a, b, out)


def _is_signed(name: str, x: Any) -> bool:
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array of int8 or uint8, got {type(x).__name__}")
    return check.byte_dtype(name, x.dtype)


def _ratio(name: str, s_x: np.float32, s_y: np.float32) -> float:
    with np.errstate(over="ignore", under="ignore"):  # the check names what came of it
        return float(check.scale(f"{name} / scale", s_x / s_y))


def _tflite_scales(s_a: float, s_b: float, s_y: float) -> list[int]:
    """Return fraction and shift of a, b and y: S_i / (2 max S), and 2 max S / (2^20 S_y), in double."""
    twice = 2 * max(s_a, s_b)
    reals = {"a_scale": s_a / twice, "b_scale": s_b / twice, "scale": twice / ((1 << TFLITE_ADD_SHIFT) * s_y)}
    return [part for name, real in reals.items() for part in q31(name, real)]
