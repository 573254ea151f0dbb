"""Instructions per multiply-accumulate in the innermost loops of the kernels, from what the compilers make of them.

Under emulation time says little; this counts instead. Of each unit, compiled with its flags, it takes the loop that
holds the most products: all instructions of its body, over the products its multiplying instructions form. The ideal
is a loop of nothing but these. ``make isa-counts`` prints the table; with ``--docs`` it is written to docs/kernels.md.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CSRC = ROOT / "sw" / "csrc"
PAGE = ROOT / "docs" / "kernels.md"
BEGIN, END = "<!-- begin: make isa-counts DOCS=1 -->", "<!-- end: isa-counts -->"
OPERATIONS = {"gemm": "GEMM, convolution", "depthwise": "depthwise", "dot": "dot"}
BITS = {"z": 512, "y": 256, "x": 128}


@dataclass(frozen=True)
class Kind:
    """How an instruction set multiplies: its instructions, products each, instructions an ideal loop has for one."""

    names: tuple[str, ...]
    products: int  # of 128 bits
    together: int = 1


KINDS = {
    "avx2": Kind(("vpmaddwd",), 8, 2),  # and an addition
    "avxvnni": Kind(("vpdpbusd",), 16),
    "vnni256": Kind(("vpdpbusd",), 16),
    "avx512vnni": Kind(("vpdpbusd",), 16),
    "neon": Kind(("smlal", "smlal2"), 4),
    "neondot": Kind(("sdot",), 16),
    "neoni8mm": Kind(("usmmla",), 32),
}


@dataclass(frozen=True)
class Count:
    """A loop: its instructions, and the products they form."""

    operation: str
    isa: str
    instructions: int
    products: int
    ideal: float

    @property
    def each(self) -> float:
        """Return instructions a product."""
        return self.instructions / self.products


def _sets(isas: Container[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield processor, instruction set and flags, as isa.cmake has them."""
    text = (CSRC / "isa.cmake").read_text()
    flags = dict(re.findall(r"^set\(ACCORD_FLAGS_(\w+) (.*)\)$", text, re.MULTILINE))
    for processor, names in re.findall(r"^set\(ACCORD_ISAS_(\w+) (.*)\)$", text, re.MULTILINE):
        for isa in names.split():
            if isa in isas:
                yield processor, isa, flags[isa].split()


def _compiler(processor: str) -> list[str]:
    if processor == "x86_64":
        return [os.environ.get("CXX", "c++")]
    return [sys.executable, "-m", "ziglang", "c++", "-target", f"{processor}-linux-musl"]


def assembly(processor: str, flags: list[str], unit: Path) -> list[str]:
    """Return the compiler's assembly: labels and instructions, nothing else."""
    command = [*_compiler(processor), "-std=c++20", "-O3", "-fPIC", "-ffp-contract=off", *flags]
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "unit.s"
        subprocess.run([*command, "-S", "-o", str(listing), str(unit)], capture_output=True, check=True, cwd=CSRC)
        text = listing.read_text()
    lines = [re.split(r"\s*(?://|#)", line)[0].rstrip().replace("\t{vex} ", "\t") for line in text.splitlines()]
    return [line for line in lines if re.match(r"\.L\w+:|\t[a-z]", line)]


def loops(lines: list[str]) -> Iterator[list[str]]:
    """Yield the instructions of each innermost loop: from a label to a jump back to it, no other jump back inside."""
    labels = {line[:-1]: i for i, line in enumerate(lines) if line.endswith(":")}
    spans = []
    for i, line in enumerate(lines):
        for target in re.findall(r"\.L\w+", line) if line.startswith("\t") else []:
            if labels.get(target, len(lines)) < i:
                spans.append((labels[target], i))
    for first, last in spans:
        if not any((a, b) != (first, last) and first <= a and b <= last for a, b in spans):
            yield [line for line in lines[first : last + 1] if line.startswith("\t")]


def products(line: str, kind: Kind) -> int:
    """Return how many products an instruction forms."""
    name, *operands = line.split(None, 1)
    if name not in kind.names:
        return 0
    register = re.search(r"%([xyz])mm", operands[0])
    return kind.products * (BITS[register[1]] // 128 if register else 1)


def count(operation: str, isa: str, lines: list[str]) -> Count:
    """Return the loop with the most products. ValueError where there is none."""
    kind = KINDS[isa]
    found = max(loops(lines), key=lambda body: sum(products(line, kind) for line in body), default=[])
    formed = sum(products(line, kind) for line in found)
    if formed == 0:
        raise ValueError(f"{operation} {isa}: no loop has {' or '.join(kind.names)}")
    multiplying = sum(products(line, kind) > 0 for line in found)
    return Count(operation, isa, len(found), formed, kind.together * multiplying / formed)


def measure(isas: Container[str] = KINDS) -> list[Count]:
    """Return the loops of every unit of some instruction sets."""
    found = []
    for processor, isa, flags in _sets(isas):
        for operation in OPERATIONS:
            unit = CSRC / "kernels" / operation / f"{isa}.cpp"
            if unit.exists():
                found.append(count(operation, isa, assembly(processor, flags, unit)))
    return sorted(found, key=lambda one: list(OPERATIONS).index(one.operation))


def table(rows: list[Count]) -> str:
    """Return a table in Markdown."""
    lines = [
        "| inner loop | instruction set | instructions | products | a product | ideal | of ideal |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        numbers = f"{row.instructions} | {row.products} | {row.each:.4f} | {row.ideal:.4f} | {row.ideal / row.each:.0%}"
        lines.append(f"| {OPERATIONS[row.operation]} | {row.isa} | {numbers} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docs", action="store_true", help="write the table into docs/kernels.md")
    options = parser.parse_args(arguments)
    text = table(measure())
    print(text)
    if options.docs:
        page = PAGE.read_text()
        first, last = page.index(BEGIN) + len(BEGIN), page.index(END)
        PAGE.write_text(f"{page[:first]}\n\n{text}\n\n{page[last:]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
