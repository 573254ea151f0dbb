"""MobileNetV3 for images of 8x8, in PyTorch: the paper's blocks, fewer and narrower."""

import torch
from torch import nn

CLASSES = 10
EPSILON = 1e-3
"""Added to variances, as the paper's networks have it."""


class Unit(nn.Sequential):
    """Convolution, padded to keep the size, BatchNorm, activation or none."""

    def __init__(self, given: int, made: int, kernel: int, stride: int, groups: int, act: type[nn.Module] | None):
        convolution = nn.Conv2d(given, made, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(made, eps=EPSILON), *([act()] if act else []))


class Squeeze(nn.Module):
    """Squeeze-and-excite: the image's mean scales the channels."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, inner, 1), nn.Conv2d(inner, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        mean = x.mean((2, 3), keepdim=True)
        return x * nn.functional.hardsigmoid(self.expand(self.reduce(mean).relu()))


class Block(nn.Module):
    """Inverted residual: expand, depthwise convolution, squeeze-and-excite, project, and its input where that fits."""

    def __init__(self, given: int, kernel: int, inner: int, made: int, squeeze: int, act: type[nn.Module], stride: int):
        super().__init__()
        self.expand = Unit(given, inner, 1, 1, 1, act)
        self.depthwise = Unit(inner, inner, kernel, stride, inner, act)
        self.squeeze = Squeeze(inner, squeeze) if squeeze else None
        self.project = Unit(inner, made, 1, 1, 1, None)
        self.is_residual = stride == 1 and given == made

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        y = self.depthwise(self.expand(x))
        y = self.project(y if self.squeeze is None else self.squeeze(y))
        return x + y if self.is_residual else y


BLOCKS: list[tuple[int, int, int, int, int, type[nn.Module], int]] = [
    (16, 3, 16, 16, 8, nn.ReLU, 1),
    (16, 3, 48, 24, 0, nn.ReLU, 2),
    (24, 3, 56, 24, 0, nn.ReLU, 1),
    (24, 5, 64, 32, 16, nn.Hardswish, 1),
    (32, 5, 80, 32, 16, nn.Hardswish, 1),
    (32, 5, 80, 32, 16, nn.Hardswish, 2),
]
"""Channels in, kernel, channels inside, channels out, channels of squeeze-and-excite (0: none), activation, stride."""


class DigitsNet(nn.Module):
    """Images (n, 1, 8, 8), 0 to 1, to logits (n, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Unit(1, 16, 3, 1, 1, nn.Hardswish)
        self.blocks = nn.ModuleList(Block(*row) for row in BLOCKS)
        self.head = Unit(32, 96, 1, 1, 1, nn.Hardswish)
        self.hidden, self.dropout, self.classes = nn.Linear(96, 64), nn.Dropout(0.2), nn.Linear(64, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        pooled = self.head(x).mean((2, 3))
        logits: torch.Tensor = self.classes(self.dropout(nn.functional.hardswish(self.hidden(pooled))))
        return logits
