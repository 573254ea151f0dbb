"""Quantized ONNX networks in plain whole numbers: QOperator form and QuantizeLinear/DequantizeLinear form.

Every sum of products is exact here, on any processor. Tensors that a DequantizeLinear gives stay bytes, which what
moves them moves; an operator between such tensors and a QuantizeLinear is computed on bytes as ONNX Runtime does it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from bench.witness.floats import Part
from bench.witness.moves import MOVES
from bench.witness.network import Grid, Network, Node, grid
from bench.witness.numbers import dequantize, quantize
from bench.witness.operators import OPERATORS
from bench.witness.units import PRODUCTS, RefusedError, unit

Array = NDArray[Any]
Values = Mapping[str, Array]


@dataclass(frozen=True)
class Step:
    """What needs some tensors and makes others, further outputs left out."""

    reads: list[str]
    makes: list[str]
    compute: Callable[[Values], list[Array]]


class Evaluator:
    """A network taken apart into steps. ``RefusedError`` where its bytes are not those of whole numbers alone."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._network = Network(model)
        self._grids: dict[str, Grid] = {}
        """What bytes stand for whose tensors are floats in the file."""
        self._bytes = {name for name, array in self._network.constants.items() if array.dtype != np.float32}
        floats = onnx.TensorProto.FLOAT
        self._bytes |= {info.name for info in model.graph.input if info.type.tensor_type.elem_type != floats}
        self._parts: list[Part] = []
        self._steps: list[Step] = []
        self._computed: list[Node] = []
        claimed: set[int] = set()
        for node in self._network.nodes:
            if id(node) not in claimed:
                claimed |= {id(one) for one in self._take(node)}
        if not self._computed and (self._parts or not self._steps):
            raise RefusedError("nothing in the network is computed on bytes but what ONNX Runtime alone computes")
        self._steps += [Step(part.reads, part.gives, part.compute) for part in self._parts if part.gives]
        self._put_in_order()

    def run(self, feeds: Values) -> dict[str, Array]:
        """Return the network's outputs by their names."""
        values = {**self._network.constants, **feeds}
        for step in self._steps:
            values.update(zip(step.makes, step.compute(values), strict=False))
        return {name: self._real(values, name) for name in self._network.outputs}

    def _real(self, values: Values, name: str) -> Array:
        if name not in self._grids:
            return values[name]
        its = self._grids[name]
        return dequantize(values[name], its.scale, its.zero, its.axis)

    def _take(self, node: Node) -> list[Node]:
        """Make a step of a node, or part of a part; return the nodes behind it that it computes as well."""
        first, are_given = node.inputs[0], self._network.are_constant(node.inputs[1:])
        is_there = first in self._network.inputs or first in self._network.constants
        if node.op == "DequantizeLinear" and first in self._bytes and are_given:
            self._grids[node.outputs[0]] = grid(self._network, node)
            self._add(node, lambda values: [values[first]])
        elif node.op == "QuantizeLinear" and (first in self._grids or is_there):
            self._add(node, self._quantized(node), are_bytes=True)
        elif node.op in MOVES and (first in self._grids or first in self._bytes) and are_given:
            self._add(node, self._moved(node), are_bytes=first in self._bytes)
        elif node.op in OPERATORS:
            self._computed.append(node)
            operator, inputs, attributes = OPERATORS[node.op], node.inputs, node.attributes
            compute = lambda values: [operator([values.get(name) for name in inputs], attributes)]  # noqa: E731
            self._add(node, compute, are_bytes=True)
        elif (found := unit(self._network, node, self._grids)) is not None:
            self._computed.append(node)
            self._steps.append(Step(found.names, [found.output], lambda values: [found.run(values)]))
            self._bytes.update([found.output] if found.out is not None else [])
            return found.claimed
        else:
            self._join(node)
        return []

    def _add(self, node: Node, compute: Callable[[Values], list[Array]], are_bytes: bool = False) -> None:
        self._steps.append(Step([name for name in node.inputs if name], node.outputs, compute))
        self._bytes.update(node.outputs if are_bytes else [])

    def _quantized(self, node: Node) -> Callable[[Values], list[Array]]:
        first, out = node.inputs[0], grid(self._network, node)
        if first in self._grids and self._grids[first].is_like(out):
            return lambda values: [values[first]]
        return lambda values: [quantize(self._real(values, first), out.scale, out.zero, out.axis)]

    def _moved(self, node: Node) -> Callable[[Values], list[Array]]:
        first, move, attributes, count = node.inputs[0], MOVES[node.op], node.attributes, len(node.outputs)
        rest = [self._network.constant(name) for name in node.inputs[1:]]
        if first in self._grids:
            its = self._grids[first]
            if its.scale.size != 1:
                raise RefusedError(f"{node}: moves numbers with several scales")
            self._grids.update(dict.fromkeys(node.outputs, its))
            if node.op == "Pad":
                if len(rest) > 1 and rest[1] is not None and rest[1] != 0:
                    raise RefusedError(f"{node}: pads with another number than zero")
                rest[1:2] = [its.zero]
        return lambda values: move(values[first], rest, attributes, count)

    def _join(self, node: Node) -> None:
        """Add a node to the part that its floats come from; parts that it joins become one."""
        if node.op in PRODUCTS and any(name in self._grids for name in node.inputs):
            raise RefusedError(f"{node}: ONNX Runtime computes it in floating point, where sums depend on their order")
        floats = {name for name in node.inputs if name not in self._bytes.union(self._grids)}
        joined = [part for part in self._parts if floats & set(part.made)]
        nodes = [*(one for old in joined for one in old.nodes), node]
        self._parts = [old for old in self._parts if old not in joined] + [Part(self._network, self._grids, nodes)]
        self._bytes.update(node.outputs if node.op.startswith("Q") else [])

    def _put_in_order(self) -> None:
        have = {*self._network.constants, *self._network.inputs}
        waiting, self._steps = self._steps, []
        while waiting:
            ready = [step for step in waiting if have.issuperset(step.reads)]
            if not ready:
                raise RefusedError(f"floats go around what makes {waiting[0].makes[0]}")
            self._steps += ready
            have.update(name for step in ready for name in step.makes)
            waiting = [step for step in waiting if step not in ready]
