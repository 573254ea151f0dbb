"""``make wasm-bench``: SIMD beside scalar code and FP32 in wasmtime and node, and what the inner loops execute.

``--docs`` writes the tables into docs/kernels.md. Candidates take turns; figures are medians of the rounds' ratios.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

from bench.gates.webassembly import ROOT, module, node_path
from bench.webassembly.count import IDEAL, inner_loops
from bench.webassembly.engine import measure

CASES: dict[str, dict[str, Any]] = {
    "gemm 49x576x96": {"kind": "matmul", "rows": 49, "depth": 576, "columns": 96},
    "gemm 196x240x40": {"kind": "matmul", "rows": 196, "depth": 240, "columns": 40},
    "gemm 256": {"kind": "matmul", "rows": 256, "depth": 256, "columns": 256},
    "conv3 14x64": {"kind": "conv2d", "size": 14, "depth": 64, "columns": 64, "kernel": 3},
    "dw3 28x120": {"kind": "depthwise", "size": 28, "depth": 120, "kernel": 3},
    "dw5 28x240": {"kind": "depthwise", "size": 28, "depth": 240, "kernel": 5},
}
BEGIN, END = "<!-- begin: make wasm-bench DOCS=1 -->", "<!-- end: make wasm-bench -->"


def ratio(found: dict[str, list[float]], peer: str) -> str:
    """Return how often the SIMD kernel runs in the time of a peer."""
    if peer not in found:
        return ""
    return f"{statistics.median(a / b for a, b in zip(found[peer], found['simd'], strict=True)):.2f}"


def table(rounds: int) -> list[str]:
    """Return the lines of the table of times."""
    path = module().with_name("accord_bench.wasm")
    command = [node_path(), str(Path(__file__).with_name("measure.mjs")), str(path), str(rounds), json.dumps(CASES)]
    in_node = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    lines = [
        "| case | engine | us | x `scalar` | x tiled scalar | x relaxed | x FP32 |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine, results in (("wasmtime", measure(path, rounds, CASES)), ("node", in_node)):
        for name, found in results.items():
            ratios = " | ".join(ratio(found, peer) for peer in ("scalar", "tiled", "relaxed", "fp32"))
            lines.append(f"| {name} | {engine} | {statistics.median(found['simd']) * 1e6:.0f} | {ratios} |")
    return lines


def counts() -> list[str]:
    """Return the lines of the table of instructions: the largest tiles and the depthwise loops."""
    loops = {(one.macs, one.instructions) for one in inner_loops(module()) if one.macs >= 32}
    lines = ["| MACs a turn | instructions | a MAC | ideal |", "|---|---|---|---|"]
    return lines + [f"| {macs} | {count} | {count / macs:.3f} | {IDEAL} |" for macs, count in sorted(loops)]


def main() -> None:
    """Measure, print, and write down if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args()
    text = "\n".join([*table(options.rounds), "", *counts()])
    print(text)
    if options.docs:
        page = ROOT / "docs" / "kernels.md"
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
