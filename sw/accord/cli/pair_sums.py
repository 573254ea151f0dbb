"""Where ONNX Runtime gives other bytes: on x86 without VNNI it adds products in pairs, in 16 bits, which saturate."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.nn.graph import Graph

LARGEST = 64
"""Weight two of which cannot saturate, times uint8: 255 * 2 * 64 is 32,640. Beyond it some pair may."""
VNNI = frozenset({"avx512vnni", "avxvnni"})
"""The capabilities either of which has u8 x s8 multiplied and summed in 32 bits."""
X86 = frozenset({"x86_64", "amd64"})


def largest_weight(graph: Graph) -> int:
    """Return the largest magnitude among a quantized graph's weights."""
    from accord.nn.graph import Op

    layers = [node for node in graph.nodes if node.op in (Op.CONV, Op.LINEAR)]
    return max((abs(int(end)) for node in layers for end in _ends(graph, node.inputs[1])), default=0)


def _ends(graph: Graph, name: str) -> tuple[int, int]:
    data = graph.constants[name]
    return data.min(initial=0), data.max(initial=0)


def warning(graph: Graph, machine: str, capabilities: Collection[str]) -> str | None:
    """Return what to say of a graph on a processor: None where ONNX Runtime gives accord's bytes.

    ``machine`` as ``platform.machine`` says it, ``capabilities`` as ``accord.kernels`` does.
    """
    largest = largest_weight(graph)
    if largest <= LARGEST or machine.lower() not in X86 or VNNI & set(capabilities):
        return None
    return (
        f"warning: on this processor, x86 without VNNI, ONNX Runtime may give other bytes than accord: a weight is "
        f"{largest}, and beyond {LARGEST} its sums of two products saturate in 16 bits, accord's do not. Quantize with "
        "--weight-bits 7, or set ONNX Runtime's session option session.x64quantprecision to 1"
    )
