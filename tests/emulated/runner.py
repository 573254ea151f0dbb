"""A process that runs kernels of another processor, and what is said to it: see sw/csrc/runner."""

import contextlib
import ctypes
import struct
import subprocess
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PAGE = 4096


class RunnerError(Exception):
    """The runner refused a request, or died of one."""


class Runner:
    """Started when it is first asked, and again after it died."""

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self._command, self._environment = list(command), environment
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> tuple[str, bytes]:
        """Return the text and the bytes of the reply."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
            )
        process = self._process
        assert process.stdin is not None
        try:
            process.stdin.write(struct.pack("<I", len(request)) + request)
            process.stdin.flush()
        except BrokenPipeError:
            self._died()
        (size,) = struct.unpack("<I", self._read(4))
        reply = self._read(size)
        done, length = struct.unpack_from("<II", reply)
        text = reply[8 : 8 + length].decode()
        if not done:
            raise RunnerError(text)
        return text, reply[8 + length :]

    def names(self, what: str) -> list[str]:
        """Return what is `available`, or its `capabilities`."""
        return self.ask(Message().text(what).bytes())[0].split()

    def implementation(self, operation: str, isa: str = "") -> str:
        """Return the instruction set that an operation would run on."""
        return self.ask(Message().text("implementation").text(isa).text(operation).bytes())[0]

    def close(self) -> int:
        """End the process, whose input ends, and return its exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        return process.wait()

    def _read(self, size: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        found = self._process.stdout.read(size)
        return found if len(found) == size else self._died()

    def _died(self) -> Any:
        code = self.close()
        raise RunnerError(
            f"{' '.join(self._command)}: ended with {code} (-4: no such instruction, -11: outside arrays)"
        )


class Message:
    """Little-endian numbers and bytes, one behind another."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def integers(self, *values: int) -> "Message":
        """Add 32-bit numbers, of either sign."""
        self._parts.append(struct.pack(f"<{len(values)}I", *(int(value) & 0xFFFFFFFF for value in values)))
        return self

    def reals(self, *values: float) -> "Message":
        """Add float32 numbers."""
        self._parts.append(np.asarray(values, "<f4").tobytes())
        return self

    def text(self, value: str) -> "Message":
        """Add a text behind its length."""
        return self.integers(len(value.encode())).raw(value.encode())

    def array(self, values: NDArray[Any] | None) -> "Message":
        """Add an array of 32-bit entries behind their count; None for none."""
        return self.integers(0) if values is None else self.integers(values.size).raw(values.tobytes())

    def raw(self, value: bytes) -> "Message":
        """Add bytes."""
        self._parts.append(value)
        return self

    def bytes(self) -> bytes:
        """Return all of it."""
        return b"".join(self._parts)


def _span(array: NDArray[Any]) -> tuple[int, int]:
    """Return the addresses of an array's first byte in memory, and of the one behind its last."""
    first = array.__array_interface__["data"][0]
    if array.size == 0:
        return first, first
    reach = [(size - 1) * stride for size, stride in zip(array.shape, array.strides, strict=True)]
    return first + sum(min(0, r) for r in reach), first + sum(max(0, r) for r in reach) + array.itemsize


class Regions:
    """The memory that some arrays lie in. Arrays that share bytes share a region, there as here."""

    def __init__(self, arrays: Sequence[NDArray[Any]]) -> None:
        self._spans: list[tuple[int, int]] = []
        for low, high in sorted(_span(array) for array in arrays):
            if self._spans and low < self._spans[-1][1]:
                self._spans[-1] = self._spans[-1][0], max(high, self._spans[-1][1])
            else:
                self._spans.append((low, high))

    def write(self, message: Message) -> None:
        """Add the regions: each ends where memory ends if it does so here, or is aligned as it is here."""
        message.integers(len(self._spans))
        for low, high in self._spans:
            message.integers(high % PAGE == 0, low % 64, high - low).raw(ctypes.string_at(low, high - low))

    def write_view(self, message: Message, array: NDArray[Any]) -> None:
        """Add where an array is: region, offset, shape, strides."""
        index = self._of(array)
        first = array.__array_interface__["data"][0]
        shape = np.array(array.shape, np.uint32), np.array(array.strides, np.int32)
        message.integers(index, first - self._spans[index][0]).array(shape[0]).array(shape[1])

    def read(self, array: NDArray[Any], content: bytes) -> None:
        """Replace the region of an array by what came back."""
        low, high = self._spans[self._of(array)]
        assert len(content) == high - low
        assert array.flags.writeable
        ctypes.memmove(low, content, len(content))

    def _of(self, array: NDArray[Any]) -> int:
        low, high = _span(array)
        return next(i for i, (first, last) in enumerate(self._spans) if first <= low and high <= last)
