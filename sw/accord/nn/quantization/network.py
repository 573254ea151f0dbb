"""From a float32 graph and the ranges of its activations to a graph of bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike

from accord.nn.calibration import Record
from accord.nn.graph import Graph
from accord.nn.graph.ir import ContractName
from accord.nn.passes import insert_boundaries, quantize_weights, tabulate
from accord.nn.quantization.ranges import choose_params
from accord.nn.quantization.simplify import simplifying


def quantize_graph(
    graph: Graph,
    records: Mapping[str, Record],
    *,
    contract: ContractName = "onnx",
    dtype: DTypeLike = np.uint8,
    weight_bits: int = 8,
) -> Graph:
    """Return a float32 graph as one of bytes from the QUANTIZE of its inputs to the DEQUANTIZE of its outputs.

    A linear layer that gives an output gives real numbers, its sums times their scales.

    Activations are ``dtype``, uint8 or int8, asymmetric, with one scale a tensor; weights int8, symmetric, with one an
    output channel; squeeze-and-excite stays in bytes. ``records``: what :func:`calibrate` returned for the same graph.
    ``contract``: the rules by which it rounds and will run. ``weight_bits``: 8, or 7 for weights within [-63, 63], with
    which ONNX Runtime gives the same bytes on x86 processors without VNNI too. GraphError names a node that has no form
    on bytes, or a value without a record; ValueError for other bits.
    """
    for _, made in quantizing(graph, records, contract=contract, dtype=dtype, weight_bits=weight_bits):
        graph = made
    return graph


def quantizing(
    graph: Graph,
    records: Mapping[str, Record],
    *,
    contract: ContractName = "onnx",
    dtype: DTypeLike = np.uint8,
    weight_bits: int = 8,
) -> Iterator[tuple[str, Graph]]:
    """Yield the name of each pass of :func:`quantize_graph` and the graph after it, for dumps and to find a fault."""
    made = replace(graph, contract=contract)
    for name, simple in simplifying(made):
        made = simple
        yield name, made
    made = insert_boundaries(made, choose_params(made, records, dtype))
    yield insert_boundaries.__name__, made
    made = quantize_weights(made, weight_bits)
    yield quantize_weights.__name__, made
    made = tabulate(made)
    yield tabulate.__name__, made
    made.check()
