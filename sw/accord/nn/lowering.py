"""Lowering of a quantized linear layer to one NPU program, reused for every group of images."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from accord.isa.assembler import assemble
from accord.isa.config import Config
from accord.isa.program import Program
from accord.nn.quantize import QuantizedLinear
from accord.nn.rows import word_rows
from accord.nn.schedule import TileLayout, schedule

VX_NEEDED = 32


class LoweringError(ValueError):
    """A layer that a configuration cannot hold; names the size that does not fit and what would help."""


@dataclass(frozen=True)
class LinearPlan:
    """A layer lowered to one configuration: the program, and how data go in and come out."""

    layer: QuantizedLinear
    config: Config
    layout: TileLayout
    source: str
    """The program as assembler text, one instruction a line."""
    program: Program

    @property
    def images(self) -> int:
        """Images a run."""
        return self.layout.image_tiles * self.config.k

    @property
    def tiles(self) -> int:
        """Tiles a run."""
        return self.layout.channel_tiles * self.layout.image_tiles

    @property
    def feeds(self) -> int:
        """Feeds a run, each K * K multiply-accumulates."""
        return self.tiles * self.layout.inputs

    @cached_property
    def resident(self) -> NDArray[np.int8]:
        """Rows from row 0 on, written once: weights, biases, scales; channels beyond C are zero."""
        k, tiles = self.config.k, self.layout.channel_tiles
        padding = tiles * k - self.layer.channels
        weight = np.pad(self.layer.weight, ((0, padding), (0, 0))).reshape(tiles, k, -1)
        bias = np.pad(self.layer.bias, (0, padding)).reshape(tiles, k)
        scale = np.pad(self.layer.multiplier, (0, padding)).reshape(tiles, k)
        return np.concatenate([weight.transpose(0, 2, 1).reshape(-1, k), word_rows(bias), word_rows(scale)])

    def activation_rows(self, x: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the rows from ``layout.activations`` on for up to ``images`` images (n, R).

        Missing images are zero. ValueError for another shape or dtype.
        """
        if x.dtype != np.int8 or x.ndim != 2 or x.shape[1] != self.layer.inputs or len(x) > self.images:
            raise ValueError(
                f"x: expected int8 of shape (up to {self.images}, {self.layer.inputs}), "
                f"got {x.dtype} of shape {x.shape}"
            )
        k, tiles = self.config.k, self.layout.image_tiles
        padded = np.pad(x, ((0, self.images - len(x)), (0, 0)))
        rows: NDArray[np.int8] = padded.reshape(tiles, k, -1).transpose(0, 2, 1).reshape(-1, k)
        return rows

    def outputs(self, scratchpad: NDArray[np.int8], count: int) -> NDArray[np.int8]:
        """Return the (count, C) outputs of the first ``count`` images from the scratchpad after a run."""
        k, tiles = self.config.k, self.layout.channel_tiles
        rows = scratchpad[self.layout.outputs : self.layout.rows].reshape(tiles, self.images, k)
        channels: NDArray[np.int8] = rows.transpose(1, 0, 2).reshape(self.images, tiles * k)
        return channels[:count, : self.layer.channels]


def _capacity(name: str, available: int, remedy: str, size: Callable[[int], int]) -> int:
    """Return how many image tiles fit; ``size`` of n tiles grows by the same amount with each."""
    one = size(1)
    if one > available:
        raise LoweringError(f"{name}: one image tile of the layer needs {one}, there are {available}; {remedy}")
    return 1 + (available - one) // (size(2) - one)


def lower_linear(layer: QuantizedLinear, config: Config, images: int) -> LinearPlan:
    """Lower ``layer`` to a program for groups out of ``images`` images in all.

    A run takes as many images as the program memory and the scratchpad hold, fewer where that makes the runs
    equal. Raises LoweringError where not even K images fit or the registers are too few, ValueError for
    images < 1.
    """
    if images < 1:
        raise ValueError(f"images={images}: must be at least 1")
    if config.vx_count < VX_NEEDED:
        raise LoweringError(f"vx_count={config.vx_count}: a linear layer is lowered to {VX_NEEDED} VX registers")
    channel_tiles = -(-layer.channels // config.k)
    zero_bits = int(np.float32(layer.output.zero_point).view(np.uint32))

    def layout(image_tiles: int) -> TileLayout:
        return TileLayout(config.k, layer.inputs, channel_tiles, image_tiles)

    capacity = min(
        _capacity(
            "program_words",
            config.program_words,
            "a larger program memory or K would do",
            lambda n: len(schedule(layout(n), zero_bits)),
        ),
        _capacity(
            "scratchpad_rows",
            config.scratchpad_rows,
            "a larger scratchpad or K would do",
            lambda n: layout(n).rows,
        ),
    )
    needed = -(-images // config.k)
    runs = -(-needed // capacity)
    chosen = layout(-(-needed // runs))
    source = "\n".join(schedule(chosen, zero_bits)) + "\n"
    return LinearPlan(layer, config, chosen, source, assemble(source, config))
