"""What the rules of operators have in common: the terms found so far, and how to ask for one of a kind."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from accord.nn.graph import FunctionAttributes, Op
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.builder import Builder, own_array
from accord.nn.importers.onnx.quantization import BYTES, params_of
from accord.nn.importers.onnx.reader import SourceModel, SourceNode
from accord.nn.importers.onnx.terms import Bytes, Constant, Island, Pending, Real, Term
from accord.nn.params import QuantizationParams


class Walk:
    """The state of one import."""

    def __init__(self, model: SourceModel) -> None:
        self.model = model
        self.builder = Builder(model.name)
        self.terms: dict[str, Term] = {name: Constant(data) for name, data in model.constants.items()}

    def term(self, node: SourceNode, index: int) -> Term:
        """Return what an input is."""
        name = node.input(index)
        if name not in self.terms:
            raise ModelError(f"{node}: input {index} ({name or 'left out'}) is not known here")
        return self.terms[name]

    def has(self, node: SourceNode, index: int) -> bool:
        """Return whether an input is given."""
        return bool(node.input(index))

    def array(self, node: SourceNode, index: int) -> NDArray[Any]:
        """Return an input that has to be a constant of the file."""
        found = self.term(node, index)
        if not isinstance(found, Constant) or found.params is not None:
            raise ModelError(f"{node}: input {index} ({node.input(index)}) has to be a constant")
        return found.data

    def optional_array(self, node: SourceNode, index: int) -> NDArray[Any] | None:
        """Return a constant input, None where it is left out."""
        return self.array(node, index) if self.has(node, index) else None

    def integers(self, node: SourceNode, index: int, name: str) -> list[int] | None:
        """Return whole numbers from a constant input or, where that is left out, from an attribute."""
        found = self.optional_array(node, index)
        return [int(one) for one in np.ravel(found)] if found is not None else node.get(name, None)

    def params(self, node: SourceNode, scale: int, axis: int | None = None, dtype: Any = None) -> QuantizationParams:
        """Return the parameters that inputs ``scale`` and ``scale`` + 1 give; dtype is that of the zero point."""
        zero = self.optional_array(node, scale + 1)
        kind = np.dtype(np.uint8 if dtype is None else dtype) if zero is None else zero.dtype
        return params_of(str(node), self.array(node, scale), zero, axis, kind)

    def bytes(self, node: SourceNode, index: int) -> tuple[Bytes, QuantizationParams]:
        """Return quantized data and what they mean, from inputs ``index`` to ``index`` + 2."""
        found = self.term(node, index)
        if isinstance(found, Constant):
            found = self.stored(node, found, self.params(node, index + 1, dtype=found.data.dtype))
        if not isinstance(found, Bytes):
            raise ModelError(f"{node}: input {index} ({node.input(index)}) is not quantized data")
        params = self.params(node, index + 1, dtype=self.builder.graph.values[found.name].dtype)
        self.builder.require(str(node), found, params)
        return found, params

    def stored(self, node: SourceNode, constant: Constant, params: QuantizationParams) -> Bytes:
        """Return a quantized constant as data like any other."""
        if constant.data.dtype not in BYTES or params.axis is not None:
            raise ModelError(f"{node}: a constant operand has to be int8 or uint8 with one scale")
        name = self.builder.constant(f"{node.name}/operand", own_array(constant.data), params)
        return Bytes(name, constant.data.shape)

    def dequantized(self, node: SourceNode, index: int) -> Island | None:
        """Return an input that is a DequantizeLinear and nothing more, constants included; else None."""
        found = self.term(node, index)
        if isinstance(found, Constant) and found.params is not None and found.params.axis is None:
            return Island(self.stored(node, found, found.params), found.params)
        return found if isinstance(found, Island) and not found.steps else None

    def real(self, node: SourceNode, index: int) -> Real | None:
        """Return an input as real data, a function of bytes written as a table of float32; None for anything else."""
        found = self.term(node, index)
        return (
            self.written(found, self.builder.fresh(f"{node.name}/real"))
            if isinstance(found, Island)
            else (found if isinstance(found, Real) else None)
        )

    def written(self, island: Island, name: str) -> Real:
        """Write a function of bytes as real data."""
        self.builder.value(name, island.shape, np.float32)
        if island.steps:
            table = self.builder.constant(f"{name}/table", island.table)
            meaning = FunctionAttributes(island.expression)
            self.builder.emit(" ".join(island.steps), Op.LOOKUP, [island.source.name, table], name, meaning)
        else:
            self.builder.emit(f"DequantizeLinear of {island.source.name}", Op.DEQUANTIZE, [island.source.name], name)
        return Real(name, island.shape)

    def tabulated(
        self, node: SourceNode, island: Island, table: NDArray[Any], params: QuantizationParams, name: str
    ) -> Bytes:
        """Write a function of bytes, whose values are ``table`` once they are quantized."""
        self.builder.value(name, island.shape, params.dtype, params)
        stored = self.builder.constant(f"{node.name}/table", table)
        origin, meaning = " ".join(island.steps) or str(node), FunctionAttributes(island.expression)
        self.builder.emit(origin, Op.LOOKUP, [island.source.name, stored], name, meaning)
        return Bytes(name, island.shape)

    def refuse(self, node: SourceNode, index: int) -> NoReturn:
        """Say why an input cannot be what an operator needs."""
        found, name = self.term(node, index), node.input(index)
        if isinstance(found, Real):
            reason = f"{name} is not quantized"
        elif isinstance(found, Pending):
            reason = f"{name}, the result of {found.origin}, has no QuantizeLinear behind it"
        elif isinstance(found, Island):
            steps = f"{name}, the result of {', '.join(found.steps)}, has no QuantizeLinear behind it"
            reason = steps if found.steps else f"there is no rule for {node.op} of bytes"
        else:
            reason = f"{name} is a constant that no DequantizeLinear gives"
        raise ModelError(
            f"{node}: would be computed in floating point: {reason}; quantize this operator's inputs and output"
        )


Rule = Callable[[Walk, SourceNode], Term | list[Term]]
