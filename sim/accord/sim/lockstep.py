"""Lock-step: what the model changes, one instruction at a time, and what the RTL's record says it changed.

Every change of the RTL has to be one of the model's, of the same instruction, with the same data, in the order of its
unit, and every change of the model has to be one of the RTL's. What an instruction may change follows from its operands
in the table; the data are what stands there once the model has executed it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from accord.isa.config import CLASS_ROWS, LUT_BANKS, Config
from accord.isa.encoding import decode
from accord.isa.machine import TickLimitError
from accord.model import Npu as Model
from accord.sim.case import Case
from accord.sim.coverage import Variant, variant_of, vector_operands
from accord.sim.record import Dispatch, Event, Write

SEGMENTS_PER_BANK = 64
"""The place of a segment in a change: this many times its bank, and the segment."""


class Change(NamedTuple):
    """One change of the state by the instruction number ``seq`` of a run; members as those of ``record.Write``.

    ``flags``, of a result of the vector unit: the sticky flags once it is due; else 0.
    """

    seq: int
    place: int
    data: bytes
    flags: int = 0


@dataclass(frozen=True)
class Effects:
    """What one legal word may change: the ports that show it, and the places there.

    ``rows``: VX rows written; ``stored``: scratchpad rows stored; ``base``: the A register and the offset that address
    them; ``written``: the A register written; ``segment``: as in ``Change.place``. None, or empty, where it has none.
    """

    variant: Variant
    unit: str
    feeds: bool
    rows: range
    stored: int
    base: tuple[int, int] | None
    written: int | None
    segment: int | None


@dataclass
class Reference:
    """What the model did: completed instructions, their addresses and what each changed, by port, in program order."""

    executed: list[Variant] = field(default_factory=list)
    addresses: list[int] = field(default_factory=list)
    changes: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))


class Mismatch(NamedTuple):
    """The first difference in program order: the instruction, the port, and what either side has there, if anything."""

    seq: int
    port: str
    expected: Change | None
    actual: Change | None


@lru_cache(maxsize=1 << 16)
def effects(word: int, config: Config) -> Effects | None:
    """Return what ``word`` may change, None where it is illegal."""
    decoded = decode(word, config)
    if decoded is None:
        return None
    row, values = decoded.instruction.row, decoded.operands
    rows = range(0)
    for name, kind in vector_operands(decoded.instruction, "w"):
        rows = range(values[name] * CLASS_ROWS[kind], (values[name] + 1) * CLASS_ROWS[kind])
    written = [values[op.field] for op in decoded.instruction.operands if (op.kind, op.access) == ("A", "w")]
    post = decoded.modes.get("post")
    if post:
        written.append(values["rs1"])
    is_store = row.op == "store"
    bank = row.op.removeprefix("setlut_") if row.op.startswith("setlut_") else None
    return Effects(
        variant=variant_of(decoded),
        unit=row.unit,
        feeds=row.op in ("feed", "last"),
        rows=rows,
        stored=CLASS_ROWS[decoded.instruction.operands[0].kind] if is_store else 0,
        base=(values["rs1"], 0 if post else values["imm12"]) if is_store else None,
        written=written[0] if written else None,
        segment=None if bank is None else SEGMENTS_PER_BANK * LUT_BANKS.index(bank) + values["segment"],
    )


def follow(model: Model, case: Case, limit: int) -> Reference:
    """Run the loaded ``case`` on the model, an instruction at a time, to its end, and return what it did.

    Raises TickLimitError where it has not ended after ``limit`` instructions.
    """
    reference = Reference()
    pc = model.status.pc
    for seq in range(limit):
        found = effects(case.words[pc], model.config) if pc < len(case.words) else None
        base = 0 if found is None or found.base is None else int(model.a[found.base[0]]) + found.base[1]
        status = model.step()
        if status.cause:
            return reference
        if found is None:
            raise AssertionError(f"the model executed the illegal word at {pc}")
        reference.executed.append(found.variant)
        reference.addresses.append(pc)
        for port, change in _changes(model, seq, found, base & 0xFFFFFFFF):
            reference.changes[port].append(change)
        if status.halted:
            return reference
        pc = status.pc
    raise TickLimitError(f"not halted after {limit} instructions, at PC {pc}")


def _changes(model: Model, seq: int, found: Effects, base: int) -> Iterator[tuple[str, Change]]:
    """Yield port and change of all that the instruction just executed changed."""
    k = model.config.k
    if found.unit != "control":
        yield "dispatch", Change(seq, 0, b"")
    if found.feeds:
        yield "feed", Change(seq, 0, b"")
    data = _register_rows(model, found.rows) if found.rows else b""
    if found.unit == "valu":
        yield "valu", Change(seq, _mask(found.rows), data, int(model.status.flags))
    elif found.unit == "mmalu" and found.rows:
        yield "mma", Change(seq, _mask(found.rows), data)
    elif found.unit == "lsu":
        for place, row in enumerate(found.rows):
            yield "lsu", Change(seq, 1 << row, data[place * k : (place + 1) * k])
        if found.stored:
            rows = model.scratchpad[base : base + found.stored]
            for place, row in enumerate(rows):
                yield "store", Change(seq, base + place, row.tobytes())
    if found.written is not None:
        yield "address", Change(seq, found.written, int(model.a[found.written]).to_bytes(4, "little"))
    if found.segment is not None:
        bank, segment = divmod(found.segment, SEGMENTS_PER_BANK)
        yield "lut", Change(seq, found.segment, model.lut[bank, 4 * k * segment : 4 * k * (segment + 1)].tobytes())


def _register_rows(model: Model, rows: range) -> bytes:
    """Return VX rows of one VR register: cheaper than ``model.vx``, which makes all of them."""
    group, first = divmod(rows.start, CLASS_ROWS["VR"])
    lanes = model.vr[group].astype("<i4").view("u1").reshape(-1, CLASS_ROWS["VR"])
    return lanes[:, first : first + len(rows)].T.tobytes()


def _mask(rows: range) -> int:
    return ((1 << len(rows)) - 1) << rows.start


def recorded(
    writes: Iterable[Write], dispatches: Iterable[Dispatch], events: Iterable[Event]
) -> dict[str, list[Change]]:
    """Return what the RTL's record says it changed, by port, as ``Reference.changes``; flags 0 at the run's begin."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    sticky = 0
    for write in writes:
        if write.port == "valu":
            sticky = write.flags if write.replace else sticky | write.flags
            found[write.port].append(Change(write.seq, write.place, write.data, sticky))
        else:
            found[write.port].append(Change(write.seq, write.place, write.data))
    found["dispatch"] = [Change(dispatch.seq, 0, b"") for dispatch in dispatches]
    found["feed"] = [Change(event.seq, 0, b"") for event in events if event.port == "feed"]
    return found


def first_mismatch(expected: Mapping[str, Sequence[Change]], actual: Mapping[str, Sequence[Change]]) -> Mismatch | None:
    """Return the first difference in program order, None where every change is matched, each port in its order."""
    found = [
        mismatch
        for port in sorted({*expected, *actual})
        if (mismatch := _first_of(port, expected.get(port, ()), actual.get(port, ())))
    ]
    return min(found, key=lambda mismatch: mismatch.seq, default=None)


def _first_of(port: str, expected: Sequence[Change], actual: Sequence[Change]) -> Mismatch | None:
    if list(expected) == list(actual):
        return None
    for one, other in zip(expected, actual, strict=False):
        if one == other:
            continue
        if one.seq < other.seq:
            return Mismatch(one.seq, port, one, None)
        return Mismatch(other.seq, port, one if one.seq == other.seq else None, other)
    common = min(len(expected), len(actual))
    if len(expected) > common:
        return Mismatch(expected[common].seq, port, expected[common], None)
    return Mismatch(actual[common].seq, port, None, actual[common])
