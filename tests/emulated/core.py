"""Takes the place of the extension ``accord.kernels._core``: what that computes, a runner of another processor does.

So the tests of the kernels, and whatever else calls them, run on that processor as they are. Arguments are trusted:
their checks are the same for each processor, and tested on this one. Every result is compared with what ``scalar``
gives here.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .runner import Message, Regions, Runner

OPERATIONS = ("gemm", "depthwise", "dot", "requantize", "pointwise", "pool")
ran: Counter[tuple[str, str]] = Counter()
"""Calls that ran and were right: (operation, instruction set)."""

_runner: Runner
_host: Any
_responsible: list[str]


def connect(runner: Runner, host: Any, responsible: list[str]) -> None:
    """Use a runner; `host` is the extension of this processor, `responsible` what `available` is to say."""
    global _runner, _host, _responsible
    _runner, _host, _responsible = runner, host, responsible


def available() -> list[str]:
    return [isa for isa in _runner.names("available") if isa in _responsible]


def capabilities() -> list[str]:
    return _runner.names("capabilities")


@cache
def implementation(operation: str, isa: str) -> str:
    return _runner.implementation(operation, isa)


class OutputSettings:
    def __init__(self, *numbers: Any) -> None:
        self.numbers, self.host = numbers, _host.OutputSettings(*numbers)

    @property
    def dtype(self) -> Any:
        contract, *_, is_unsigned, _, _, _, table = self.numbers
        if contract == 0:
            return np.int32
        return (np.uint8 if is_unsigned else np.int8) if table is None else table.dtype

    def write(self, message: Message) -> None:
        *integers, multiplier, fraction, shift, table = self.numbers
        message.integers(*integers).array(multiplier).array(fraction).array(shift)
        message.integers(table is not None).raw(b"" if table is None else table.tobytes())


class Window:
    def __init__(self, numbers: list[int]) -> None:
        self.numbers, self.host = numbers, _host.Window(numbers)

    def outputs(self, x: NDArray[Any]) -> tuple[int, ...]:
        """Return the height and width of what is made of an image."""
        kernel, stride, dilation, before, after = (self.numbers[i : i + 2] for i in range(0, 10, 2))
        extents = [dilation[a] * (kernel[a] - 1) + 1 for a in (0, 1)]
        return tuple((before[a] + x.shape[1 + a] + after[a] - extents[a]) // stride[a] + 1 for a in (0, 1))

    def write(self, message: Message) -> None:
        message.integers(*self.numbers)


class Calls:
    """Calls that are kept, and made in turn."""

    current: "Calls | None" = None

    def __init__(self) -> None:
        self._kept: list[Callable[[], object]] = []

    def __enter__(self) -> "Calls":
        Calls.current = self
        return self

    def __exit__(self, *details: object) -> None:
        Calls.current = None

    def __len__(self) -> int:
        return len(self._kept)

    def __call__(self) -> None:
        for one in self._kept:
            one()

    def keep(self, call: Callable[[], object]) -> None:
        self._kept.append(call)


def _call(
    family: str,
    name: str,
    isa: str,
    inputs: list[NDArray[Any]],
    out: NDArray[Any],
    settings: Callable[[Message], object],
    host: Callable[[], NDArray[Any]],
) -> NDArray[Any]:
    """Let the runner fill `out`, or keep that for later; compare with what this processor's scalar kernels give."""

    def run() -> None:
        want = host()  # first: the output may be an input
        if isa == "scalar" and isa not in _responsible:
            out[...] = want  # what others have to give; another target runs it
            return
        regions = Regions([*inputs, out])
        message = Message().text(name).text(isa)
        regions.write(message)
        for array in [out, *inputs]:
            regions.write_view(message, array)
        settings(message)
        text, content = _runner.ask(message.bytes())
        assert text == implementation(family, isa), f"{name}: ran on {text}"
        regions.read(out, content)
        assert out.dtype == want.dtype
        assert out.shape == want.shape
        same = np.ascontiguousarray(out).view(np.uint8) == np.ascontiguousarray(want).view(np.uint8)
        assert same.all(), (
            f"{name} on {text}: {(~same).sum()} of {same.size} bytes differ from scalar here\n{out}\n{want}"
        )
        ran[family, text] += 1

    if Calls.current is not None:
        Calls.current.keep(run)
    else:
        run()
    return out


def _out(out: NDArray[Any] | None, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    return np.empty(shape, dtype) if out is None else out


def _pixel_stride(out: NDArray[Any]) -> int:
    """Return the bytes from pixel to pixel of an NHWC array that has them evenly spaced."""
    for axis in (2, 1, 0):
        if out.shape[axis] > 1:
            return out.strides[axis]
    return out.shape[3] * out.itemsize


class _Layer:
    family = "gemm"

    def __init__(self, name: str, isa: str, host: Any, weight: Any, bias: Any, settings: tuple[Any, ...]) -> None:
        self._name, self._asked, self._host, self._weight, self._bias = name, isa, host, weight, bias
        self._signed, self._zero, self._output, self._threads = settings

    @property
    def isa(self) -> str:
        return implementation(self.family, self._asked)

    def run(self, x: Any, out: NDArray[Any], settings: Callable[[Message], object]) -> NDArray[Any]:
        def write(message: Message) -> None:
            message.integers(self._signed, self._zero)
            self._output.write(message)
            message.integers(self._threads)
            settings(message)

        inputs = [x, self._weight, self._bias]
        return _call(self.family, self._name, self._asked, inputs, out, write, lambda: self._host(x.copy()))


class Matmul(_Layer):
    def __init__(
        self, weight: Any, bias: Any, is_signed: bool, zero: int, output: OutputSettings, isa: str, threads: int
    ) -> None:
        host = _host.Matmul(weight, bias, is_signed, zero, output.host, "scalar", 1)
        super().__init__("matmul", isa, host, weight, bias, (is_signed, zero, output, threads))

    def __call__(self, x: Any, out: Any = None) -> NDArray[Any]:
        shape = x.shape[0], self._weight.shape[1]
        return self.run(x, _out(out, shape, self._output.dtype), lambda message: None)


class Conv2d(_Layer):
    def __init__(
        self,
        weight: Any,
        bias: Any,
        window: Window,
        groups: int,
        is_signed: bool,
        zero: int,
        output: OutputSettings,
        isa: str,
        threads: int,
    ) -> None:
        self._window, self._groups = window, groups
        host = _host.Conv2d(weight, bias, window.host, groups, is_signed, zero, output.host, "scalar", 1)
        super().__init__("conv2d", isa, host, weight, bias, (is_signed, zero, output, threads))

    def __call__(self, x: Any, out: Any = None) -> NDArray[Any]:
        to = _out(out, (x.shape[0], *self._window.outputs(x), self._weight.shape[0]), self._output.dtype)

        def settings(message: Message) -> None:
            self._window.write(message)
            message.integers(self._groups, _pixel_stride(to))

        return self.run(x, to, settings)


class DepthwiseConv2d(_Layer):
    family = "depthwise"

    def __init__(
        self,
        weight: Any,
        bias: Any,
        window: Window,
        is_signed: bool,
        zero: int,
        output: OutputSettings,
        isa: str,
        threads: int,
    ) -> None:
        self._window = window
        host = _host.DepthwiseConv2d(weight, bias, window.host, is_signed, zero, output.host, "scalar", 1)
        super().__init__("depthwise", isa, host, weight, bias, (is_signed, zero, output, threads))

    def __call__(self, x: Any, out: Any = None) -> NDArray[Any]:
        to = _out(out, (x.shape[0], *self._window.outputs(x), x.shape[3]), self._output.dtype)

        def settings(message: Message) -> None:
            self._window.write(message)
            message.integers(_pixel_stride(to))

        return self.run(x, to, settings)


def dot(x: Any, w: Any, zero: int, bias: int, isa: str) -> int:
    out = np.empty((1,), np.int32)

    def host() -> NDArray[Any]:
        return np.array([_host.dot(x, w, zero, bias, "scalar")], np.int32)

    _call("dot", "dot", isa, [x, w], out, lambda m: m.integers(x.dtype == np.int8, zero, bias), host)
    return int(out[0])


def requantize(x: Any, out: Any, output: OutputSettings, isa: str) -> NDArray[Any]:
    to = _out(out, x.shape, output.dtype)
    return _call(
        "requantize", "requantize", isa, [x], to, output.write, lambda: _host.requantize(x, None, output.host, "scalar")
    )


def _quantize(name: str, x: Any, to: NDArray[Any], numbers: tuple[Any, ...], isa: str) -> NDArray[Any]:
    contract, scale, zero, is_signed = numbers

    def settings(message: Message) -> None:
        message.integers(contract).reals(scale).integers(zero, is_signed)

    return _call("pointwise", name, isa, [x], to, settings, lambda: getattr(_host, name)(x, None, *numbers, "scalar"))


def quantize(x: Any, out: Any, contract: int, scale: float, zero: int, is_signed: bool, isa: str) -> NDArray[Any]:
    to = _out(out, x.shape, np.int8 if is_signed else np.uint8)
    return _quantize("quantize", x, to, (contract, scale, zero, is_signed), isa)


def quantize_image(x: Any, out: Any, contract: int, scale: float, zero: int, is_signed: bool, isa: str) -> NDArray[Any]:
    n, c, h, w = x.shape
    to = _out(out, (n, h, w, c), np.int8 if is_signed else np.uint8)
    return _quantize("quantize_image", x, to, (contract, scale, zero, is_signed), isa)


def dequantize(x: Any, out: Any, scale: float, zero: int, isa: str) -> NDArray[Any]:
    to = _out(out, x.shape, np.float32)

    def settings(message: Message) -> None:
        message.reals(scale).integers(x.dtype == np.int8, zero)

    return _call(
        "pointwise", "dequantize", isa, [x], to, settings, lambda: _host.dequantize(x, None, scale, zero, "scalar")
    )


def _spread(a: Any, b: Any) -> tuple[int, int, int, bool]:
    """Return outer, times and inner of the operand with fewer elements, and whether it is b."""
    few, wide = (a, b) if a.size < b.size else (b, a)
    same = [f == w for f, w in zip(few.shape, wide.shape, strict=True)]
    first = same.index(False) if False in same else len(same)
    last = len(same) - same[::-1].index(False) if False in same else len(same)
    parts = (wide.shape[:first], wide.shape[first:last], wide.shape[last:])
    outer, times, inner = (int(np.prod(part, dtype=np.int64)) for part in parts)
    return outer, times, inner, few is b


def add(
    a: Any, b: Any, out: Any, contract: int, ratios: list[float], zeros: list[int], scales: list[int], isa: str
) -> NDArray[Any]:
    to = _out(out, np.broadcast_shapes(a.shape, b.shape), a.dtype)

    def settings(message: Message) -> None:
        message.integers(*_spread(a, b), a.dtype == np.int8, contract).reals(*ratios).integers(*zeros, *scales)

    def host() -> NDArray[Any]:
        return _host.add(a, b, None, contract, ratios, zeros, scales, "scalar")

    return _call("pointwise", "add", isa, [a, b], to, settings, host)


def multiply(a: Any, b: Any, out: Any, zero_a: int, zero_b: int, output: OutputSettings, isa: str) -> NDArray[Any]:
    to = _out(out, np.broadcast_shapes(a.shape, b.shape), a.dtype)

    def settings(message: Message) -> None:
        message.integers(*_spread(a, b), a.dtype == np.int8, zero_a, zero_b)
        output.write(message)

    def host() -> NDArray[Any]:
        return _host.multiply(a, b, None, zero_a, zero_b, output.host, "scalar")

    return _call("pointwise", "multiply", isa, [a, b], to, settings, host)


def lookup(x: Any, table: Any, out: Any, isa: str) -> NDArray[Any]:
    to = _out(out, x.shape, table.dtype)
    return _call(
        "pointwise", "lookup", isa, [x, table], to, lambda m: m, lambda: _host.lookup(x, table, None, "scalar")
    )


def max_pool(x: Any, out: Any, window: Window, isa: str) -> NDArray[Any]:
    to = _out(out, (x.shape[0], *window.outputs(x), x.shape[3]), x.dtype)

    def settings(message: Message) -> None:
        window.write(message)
        message.integers(x.dtype == np.int8)

    return _call("pool", "max_pool", isa, [x], to, settings, lambda: _host.max_pool(x, None, window.host, "scalar"))


def average_pool(
    x: Any, out: Any, window: Window, zero: int, count_padding: bool, outputs: list[OutputSettings], isa: str
) -> NDArray[Any]:
    to = _out(out, (x.shape[0], *window.outputs(x), x.shape[3]), outputs[0].dtype)

    def settings(message: Message) -> None:
        window.write(message)
        message.integers(x.dtype == np.int8, zero, count_padding, len(outputs))
        for one in outputs:
            one.write(message)

    def host() -> NDArray[Any]:
        return _host.average_pool(x, None, window.host, zero, count_padding, [o.host for o in outputs], "scalar")

    return _call("pool", "average_pool", isa, [x], to, settings, host)


def best() -> set[str]:
    """Return what runs where nothing is forced: an instruction set an operation."""
    return {implementation(operation, "") for operation in OPERATIONS}
