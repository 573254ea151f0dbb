"""The compiled extension; accord.kernels checks what its constructors and numbers may be."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from accord.kernels.check import ByteArray

class Calls:
    def __enter__(self) -> Self: ...
    def __exit__(self, *details: object) -> None: ...
    def __len__(self) -> int: ...
    def __call__(self) -> None: ...

class OutputSettings:
    def __init__(
        self,
        contract: int,
        zero: int,
        low: int,
        high: int,
        is_unsigned: bool,
        multiplier: NDArray[np.float32] | None,
        fraction: NDArray[np.int32] | None,
        shift: NDArray[np.int32] | None,
        lookup: ByteArray | None,
    ) -> None: ...

class Window:
    def __init__(self, numbers: list[int]) -> None: ...

class _Layer:
    @property
    def isa(self) -> str: ...
    def __call__(self, x: ByteArray, out: NDArray[Any] | None = None) -> NDArray[Any]: ...

class Matmul(_Layer):
    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32],
        is_signed: bool,
        zero: int,
        output: OutputSettings,
        isa: str,
        threads: int,
    ) -> None: ...

class Conv2d(_Layer):
    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32],
        window: Window,
        groups: int,
        is_signed: bool,
        zero: int,
        output: OutputSettings,
        isa: str,
        threads: int,
    ) -> None: ...

class DepthwiseConv2d(_Layer):
    def __init__(
        self,
        weight: NDArray[np.int8],
        bias: NDArray[np.int32],
        window: Window,
        is_signed: bool,
        zero: int,
        output: OutputSettings,
        isa: str,
        threads: int,
    ) -> None: ...

def available() -> list[str]: ...
def capabilities() -> list[str]: ...
def implementation(operation: str, isa: str) -> str: ...
def quantize(
    x: NDArray[np.float32],
    out: ByteArray | None,
    contract: int,
    scale: float,
    zero: int,
    is_signed: bool,
    isa: str,
) -> ByteArray: ...
def quantize_image(
    x: NDArray[np.float32],
    out: ByteArray | None,
    contract: int,
    scale: float,
    zero: int,
    is_signed: bool,
    isa: str,
) -> ByteArray: ...
def dequantize(
    x: ByteArray, out: NDArray[np.float32] | None, scale: float, zero: int, isa: str
) -> NDArray[np.float32]: ...
def add(
    a: ByteArray,
    b: ByteArray,
    out: ByteArray | None,
    contract: int,
    ratios: list[float],
    zeros: list[int],
    scales: list[int],
    isa: str,
) -> ByteArray: ...
def multiply(
    a: ByteArray,
    b: ByteArray,
    out: ByteArray | None,
    zero_a: int,
    zero_b: int,
    output: OutputSettings,
    isa: str,
) -> ByteArray: ...
def lookup(x: ByteArray, table: ByteArray, out: ByteArray | None, isa: str) -> ByteArray: ...
def requantize(x: NDArray[np.int32], out: ByteArray | None, output: OutputSettings, isa: str) -> ByteArray: ...
def dot(x: ByteArray, w: NDArray[np.int8], zero: int, bias: int, isa: str) -> int: ...
def max_pool(x: ByteArray, out: ByteArray | None, window: Window, isa: str) -> ByteArray: ...
def average_pool(
    x: ByteArray,
    out: ByteArray | None,
    window: Window,
    zero: int,
    count_padding: bool,
    outputs: list[OutputSettings],
    isa: str,
) -> ByteArray: ...
