"""The alias check: reads of rows that the program last wrote under another register class.

VX, VE and VR are three views of one storage, so writing VR[0] replaces VX[0] to VX[3]. A program that then
reads VX[0] has most often lost what it put there; where it is meant, the instruction is marked ``.alias``.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from accord.isa.config import CLASS_ROWS, LOOP_DEPTH, Config
from accord.isa.encoding import decode
from accord.isa.errors import AliasError, AliasWarning, Location
from accord.isa.word import Word

AliasMode = Literal["error", "warn", "off"]


@dataclass(frozen=True)
class Register:
    """A vector register: its class and index."""

    kind: str
    index: int

    @property
    def rows(self) -> range:
        """The VX rows it covers."""
        size = CLASS_ROWS[self.kind]
        return range(self.index * size, (self.index + 1) * size)

    def __str__(self) -> str:
        return f"{self.kind}[{self.index}]"


@dataclass(frozen=True)
class AliasedRead:
    """A read of a register, some of whose rows the program last wrote under another class.

    The word at address ``read_at`` reads ``read``; the one at ``written_at`` last wrote its ``rows``, one or
    two, as ``written``.
    """

    read_at: int
    read: Register
    written_at: int
    written: Register
    rows: tuple[int, ...]

    def describe(self, source: Sequence[Location] = ()) -> str:
        """Return the message: both registers, the rows they share, both places."""
        rows = f"row {self.rows[0]}" if len(self.rows) == 1 else f"rows {' and '.join(map(str, self.rows))}"
        return (
            f"{self.read} and {self.written} share {rows}: {_place(self.read_at, source)} reads {self.read} "
            f"after {_place(self.written_at, source)} last wrote {rows} as {self.written}; use registers "
            f"that do not overlap, or mark the reading instruction .alias if this is meant"
        )


def _place(address: int, source: Sequence[Location]) -> str:
    return f"line {source[address].line}" if source else f"word {address}"


def execution_order(words: Sequence[int], config: Config) -> Iterator[int]:
    """Yield the addresses that the program runs through, the body of a loop twice where its count is 2 or more."""
    yield from _walk(words, range(len(words)), 0, config)


def _walk(words: Sequence[int], addresses: range, depth: int, config: Config) -> Iterator[int]:
    address = addresses.start
    while address < addresses.stop:
        yield address
        decoded = decode(words[address], config)
        address += 1
        if decoded is not None and decoded.instruction.row.op == "loop" and depth < LOOP_DEPTH:
            body = range(address, min(address + decoded.operands["length"], addresses.stop))
            for _ in range(min(decoded.operands["count"], 2)):
                yield from _walk(words, body, depth + 1, config)
            address = body.stop


def aliased_reads(words: Sequence[int], config: Config) -> Iterator[AliasedRead]:
    """Yield, in the order of execution and each once, every read under another class than its rows were last written.

    Illegal words are skipped; rows that the program has not written belong to no class. Bodies of loops are
    walked twice, so that what the end of one leaves to its beginning counts.
    """
    found: set[AliasedRead] = set()
    written: dict[int, tuple[Register, int]] = {}
    for address in execution_order(words, config):
        decoded = decode(words[address], config)
        if decoded is None:
            continue
        reads: list[Register] = []
        writes: list[Register] = []
        for operand in decoded.instruction.operands:
            if operand.kind in CLASS_ROWS and operand.access in ("r", "w"):
                register = Register(operand.kind, decoded.operands[operand.field])
                (reads if operand.access == "r" else writes).append(register)
        for read in reads:
            finding = _aliased(address, read, written)
            if finding is not None and finding not in found:
                found.add(finding)
                yield finding
        for register in writes:
            written.update(dict.fromkeys(register.rows, (register, address)))


def _aliased(address: int, read: Register, written: Mapping[int, tuple[Register, int]]) -> AliasedRead | None:
    """Return what is wrong with a read, given who last wrote which row where."""
    foreign = [row for row in read.rows if row in written and written[row][0].kind != read.kind]
    if not foreign:
        return None
    register, written_at = written[foreign[0]]
    rows = tuple(row for row in foreign if written[row] == (register, written_at))
    return AliasedRead(address, read, written_at, register, rows)


def check_aliases(
    words: Sequence[int], config: Config, *, alias: AliasMode = "error", source: Sequence[Location] = ()
) -> None:
    """Reject, or warn of, every aliased read whose word is not marked ``.alias``.

    Raises AliasError for the first one under "error", issues an AliasWarning for each under "warn",
    ValueError for another mode. ``source`` gives the lines to name; without it messages name word
    addresses.
    """
    if alias not in get_args(AliasMode):
        raise ValueError(f"alias={alias!r}: expected 'error', 'warn' or 'off'")
    if alias == "off":
        return
    for finding in aliased_reads(words, config):
        word = words[finding.read_at]
        if isinstance(word, Word) and word.alias:
            continue
        if alias == "error":
            location = source[finding.read_at] if source else None
            raise AliasError(finding.describe(source), location)
        warnings.warn(AliasWarning(finding.describe(source)), stacklevel=3)
