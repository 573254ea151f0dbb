"""What is measured: the shapes, and what each is to reach."""

import math
from dataclasses import dataclass
from typing import Literal

Operation = Literal["product", "convolution", "depthwise"]
Quantity = Literal["x best INT8", "x best FP32", "x FP32 time", "of INT8 peak", "x best call"]

CACHED_BYTES = 256 * 1024
"""What the copies of a layer are to take together: a part of a second-level cache."""
LEAST_COPIES, MOST_COPIES = 4, 64


@dataclass(frozen=True)
class Target:
    """A bound: at least so much of a quantity, or, of a time, at most so much of it."""

    quantity: Quantity
    bound: float

    @property
    def is_time(self) -> bool:
        """Whether less is better."""
        return self.quantity in ("x FP32 time", "x best call")

    def met(self, value: float) -> bool:
        """Return whether a value reaches the bound."""
        return value <= self.bound if self.is_time else value >= self.bound

    def __str__(self) -> str:
        return f"{'<=' if self.is_time else '>='} {self.bound:g} {self.quantity}"


@dataclass(frozen=True)
class Case:
    """One layer. Products are M x K by K x N; images are square, NHWC, stride 1, padded to keep their size."""

    id: str
    operation: Operation
    rows: int
    """M, or height times width."""
    depth: int
    """K, or input channels; 1 for depthwise."""
    columns: int
    """N, or output channels."""
    targets: tuple[Target, ...]
    kernel: int = 1
    isa: str = ""
    """Forced on accord; empty for the best."""
    needs: str = "VNNI"
    """What the targets are about, as ``bench.processor.lacks`` takes it."""

    @property
    def taps(self) -> int:
        """Bytes of a pixel's window, channels included: the length of each sum."""
        return self.kernel**2 * self.depth

    @property
    def operations(self) -> int:
        """Two a multiply-accumulate; padded taps count."""
        return 2 * self.rows * self.taps * self.columns

    @property
    def taps_inside(self) -> float:
        """The part of the taps that lie inside the image: the others can be left out."""
        if self.operation == "product":
            return 1.0
        outside = self.kernel // 2 * (self.kernel // 2 + 1)
        return (1 - outside / (self.size * self.kernel)) ** 2

    @property
    def weight_bytes(self) -> int:
        """Of one copy, in INT8."""
        return self.taps * self.columns

    @property
    def activation_bytes(self) -> int:
        """Input, and output: int32 sums of products, else bytes."""
        channels = self.columns if self.operation == "depthwise" else self.depth
        return self.rows * (channels + self.columns * (4 if self.operation == "product" else 1))

    @property
    def copies(self) -> int:
        """Layers of this shape that are called in turn, each with weights of its own; even."""
        return min(max(CACHED_BYTES // self.weight_bytes, LEAST_COPIES), MOST_COPIES) // 2 * 2

    @property
    def size(self) -> int:
        """Height and width of an image."""
        return math.isqrt(self.rows)


def _product(m: int, n: int, k: int, *targets: Target) -> Case:
    name = str(m) if m == n == k else f"{m}x{n}x{k}"
    return Case(f"cpu.gemm.{name}", "product", m, k, n, targets)


def _peer(bound: float) -> Target:
    return Target("x best INT8", bound)


PARITY = (_peer(0.98), Target("of INT8 peak", 0.95))
DEPTHWISE = (Target("x FP32 time", 0.7), Target("x FP32 time", 0.5))

CASES = (
    _product(1, 1000, 1024, _peer(1.15)),
    _product(49, 576, 96, _peer(1.08)),
    _product(196, 240, 40, _peer(1.10)),
    _product(784, 64, 64, _peer(1.05)),
    _product(256, 256, 256, *PARITY),
    _product(512, 512, 512, *PARITY),
    _product(1024, 1024, 1024, *PARITY),
    Case("cpu.conv3.56x64", "convolution", 56**2, 64, 64, PARITY, kernel=3),
    Case("cpu.conv3.28x128", "convolution", 28**2, 128, 128, PARITY, kernel=3),
    Case("cpu.conv3.14x256", "convolution", 14**2, 256, 256, PARITY, kernel=3),
    Case("cpu.conv1.14x96x576", "convolution", 14**2, 96, 576, (_peer(1.10),)),
    Case("cpu.dw3.112x16", "depthwise", 112**2, 1, 16, DEPTHWISE, kernel=3),
    Case("cpu.dw3.28x120", "depthwise", 28**2, 1, 120, DEPTHWISE, kernel=3),
    Case("cpu.dw5.14x240", "depthwise", 14**2, 1, 240, DEPTHWISE, kernel=5),
    Case("cpu.avx2.gemm512", "product", 512, 512, 512, (Target("of INT8 peak", 0.8),), isa="avx2", needs="avx2"),
)
CALL = Case("cpu.call.us", "product", 1, 16, 16, (Target("x best call", 0.5),), needs="")
"""Not its kernel: the way from Python to it and back."""

IDS = tuple(case.id for case in (*CASES, CALL))
