"""Programs of nested loops as trees, their words, and what they do: Python's own loops, no stack of addresses."""

from dataclasses import dataclass, field

from accord.isa import asm

DEPTH = 4


@dataclass
class Loop:
    """``body``: words and loops, executed ``count`` times."""

    count: int
    body: list
    words: int = field(init=False)

    def __post_init__(self):
        self.words = size(self.body)


class Trapped(Exception):  # noqa: N818 - an event of the program, not an error
    """The walk came to a loop that finds the stack full."""


def size(body):
    return sum(1 + node.words if isinstance(node, Loop) else 1 for node in body)


def words(body):
    """The tree as program words."""
    for node in body:
        if isinstance(node, Loop):
            yield asm.loop(count=node.count, length=node.words)
            yield from words(node.body)
        else:
            yield node


def walk(body, address=0, active=()):
    """Yield each instruction executed: its address, the loops around it (start, length, remaining), and the word.

    Raises Trapped, after the loop in question, where a fifth one is to begin.
    """
    for node in body:
        if not isinstance(node, Loop):
            yield address, active, node
            address += 1
            continue
        yield address, active, None
        if node.count and len(active) == DEPTH:
            raise Trapped
        for done in range(node.count):
            yield from walk(node.body, address + 1, (*active, (address + 1, node.words, node.count - done)))
        address += 1 + node.words


def random_body(random, leaf, depth=0, *, deepest=DEPTH):
    """Draw one to four nodes, at most ``deepest`` loops inside one another, zero counts among them."""
    body = []
    for _ in range(random.integers(1, 5)):
        if depth < deepest and random.random() < 0.55:
            count = int(random.choice([0, 1, 1, 2, 3]))
            body.append(Loop(count, random_body(random, leaf, depth + 1, deepest=deepest)))
        else:
            body.append(leaf())
    return body
