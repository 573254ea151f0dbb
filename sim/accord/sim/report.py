"""What a difference between model and RTL looks like in text: the instruction, the state before it, both results."""

from collections.abc import Iterator

from accord.isa.config import CLASS_ROWS, LUT_BANKS, Config
from accord.isa.disassembler import disassemble_word
from accord.isa.machine import Flags
from accord.model.snapshot import Snapshot
from accord.sim.case import Case
from accord.sim.lockstep import SEGMENTS_PER_BANK, Change, Mismatch, Reference


def mismatch_lines(mismatch: Mismatch, reference: Reference, case: Case) -> list[str]:
    """Return the instruction with its address and number, and what either side shows, a line each."""
    if mismatch.seq < len(reference.addresses):
        pc = reference.addresses[mismatch.seq]
        what = f"PC {pc}: {disassemble_word(case.words[pc], case.config)}"
    else:
        what = "which the model does not execute"
    lines = [f"first at instruction {mismatch.seq} (counted from 0 as they execute), {what}"]
    for side, change in (("model", mismatch.expected), ("RTL", mismatch.actual)):
        lines.append(f"  {side:5} {_change_text(mismatch.port, change, case.config)}")
    return lines


def state_lines(state: Snapshot) -> Iterator[str]:
    """Yield what is not zero in a state, a line each; bytes lane 0 first, of VR registers row after row."""
    yield f"PC {state.pc}, {state.retired} executed, flags {state.flags!r}"
    for number, rows in enumerate(state.vx.reshape(-1, CLASS_ROWS["VR"], state.vx.shape[1])):
        if rows.any():
            yield f"VX[{4 * number}..{4 * number + 3}] = {_rows(rows.tobytes(), rows.shape[1])}"
    for name, matrix in (("ACC", state.acc), ("T", state.tile)):
        yield from (f"{name}[{i}] = {row.tolist()}" for i, row in enumerate(matrix) if row.any())
    yield from (f"A[{i}] = {value}" for i, value in enumerate(state.a.tolist()) if value)
    for start, length, remaining in state.loops.tolist():
        if remaining:
            yield f"loop at {start}, length {length}, remaining {remaining}"
    for bank, table in zip(LUT_BANKS, state.lut, strict=True):
        for first in range(0, len(table), 16):
            if table[first : first + 16].any():
                yield f"LUT {bank.upper()} from byte {first} = {table[first : first + 16].tobytes().hex(' ')}"
    yield from (f"scratchpad row {i} = {row.tobytes().hex(' ')}" for i, row in enumerate(state.scratchpad) if row.any())


def _change_text(port: str, change: Change | None, config: Config) -> str:
    if change is None:
        return f"{port}: nothing"
    if port in ("dispatch", "feed"):
        return f"{port}: this instruction"
    if port == "address":
        return f"A[{change.place}] = {int.from_bytes(change.data, 'little')}"
    data = _rows(change.data, config.k)
    if port == "store":
        return f"scratchpad row {change.place} = {data}"
    if port == "lut":
        bank, segment = divmod(change.place, SEGMENTS_PER_BANK)
        return f"LUT {LUT_BANKS[bank].upper()} segment {segment} = {data}"
    rows = [row for row in range(config.vx_count) if change.place >> row & 1]
    place = f"VX[{rows[0]}..{rows[-1]}] = {data}" if rows else "no register"
    return f"{port}: {place}, flags then {Flags(change.flags)!r}" if port == "valu" else f"{port}: {place}"


def _rows(data: bytes, k: int) -> str:
    """Return rows of ``k`` bytes."""
    return " | ".join(data[first : first + k].hex(" ") for first in range(0, len(data), k))
