"""Writes the graph while the file is walked through: names, layouts, parameters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import Graph, Node, Op, Shape, TransposeAttributes, Value
from accord.nn.graph.attributes import Attributes
from accord.nn.graph.ir import MOVES
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.terms import Bytes, Real
from accord.nn.params import QuantizationParams

TO_NHWC, TO_NCHW = (0, 2, 3, 1), (0, 3, 1, 2)
Stored = Bytes | Real


def own_shape(shape: Shape) -> Shape:
    """Return the graph's shape of a tensor that has this one in the file: four axes are an image."""
    return tuple(shape[axis] for axis in TO_NHWC) if len(shape) == 4 else shape


def own_axis(axis: int, shape: Shape) -> int:
    """Return the graph's axis for an axis of the file."""
    return TO_NHWC.index(axis) if len(shape) == 4 else axis


def own_array(data: NDArray[Any]) -> NDArray[Any]:
    """Return a constant in the graph's layout."""
    return np.array(data.transpose(TO_NHWC) if data.ndim == 4 else data, order="C")


class Builder:
    """A graph under construction; shapes given here are those of the file."""

    def __init__(self, name: str) -> None:
        self.graph = Graph(name, "onnx")
        self._numbers: dict[str, int] = {}

    def value(self, name: str, shape: Shape, dtype: Any, params: QuantizationParams | None = None) -> None:
        """Describe an activation."""
        self.graph.values[name] = Value(name, own_shape(shape), np.dtype(dtype), params)
        if len(shape) == 4:
            self.graph.channels_first.add(name)

    def constant(self, stem: str, data: NDArray[Any], params: QuantizationParams | None = None) -> str:
        """Store an array that is in the graph's layout already, and return its name."""
        name = self.fresh(stem)
        kept = np.array(data, order="C")
        self.graph.constants[name] = kept
        self.graph.values[name] = Value(name, kept.shape, kept.dtype, params)
        return name

    def emit(
        self,
        origin: str,
        op: Op,
        inputs: Sequence[str],
        output: str,
        attributes: Attributes | None = None,
    ) -> None:
        """Add a node; its output is described already."""
        self.graph.nodes.append(Node(origin, op, tuple(inputs), output, attributes))

    def drop_unread(self) -> None:
        """Leave out nodes and constants that no output depends on."""
        graph, read = self.graph, set(self.graph.outputs)
        kept = []
        for node in reversed(graph.nodes):
            if node.output in read:
                kept.append(node)
                read.update(node.inputs)
        graph.nodes = kept[::-1]
        read.update(graph.inputs)
        graph.values = {name: value for name, value in graph.values.items() if name in read}
        graph.constants = {name: data for name, data in graph.constants.items() if name in read}
        graph.channels_first &= read

    def fresh(self, stem: str) -> str:
        """Return a name that no value has."""
        name = stem
        while name in self.graph.values:
            self._numbers[stem] = self._numbers.get(stem, 0) + 1
            name = f"{stem}/{self._numbers[stem]}"
        return name

    def params(self, source: Bytes) -> QuantizationParams | None:
        """Return what a value's bytes mean; None where nobody has said."""
        return self.graph.values[source.name].params

    def require(self, origin: str, source: Bytes, params: QuantizationParams) -> str:
        """Return the name of bytes that an operator takes with these parameters, and say so where nobody has.

        ModelError where they were made with others.
        """
        value = self.graph.values[source.name]
        if value.params is None:
            if value.dtype != params.dtype:
                raise ModelError(f"{origin}: {source.name} is {value.dtype}, its zero point {params.dtype}")
            self._explain(source.name, params)
        elif value.params != params:
            raise ModelError(f"{origin}: {source.name} is quantized with one scale and zero point, read with others")
        return source.name

    def _explain(self, name: str, params: QuantizationParams) -> None:
        """Say what a value's bytes mean, and those of an input of the network that it was moved from."""
        self.graph.values[name] = replace(self.graph.values[name], params=params)
        for node in self.graph.nodes:
            if node.output == name and node.op in MOVES and self.graph.values[node.inputs[0]].params is None:
                self._explain(node.inputs[0], params)

    def move(self, origin: str, op: Op, source: Stored, shape: Shape, attributes: Attributes | None = None) -> Stored:
        """Add a node that leaves every element what it is, and return its output; ``attributes`` as the graph's."""
        value = self.graph.values[source.name]
        name = self.fresh(f"{origin}/moved")
        self.value(name, shape, value.dtype, value.params)
        self.emit(origin, op, [source.name], name, attributes)
        return type(source)(name, shape)

    def rename(self, origin: str, source: Stored, name: str) -> Stored:
        """Give a value a second name: a reshape that changes nothing."""
        value = self.graph.values[source.name]
        self.value(name, source.shape, value.dtype, value.params)
        self.emit(origin, Op.RESHAPE, [source.name], name)
        return type(source)(name, source.shape)

    def transpose(self, origin: str, source: Stored, axes: Sequence[int]) -> Stored:
        """Transpose in the file's terms: ``axes[i]`` becomes axis i."""
        shape = tuple(source.shape[axis] for axis in axes)
        if None in shape[1:]:
            raise ModelError(f"{origin}: the batch, whose size is open, has to stay the first axis")
        return self.move(origin, Op.TRANSPOSE, source, shape, TransposeAttributes(self._own_axes(source.shape, axes)))

    def reshape(self, origin: str, source: Stored, shape: Shape) -> Stored:
        """Reshape in the file's order of elements; an image goes through (N, C, H, W) where that is another order."""
        given = source.name if self._is_plain(source.shape) else self._file_order(origin, source)
        if self._is_plain(shape):
            return self._reshaped(origin, given, source, shape, own_shape(shape))
        planar = self._reshaped(origin, given, source, shape, shape)
        self.graph.channels_first.discard(planar.name)
        name = self.fresh(f"{origin}/moved")
        value = self.graph.values[planar.name]
        self.value(name, shape, value.dtype, value.params)
        self.emit(origin, Op.TRANSPOSE, [planar.name], name, TransposeAttributes(TO_NHWC))
        return type(source)(name, shape)

    def _is_plain(self, shape: Shape) -> bool:
        """Return whether both layouts have the elements in the same order."""
        return len(shape) != 4 or shape[1] == 1 or (shape[2] == shape[3] == 1)

    def _file_order(self, origin: str, source: Stored) -> str:
        value = self.graph.values[source.name]
        name = self.fresh(f"{origin}/planar")
        self.graph.values[name] = Value(name, source.shape, value.dtype, value.params)
        self.emit(origin, Op.TRANSPOSE, [source.name], name, TransposeAttributes(TO_NCHW))
        return name

    def _reshaped(self, origin: str, given: str, source: Stored, shape: Shape, stored: Shape) -> Stored:
        value = self.graph.values[given]
        name = self.fresh(f"{origin}/moved")
        self.graph.values[name] = Value(name, stored, value.dtype, value.params)
        if len(shape) == 4:
            self.graph.channels_first.add(name)
        self.emit(origin, Op.RESHAPE, [given], name)
        return type(source)(name, shape)

    def _own_axes(self, shape: Shape, axes: Sequence[int]) -> tuple[int, ...]:
        if len(shape) != 4:
            return tuple(axes)
        return tuple(own_axis(axes[axis], shape) for axis in TO_NHWC)
