"""From a float32 graph and the ranges of its activations to a graph of bytes."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike

from accord.nn.calibration import Record
from accord.nn.graph import Graph
from accord.nn.graph.ir import ContractName
from accord.nn.passes import insert_boundaries, quantize_weights, tabulate
from accord.nn.quantization.ranges import choose_params
from accord.nn.quantization.simplify import simplified


def quantize_graph(
    graph: Graph, records: Mapping[str, Record], *, contract: ContractName = "onnx", dtype: DTypeLike = np.uint8
) -> Graph:
    """Return a float32 graph as one of bytes between the QUANTIZE of its inputs and the DEQUANTIZE of its outputs.

    Activations are ``dtype``, uint8 or int8, asymmetric, with one scale a tensor; weights int8, symmetric, with one an
    output channel; squeeze-and-excite stays in bytes. ``records``: what :func:`calibrate` returned for the same graph.
    ``contract``: the rules by which it rounds and will run. GraphError names a node that has no form on bytes, or a
    value without a record.
    """
    simple = replace(simplified(graph), contract=contract)
    params = choose_params(simple, records, dtype)
    made = tabulate(quantize_weights(insert_boundaries(simple, params)))
    made.check()
    return made
