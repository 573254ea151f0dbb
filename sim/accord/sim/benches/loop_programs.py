"""Programs as trees of words and loops, and what they execute: unrolled by recursion, without a stack of addresses."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from accord.isa import asm

Entries = tuple[tuple[int, int, int], ...]
"""The loop stack, outermost first: start, length, remaining."""


@dataclass(frozen=True)
class Loop:
    """A body, of words and loops, executed ``count`` times."""

    count: int
    body: list["int | Loop"]

    @property
    def length(self) -> int:
        """Words of the body."""
        return sum(1 if isinstance(item, int) else 1 + item.length for item in self.body)


class Step(NamedTuple):
    """One instruction of an unrolled program: its address and the loops around it."""

    pc: int
    loops: Entries


def words_of(items: list[int | Loop]) -> list[int]:
    """Return the words of a program."""
    words: list[int] = []
    for item in items:
        if isinstance(item, Loop):
            words += [asm.loop(count=item.count, length=item.length), *words_of(item.body)]
        else:
            words.append(item)
    return words


def unrolled(items: list[int | Loop], start: int = 0, around: Entries = ()) -> Iterator[Step]:
    """Yield the instructions in the order in which they execute, by what a loop means: no stack, no comparison."""
    address = start
    for item in items:
        yield Step(address, around)
        address += 1
        if isinstance(item, Loop):
            for remaining in range(item.count, 0, -1):
                yield from unrolled(item.body, address, (*around, (address, item.length, remaining)))
            address += item.length


def random_items(depth: int, size: int) -> list[int | Loop]:
    """Return words and loops, nested up to ``depth``; bodies of one word, counts of 0 and shared ends among them."""
    items: list[int | Loop] = []
    for _ in range(random.randint(1, size)):
        if depth and random.random() < 0.5:
            items.append(Loop(random.choice((0, 1, 1, 2, 2, 3)), random_items(depth - 1, 3)))
        else:
            items.append(asm.vaddi(rd=1, rs1=1, imm12=1) if random.random() < 0.5 else asm.nop())
    return items


def end_together(loops: Entries) -> int:
    """Return how many of the bodies end at one word, at most."""
    return max(Counter(start + length for start, length, _ in loops).values(), default=0)
