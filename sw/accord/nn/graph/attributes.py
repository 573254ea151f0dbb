"""What nodes are told beside their inputs, one class for each kind."""

from dataclasses import dataclass

from accord.nn.graph.function import Expression
from accord.nn.params import QuantizationParams

Pair = tuple[int, int]
Bounds = tuple[int, int] | tuple[float, float] | None
"""(low, high) of a clamp: in quantized units, or real where the output is; None for no clamp."""


@dataclass(frozen=True)
class Window:
    """Taps, steps and padding of a window over (H, W); ``padding``: top, left, bottom, right."""

    kernel: Pair
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)

    def out_size(self, height: int, width: int) -> Pair:
        """Return the height and width of the output. ValueError where the padded image is smaller than the window."""
        top, left, bottom, right = self.padding
        return (
            _out_size(top + height + bottom, self.kernel[0], self.stride[0], self.dilation[0]),
            _out_size(left + width + right, self.kernel[1], self.stride[1], self.dilation[1]),
        )


def _out_size(padded: int, taps: int, stride: int, dilation: int) -> int:
    reach = dilation * (taps - 1) + 1
    if padded < reach:
        raise ValueError(f"a window that reaches over {reach} does not fit into {padded}, padding included")
    return (padded - reach) // stride + 1


@dataclass(frozen=True)
class ConvAttributes:
    """Of a convolution."""

    window: Window
    groups: int = 1
    clamp: Bounds = None


@dataclass(frozen=True)
class ClampAttributes:
    """Of a linear layer, a sum or a product: the clamp of a fused activation."""

    clamp: Bounds = None


@dataclass(frozen=True)
class PoolAttributes:
    """Of a pool. ``count_include_pad``: an average divides by all taps, those outside the image too."""

    window: Window
    count_include_pad: bool = False
    clamp: Bounds = None


@dataclass(frozen=True)
class AxisAttributes:
    """Of a concatenation or a softmax: the axis of the graph's own layout, 0 or more."""

    axis: int


@dataclass(frozen=True)
class TransposeAttributes:
    """``axes[i]`` is the input's axis that becomes axis i."""

    axes: tuple[int, ...]


@dataclass(frozen=True)
class SliceAttributes:
    """From ``start`` up to ``stop``, each ``step``-th, along one axis; none is negative."""

    axis: int
    start: int
    stop: int
    step: int = 1


@dataclass(frozen=True)
class PadAttributes:
    """How many elements of ``value``, of the tensor's dtype, stand before and after each axis."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    value: int | float


@dataclass(frozen=True)
class FunctionAttributes:
    """What a FUNCTION computes; of a LOOKUP, the real function that its table was made of, where that is known."""

    expression: Expression


@dataclass(frozen=True)
class BatchNormAttributes:
    """Of a batch normalization: what is added to the variance."""

    epsilon: float = 1e-5


@dataclass(frozen=True)
class FusedAttributes:
    """Of a convolution or a linear layer whose bytes, of ``params``, the constant ``table`` turns into the output's."""

    attributes: ConvAttributes | ClampAttributes | None
    params: QuantizationParams
    table: str


Attributes = (
    ConvAttributes
    | ClampAttributes
    | PoolAttributes
    | AxisAttributes
    | BatchNormAttributes
    | FunctionAttributes
    | FusedAttributes
    | PadAttributes
    | TransposeAttributes
    | SliceAttributes
)
