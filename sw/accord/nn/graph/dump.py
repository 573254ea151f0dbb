"""Graphs to look at: as text, one node a line, and as a picture."""

import os
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path

import numpy as np

from accord.nn.graph.attributes import Attributes
from accord.nn.graph.function import Apply, Expression, Number
from accord.nn.graph.ir import Graph, Node, Op, Value

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 230, 34, 24, 26, 20
"""Of a node's box and between boxes, in SVG units."""
COLOURS = {
    Op.QUANTIZE: "#f6d8ae",
    Op.DEQUANTIZE: "#f6d8ae",
    Op.CONV: "#bcd4f0",
    Op.LINEAR: "#bcd4f0",
    Op.BATCH_NORM: "#f2b8b5",
    Op.FUNCTION: "#d4ecc8",
    Op.LOOKUP: "#d4ecc8",
}
OTHERS = "#e8e8e8"


def write_dumps(stages: Iterable[tuple[str, Graph]], folder: str | os.PathLike[str]) -> list[Path]:
    """Write ``00-NAME.txt`` and ``00-NAME.svg``, and so on, of named graphs in order; return the paths.

    The folder is made where there is none. Two texts that follow each other show, in a diff, what a pass has changed.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (name, graph) in enumerate(stages):
        for kind, text in (("txt", to_text(graph)), ("svg", to_svg(graph))):
            written.append(target / f"{number:02}-{name}.{kind}")
            written[-1].write_text(text)
    return written


def to_text(graph: Graph) -> str:
    """Return a graph as text: inputs, a node a line with its operands, what it makes and its attributes, outputs.

    A value is its name, dtype, shape and, of bytes, scale and zero point; a row of scales is its least and largest.
    """
    lines = [f"graph {graph.name}, contract {graph.contract}"]
    lines += [f"  input      {describe(graph.value(name))}" for name in graph.inputs]
    for node in graph.nodes:
        operands = ", ".join(describe(graph.value(name)) for name in node.inputs)
        told = f"  [{_attributes(node.attributes)}]" if node.attributes is not None else ""
        lines.append(f"  {node.op.value:10} {operands} -> {describe(graph.value(node.output))}{told}  ; {node.name}")
    lines += [f"  output     {name}" for name in graph.outputs]
    counts = Counter(node.op.value for node in graph.nodes)
    lines.append("  " + ", ".join(f"{count} {op}" for op, count in sorted(counts.items())))
    return "\n".join(lines) + "\n"


def describe(value: Value) -> str:
    """Return a value's name, dtype, shape and parameters."""
    shape = "x".join("N" if size is None else str(size) for size in value.shape)
    found = f"{value.name}:{value.dtype}({shape})"
    if value.params is None:
        return found
    scale, zero = np.unique(value.params.scale), np.unique(value.params.zero_point)
    scales = f"{scale[0]:.6g}" + (f"..{scale[-1]:.6g}" if scale.size > 1 else "")
    zeros = f"{zero[0]}" + (f"..{zero[-1]}" if zero.size > 1 else "")
    return f"{found}{{s={scales} z={zeros}}}"


def formula(found: Expression) -> str:
    """Return an expression as text: the variable is x."""
    if isinstance(found, Number):
        return f"{found.value:g}"
    if not isinstance(found, Apply):
        return "x"
    parts = [formula(one) for one in found.arguments] + [f"{name}={value}" for name, value in found.options]
    return f"{found.op}({', '.join(parts)})"


def _attributes(attributes: Attributes) -> str:
    told = vars(attributes)
    known = {name: value for name, value in told.items() if value is not None}
    return ", ".join(f"{name}={formula(value) if name == 'expression' else value}" for name, value in known.items())


def to_svg(graph: Graph) -> str:
    """Return a graph as an SVG picture: rows from inputs to outputs, a box a node, a line for each activation read."""
    rows = _rows(graph)
    places = _places(graph, rows)
    wide = max((x for x, _ in places.values()), default=0) + WIDTH + MARGIN
    tall = (max(rows.values(), default=0) + 1) * (HEIGHT + GAP_Y) + MARGIN
    made = {node.output: number for number, node in enumerate(graph.nodes)}
    lines = [
        _line(places[made[name]], places[number])
        for number, node in enumerate(graph.nodes)
        for name in node.inputs
        if name in made
    ]
    boxes = [_box(graph, node, *places[number]) for number, node in enumerate(graph.nodes)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" font-family="sans-serif" font-size="11">'
    )
    return "\n".join([head, *lines, *boxes, "</svg>"]) + "\n"


def _rows(graph: Graph) -> dict[int, int]:
    """Return the row of each node: one below the lowest that it reads."""
    below: dict[str, int] = {}
    rows = {}
    for number, node in enumerate(graph.nodes):
        rows[number] = max((below.get(name, 0) for name in node.inputs), default=0)
        below[node.output] = rows[number] + 1
    return rows


def _places(graph: Graph, rows: dict[int, int]) -> dict[int, tuple[int, int]]:
    """Return the corner of each box: in its row in the order of what it reads, side by side."""
    made = {node.output: number for number, node in enumerate(graph.nodes)}
    columns: dict[int, float] = {}
    for row in range(max(rows.values(), default=-1) + 1):
        wanted = {}
        for number in (number for number, at in rows.items() if at == row):
            read = [columns[made[name]] for name in graph.nodes[number].inputs if name in made]
            wanted[number] = sum(read) / len(read) if read else 0.0
        taken = -1.0
        for number in sorted(wanted, key=lambda one: (wanted[one], one)):
            taken = columns[number] = max(wanted[number], taken + 1)
    return {
        number: (int(MARGIN + column * (WIDTH + GAP_X)), MARGIN + rows[number] * (HEIGHT + GAP_Y))
        for number, column in columns.items()
    }


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return a curve from the bottom of a box to the top of another; past other boxes it swings out to the side."""
    x, y, u, v = start[0] + WIDTH // 2, start[1] + HEIGHT, end[0] + WIDTH // 2, end[1]
    out = 0 if v - y <= GAP_Y else int(WIDTH * 0.75)
    return f'<path d="M{x} {y}C{x + out} {y + GAP_Y} {u + out} {v - GAP_Y} {u} {v}" fill="none" stroke="#777"/>'


def _box(graph: Graph, node: Node, x: int, y: int) -> str:
    value = graph.value(node.output)
    shape = "x".join("N" if size is None else str(size) for size in value.shape)
    first = escape(f"{node.op.value} {node.output}"[:38])
    title = escape(f"{node.name}: {describe(value)}")
    return (
        f'<g><title>{title}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" '
        f'fill="{COLOURS.get(node.op, OTHERS)}" stroke="#555"/>'
        f'<text x="{x + 6}" y="{y + 14}">{first}</text>'
        f'<text x="{x + 6}" y="{y + 28}" fill="#444">{value.dtype} {shape}</text></g>'
    )
