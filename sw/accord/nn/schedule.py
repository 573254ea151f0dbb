"""Order of a linear layer's instructions: feeds, loads running ahead, the last tile's drain in between.

A tile is K output channels (the array's rs1 side) by K images (its rs2 side), its reduction R feeds long.
Dispatch is in order, so what is to overlap must lie interleaved in the program: operand loads one group of
four feeds ahead, into the other of two buffers, and the columns of the tile before (read, convert, scale,
convert, store) between the feeds.

Registers, as VR: 0 scale per channel, 1 zero point, 2 a column on its way (and, before that, the bias of the
next tile), 3 the finished bytes of up to four columns, 4 and 5 weights, 6 and 7 activations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

SCALE, ZERO, COLUMN, OUT = 0, 1, 2, 3
WEIGHT_VX, ACTIVATION_VX, OUT_VX = 16, 24, 12
GROUP = 4
"""Feeds whose operands are loaded together: the rows of one VR."""
LOAD_TICKS_PER_GROUP = 2 * GROUP
WEIGHTS_A, ACTIVATIONS_A, OUTPUTS_A, BIAS_A, SCALE_A = range(5)
STORE_CLASS = {1: "vx", 2: "ve", 4: "vr"}


@dataclass(frozen=True)
class TileLayout:
    """Sizes of one run and where things lie in the scratchpad, in rows of K bytes."""

    k: int
    inputs: int
    """R, feeds a tile."""
    channel_tiles: int
    image_tiles: int

    @property
    def bias(self) -> int:
        """Four rows of INT32 biases a channel tile, after R rows of weights a channel tile from row 0."""
        return self.channel_tiles * self.inputs

    @property
    def scale(self) -> int:
        """Four rows of FP32 scales a channel tile."""
        return self.bias + 4 * self.channel_tiles

    @property
    def activations(self) -> int:
        """R rows an image tile."""
        return self.scale + 4 * self.channel_tiles

    @property
    def outputs(self) -> int:
        """K rows a tile, row j the channels of image j; tiles of one channel tile follow one another."""
        return self.activations + self.image_tiles * self.inputs

    @property
    def rows(self) -> int:
        """Scratchpad rows in all."""
        return self.outputs + self.channel_tiles * self.image_tiles * self.k


@dataclass(frozen=True)
class _Group:
    """Up to four feeds of one tile; ``buffer`` says which of the two operand buffers they use."""

    layout: TileLayout
    tile: int
    first: int
    buffer: int

    @property
    def size(self) -> int:
        return min(GROUP, self.layout.inputs - self.first)

    @property
    def channel_tile(self) -> int:
        return self.tile // self.layout.image_tiles

    @property
    def opens_channel_tile(self) -> bool:
        return self.first == 0 and self.tile % self.layout.image_tiles == 0

    def loads(self) -> list[str]:
        """Load the operands; before a tile's first ones the addresses and the bias."""
        lines = []
        if self.opens_channel_tile:
            lines += [
                f"seta A[{BIAS_A}], {self.layout.bias + 4 * self.channel_tile}",
                f"seta A[{ACTIVATIONS_A}], {self.layout.activations}",
            ]
        if self.first == 0:
            lines += [
                f"ld.vr VR[{COLUMN}], A[{BIAS_A}], 0",
                f"seta A[{WEIGHTS_A}], {self.channel_tile * self.layout.inputs}",
            ]
        for vx, address in ((WEIGHT_VX, WEIGHTS_A), (ACTIVATION_VX, ACTIVATIONS_A)):
            row = vx + GROUP * self.buffer
            if self.size == GROUP:
                lines.append(f"ld.vr.post VR[{row // 4}], A[{address}], {GROUP}")
            else:
                lines += [f"ld.vx.post VX[{row + i}], A[{address}], 1" for i in range(self.size)]
        return lines

    def feeds(self) -> list[str]:
        """Feed the operands to the array. Rows that came as one VR are read as VX, on purpose."""
        alias = ".alias" if self.size == GROUP else ""
        lines = []
        for i in range(self.size):
            last = ".last" if self.first + i == self.layout.inputs - 1 else ""
            row = GROUP * self.buffer + i
            lines.append(f"mma{last}{alias} VR[{OUT}], VX[{WEIGHT_VX + row}], VX[{ACTIVATION_VX + row}]")
        return lines


def _groups(layout: TileLayout) -> Iterator[_Group]:
    count = 0
    for tile in range(layout.channel_tiles * layout.image_tiles):
        for first in range(0, layout.inputs, GROUP):
            yield _Group(layout, tile, first, count % 2)
            count += 1


def _drain(layout: TileLayout, tile: int) -> list[str]:
    """Requantize and store the committed tile, column by column.

    A store follows its columns' last conversion by three instructions, so that loads behind it need not wait.
    """
    lines = []
    channel_tile, image_tile = divmod(tile, layout.image_tiles)
    if image_tile == 0:
        lines += [
            f"seta A[{SCALE_A}], {layout.scale + 4 * channel_tile}",
            f"ld.vr VR[{SCALE}], A[{SCALE_A}], 0",
        ]
    columns = min(layout.k, 4)
    width = STORE_CLASS[columns]
    alias = ".alias" if columns > 1 else ""
    store = f"st.{width}.post{alias} {width.upper()}[{OUT_VX // columns}], A[{OUTPUTS_A}], {columns}"
    for column in range(layout.k):
        lines += [
            f"vtile VR[{COLUMN}], {column}",
            f"vcvt_s32_f32 VR[{COLUMN}], VR[{COLUMN}]",
            f"vfma VR[{COLUMN}], VR[{COLUMN}], VR[{SCALE}], VR[{ZERO}]",
        ]
        if column and column % columns == 0:
            lines.append(store)
        lines.append(f"vcvt_f32_s8 VX[{OUT_VX + column % columns}], VR[{COLUMN}]")
    return [*lines, store]


def weave(main: Sequence[str], side: Sequence[str]) -> list[str]:
    """Merge both in order, ``side`` spread evenly over ``main``, ending behind it."""
    lines = []
    done = 0
    for index, line in enumerate(main, start=1):
        lines.append(line)
        due = len(side) * index // len(main)
        lines += side[done:due]
        done = due
    return [*lines, *side[done:]]


def _feed_tile(groups: Sequence[_Group], following: _Group | None, drain: Sequence[str]) -> list[str]:
    """Feed one tile, the drain of the tile before woven in.

    The drain starts where that tile's diagonal has been written, some 2K ticks after its last feed, or else
    it would only hold up the window; and it ends before the bias of the next tile takes the column register.
    """
    blocks = [[*after.loads(), *group.feeds()] for group, after in pairwise(groups)]
    lead = min(len(blocks), 2 * groups[0].layout.k // LOAD_TICKS_PER_GROUP)
    lines = [f"mma.bias VR[{COLUMN}]", *chain.from_iterable(blocks[:lead])]
    lines += weave(list(chain.from_iterable(blocks[lead:])), drain)
    return [*lines, *(following.loads() if following else []), *groups[-1].feeds()]


def schedule(layout: TileLayout, zero_bits: int) -> list[str]:
    """Return the instructions of one run as assembler text, the last one ``halt``.

    ``zero_bits``: the output zero point as an FP32 word; an 8-bit integer leaves its low twelve bits clear.
    """
    tiles: list[list[_Group]] = [[] for _ in range(layout.channel_tiles * layout.image_tiles)]
    for group in _groups(layout):
        tiles[group.tile].append(group)
    lines = [f"vlui VR[{ZERO}], {zero_bits >> 12:#x}", f"seta A[{OUTPUTS_A}], {layout.outputs}"]
    lines += tiles[0][0].loads()
    drain: list[str] = []
    for tile, groups in enumerate(tiles):
        following = tiles[tile + 1][0] if tile + 1 < len(tiles) else None
        lines += _feed_tile(groups, following, drain)
        drain = _drain(layout, tile)
    return [*lines, *drain, "halt"]
