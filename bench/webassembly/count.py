"""Instructions a multiplication-accumulation of the module's inner loops, counted in its code.

``python -m bench.webassembly.count build/wasm/accord.wasm``. Every innermost loop with ``i32x4.dot_i16x8_s`` is
counted: such an instruction does 8. Instructions that only name a value (``local.get`` and the like, constants) are
none of a processor.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

DOT = 0xFD00 + 0xBA
MACS = 8
IDEAL = 2 / MACS
"""A dot product and an addition."""
NAMES = {0x20, 0x21, 0x22, 0x41, 0x42, 0x43, 0x44, 0x02, 0x03, 0x0B, 0x01, 0x1A}
"""local.get, local.set, local.tee, constants, block, loop, end, nop, drop."""


@dataclass
class Loop:
    """The instructions of one loop, those of loops inside it left out."""

    counts: Counter[int] = field(default_factory=Counter)
    is_innermost: bool = True

    @property
    def macs(self) -> int:
        """How many multiplications with their additions one turn does."""
        return MACS * self.counts[DOT]

    @property
    def instructions(self) -> int:
        """What a processor has to do, names of values left out."""
        return sum(count for opcode, count in self.counts.items() if opcode not in NAMES)


class Reader:
    """Numbers of a WebAssembly file, one after another."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        """Return one byte."""
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Return an unsigned LEB128; a signed one is as long."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value


def instruction(code: Reader) -> int:
    """Read one instruction and what belongs to it; return its opcode, 0xFC00 or 0xFD00 added behind a prefix."""
    opcode = code.byte()
    if opcode in (0xFC, 0xFD):
        second = code.number()
        if opcode == 0xFC:
            for _ in range({8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1}.get(second, 0)):
                code.number()
            return 0xFC00 + second
        if second <= 11 or second in (92, 93):
            code.number(), code.number()
        elif second in (12, 13):
            code.at += 16
        elif 21 <= second <= 34:
            code.at += 1
        elif 84 <= second <= 91:
            code.number(), code.number()
            code.at += 1
        return 0xFD00 + second
    if opcode in (0x0C, 0x0D, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x41, 0x42, 0x3F, 0x40, 0x02, 0x03, 0x04, 0x12):
        code.number()
    elif opcode == 0x11 or 0x28 <= opcode <= 0x3E:
        code.number(), code.number()
    elif opcode == 0x0E:
        for _ in range(code.number() + 1):
            code.number()
    elif opcode == 0x43:
        code.at += 4
    elif opcode == 0x44:
        code.at += 8
    elif opcode == 0x1C:
        for _ in range(code.number()):
            code.number()
    return opcode


def loops_of(code: Reader, end: int) -> list[Loop]:
    """Return the loops of a function's body."""
    for _ in range(code.number()):
        code.number(), code.byte()
    found: list[Loop] = []
    open_blocks: list[Loop | None] = []
    while code.at < end:
        opcode = instruction(code)
        inside = next((loop for loop in reversed(open_blocks) if loop), None)
        if inside and opcode != 0x03:
            inside.counts[opcode] += 1
        if opcode == 0x03:
            if inside:
                inside.is_innermost = False
            open_blocks.append(Loop())
            found.append(open_blocks[-1])  # type: ignore[arg-type]
        elif opcode in (0x02, 0x04):
            open_blocks.append(None)
        elif opcode == 0x0B and open_blocks:
            open_blocks.pop()
    return found


def inner_loops(path: Path) -> list[Loop]:
    """Return the innermost loops that multiply."""
    file = Reader(path.read_bytes(), 8)
    while True:
        kind, size = file.byte(), file.number()
        if kind == 10:
            break
        file.at += size
    found = []
    for _ in range(file.number()):
        size = file.number()
        end = file.at + size
        found += [loop for loop in loops_of(file, end) if loop.is_innermost and loop.macs]
        file.at = end
    return found


def main() -> None:
    """Print a line for each loop that is different from those before."""
    lines = sorted({(loop.macs, loop.instructions) for loop in inner_loops(Path(sys.argv[1]))})
    print("MACs a turn, instructions, instructions a MAC (ideal 0.25)")
    for macs, instructions in lines:
        print(f"{macs:4} {instructions:4} {instructions / macs:.3f}")


if __name__ == "__main__":
    main()
