"""Functions, sums and products of a network that is not quantized."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from accord.nn.functions.reals import FUNCTIONS
from accord.nn.graph import (
    Apply,
    ClampAttributes,
    Expression,
    FunctionAttributes,
    Number,
    Op,
    Shape,
    X,
    substitute,
)
from accord.nn.importers.errors import ModelError
from accord.nn.importers.onnx.elementwise import applied, bounds, scalar
from accord.nn.importers.onnx.joined import broadcast
from accord.nn.importers.onnx.reader import SourceNode
from accord.nn.importers.onnx.real import biased, real, weights, write
from accord.nn.importers.onnx.terms import Constant, Real, Term
from accord.nn.importers.onnx.walk import Rule, Walk

F = np.float32
Operands = tuple[Real, Real]


def function(walk: Walk, node: SourceNode, source: Real, expression: Expression, name: str | None = None) -> Real:
    """Add a function of each element."""
    return write(walk, node, Op.FUNCTION, [source.name], source.shape, FunctionAttributes(expression), name)


def unary(walk: Walk, node: SourceNode) -> Term:
    """An operator of one tensor."""
    return function(walk, node, real(walk, node, 0), applied(node, node.op, X))


def clip(walk: Walk, node: SourceNode) -> Term:
    """Clip, its bounds constants."""
    low, high = bounds(walk, node)
    return function(walk, node, real(walk, node, 0), Apply("Clip", (X, Number(low), Number(high))))


def binary(walk: Walk, node: SourceNode) -> Term:
    """An operator of two: a tensor and a number, a tensor and a constant, two tensors."""
    if len(node.inputs) != len(("a", "b")):
        raise ModelError(f"{node}: has {len(node.inputs)} inputs, only two are supported")
    for index in (0, 1):
        number = scalar(walk, node, index)
        if number is not None and len(walk.term(node, index).shape) <= len(walk.term(node, 1 - index).shape):
            return _with_number(walk, node, 1 - index, Number(float(number)))
    for index in (0, 1):
        if isinstance(walk.term(node, index), Constant):
            return _with_constant(walk, node, 1 - index, weights(walk, node, index))
    return _of_tensors(walk, node)


def _with_number(walk: Walk, node: SourceNode, index: int, number: Number) -> Real:
    if node.op == "Pow" and (index != 0 or number.value not in (2, 3)):
        raise ModelError(f"{node}: only squares and cubes are supported")
    if node.op == "PRelu" and index != 0:
        raise ModelError(f"{node}: its slope has to be a constant")
    return function(walk, node, real(walk, node, index), Apply(node.op, (X, number) if index == 0 else (number, X)))


def _with_constant(walk: Walk, node: SourceNode, index: int, data: NDArray[np.float32]) -> Real:
    """Combine a tensor, input ``index``, and a constant of several elements; differences and quotients rewritten."""
    source = real(walk, node, index)
    if node.op == "Sub":
        data = data if index == 1 else -data
        source = source if index == 0 else function(walk, node, source, Apply("Neg", (X,)), f"{node.name}/negative")
    elif node.op == "Div":
        data = data if index == 1 else F(1) / data
        inverse = Apply("Reciprocal", (X,))
        source = source if index == 0 else function(walk, node, source, inverse, f"{node.name}/inverse")
    elif node.op == "PRelu" and index == 0:
        return _prelu(walk, node, source, data)
    if node.op in ("Add", "Sub"):
        layer = biased(walk, node, source, data)
        if layer is not None:
            return layer
    return _joined(walk, node, (source, _aligned(walk, node, data, source.shape)))


def _aligned(walk: Walk, node: SourceNode, data: NDArray[np.float32], shape: Shape) -> Real:
    """Store a constant operand, leading ones given to one of fewer axes."""
    spread = data.reshape((1,) * (len(shape) - data.ndim) + data.shape)
    own = spread.transpose(0, 2, 3, 1) if spread.ndim == len("NCHW") else spread
    return Real(walk.builder.constant(f"{node.name}/operand", own), spread.shape)


def _prelu(walk: Walk, node: SourceNode, source: Real, slope: NDArray[np.float32]) -> Real:
    """PRelu of many slopes: max(x, 0) + slope min(x, 0), of which one is always zero."""
    above = function(walk, node, source, Apply("Relu", (X,)), f"{node.name}/above")
    below = function(walk, node, source, Apply("Min", (X, Number(0.0))), f"{node.name}/below")
    sloped = _aligned(walk, node, slope, source.shape)
    shape = broadcast(node, below.shape, sloped.shape)
    steep = write(walk, node, Op.MULTIPLY, [below.name, sloped.name], shape, ClampAttributes(), f"{node.name}/steep")
    return write(walk, node, Op.ADD, [above.name, steep.name], shape, ClampAttributes())


def _joined(walk: Walk, node: SourceNode, operands: Operands) -> Real:
    op = {"Add": Op.ADD, "Sub": Op.ADD, "Sum": Op.ADD, "Mul": Op.MULTIPLY, "Div": Op.MULTIPLY}.get(node.op)
    if op is None:
        raise ModelError(f"{node}: of two tensors is not supported, unless both are functions of one, or one a number")
    shape = broadcast(node, operands[0].shape, operands[1].shape)
    return write(walk, node, op, [one.name for one in operands], shape, ClampAttributes())


def _of_tensors(walk: Walk, node: SourceNode) -> Real:
    """Combine two tensors: as one function where both are functions of a third and there is no such operation."""
    a, b = real(walk, node, 0), real(walk, node, 1)
    if node.op in ("Add", "Mul"):
        return _joined(walk, node, (a, b))
    known = _origins(walk, a)
    for name, of_b in _origins(walk, b).items():
        if name in known:
            return function(walk, node, Real(name, a.shape), Apply(node.op, (known[name], of_b)))
    if node.op == "Sub":
        b = function(walk, node, b, Apply("Neg", (X,)), f"{node.name}/negative")
    if node.op == "Div":
        b = function(walk, node, b, Apply("Reciprocal", (X,)), f"{node.name}/inverse")
    return _joined(walk, node, (a, b))


def _origins(walk: Walk, source: Real) -> dict[str, Expression]:
    """Return the tensors that one is a function of, itself among them, nearest first."""
    made = {node.output: node for node in walk.builder.graph.nodes if node.op is Op.FUNCTION}
    name, expression = source.name, cast(Expression, X)
    found = {name: expression}
    while name in made:
        attributes = made[name].attributes
        assert isinstance(attributes, FunctionAttributes)
        expression = substitute(expression, attributes.expression)
        (name,) = made[name].inputs
        found[name] = expression
    return found


def sum_(walk: Walk, node: SourceNode) -> Term:
    """Sum of one or more tensors, from the left."""
    total = real(walk, node, 0)
    for index in range(1, len(node.inputs)):
        other = real(walk, node, index)
        is_last = index == len(node.inputs) - 1
        shape = broadcast(node, total.shape, other.shape)
        name = None if is_last else f"{node.name}/sum"
        total = write(walk, node, Op.ADD, [total.name, other.name], shape, ClampAttributes(), name)
    return total


RULES: dict[str, Rule] = {
    **dict.fromkeys(FUNCTIONS, unary),
    **dict.fromkeys(("Add", "Div", "Max", "Min", "Mul", "PRelu", "Pow", "Sub"), binary),
    "Clip": clip,
    "Sum": sum_,
}
