"""Real functions of one tensor, element by element, as expressions: what a FUNCTION computes, a LOOKUP stands for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """The tensor itself."""


@dataclass(frozen=True)
class Number:
    """A constant, a float32 number."""

    value: float


@dataclass(frozen=True)
class Apply:
    """An ONNX operator of one or more expressions; ``options`` are those of its attributes that are not the default."""

    op: str
    arguments: tuple["Expression", ...]
    options: tuple[tuple[str, float | int | str], ...] = ()


Expression = Variable | Number | Apply
X = Variable()
"""The variable, for writing expressions: ``Apply("Relu", (X,))``."""


def substitute(outer: Expression, inner: Expression) -> Expression:
    """Return ``outer`` of ``inner``: the variable replaced."""
    if isinstance(outer, Variable):
        return inner
    if isinstance(outer, Number):
        return outer
    return Apply(outer.op, tuple(substitute(one, inner) for one in outer.arguments), outer.options)
