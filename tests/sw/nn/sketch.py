"""Small float32 graphs for tests of passes, built a node a call."""

from typing import Any

import numpy as np

from accord.nn.executor import Executor
from accord.nn.graph import (
    Apply,
    BatchNormAttributes,
    ClampAttributes,
    ConvAttributes,
    Expression,
    FunctionAttributes,
    Graph,
    Node,
    Op,
    PoolAttributes,
    Value,
    Window,
    X,
)
from accord.nn.graph.attributes import Attributes

REAL = np.dtype(np.float32)


class Sketch:
    """Each call adds a node and returns the name of its output; the input is x."""

    def __init__(self, *shape: int) -> None:
        self.graph = Graph("sketch", "onnx", ["x"])
        self._value("x", shape)

    def constant(self, data: Any) -> str:
        name = f"c{len(self.graph.constants)}"
        self.graph.constants[name] = np.asarray(data, REAL)
        self._value(name, self.graph.constants[name].shape, batch=False)
        return name

    def node(
        self, op: Op, inputs: list[str], shape: tuple[int, ...], attributes: Attributes | None = None, name: str = ""
    ) -> str:
        output = name or f"t{len(self.graph.nodes)}"
        self._value(output, shape)
        self.graph.nodes.append(Node(f"{op.value} {output}", op, tuple(inputs), output, attributes))
        return output

    def conv(self, x: str, weight: Any, bias: Any = None, *, groups: int = 1, **window: Any) -> str:
        taps = Window(np.shape(weight)[1:3], **window)
        inputs = [x, self.constant(weight), *([] if bias is None else [self.constant(bias)])]
        size = taps.out_size(*self.shape(x)[:2])
        return self.node(Op.CONV, inputs, (*size, len(weight)), ConvAttributes(taps, groups))

    def linear(self, x: str, weight: Any, bias: Any = None) -> str:
        inputs = [x, self.constant(weight), *([] if bias is None else [self.constant(bias)])]
        return self.node(Op.LINEAR, inputs, (len(weight),), ClampAttributes())

    def norm(self, x: str, *numbers: Any, epsilon: float = 0.0) -> str:
        inputs = [x, *map(self.constant, numbers)]
        return self.node(Op.BATCH_NORM, inputs, self.shape(x), BatchNormAttributes(epsilon))

    def function(self, x: str, expression: Expression) -> str:
        return self.node(Op.FUNCTION, [x], self.shape(x), FunctionAttributes(expression))

    def unary(self, x: str, op: str, **options: float) -> str:
        return self.function(x, Apply(op, (X,), tuple(options.items())))

    def joined(self, op: Op, a: str, b: str) -> str:
        return self.node(op, [a, b], max(self.shape(a), self.shape(b)), ClampAttributes())

    def pool(self, x: str, op: Op = Op.MAX_POOL) -> str:
        rows, columns, channels = self.shape(x)
        attributes = PoolAttributes(Window((2, 2), (2, 2)))
        return self.node(op, [x], (rows // 2, columns // 2, channels), attributes)

    def mean(self, x: str) -> str:
        return self.node(Op.GLOBAL_AVERAGE_POOL, [x], (1, 1, self.shape(x)[-1]))

    def flat(self, x: str) -> str:
        return self.node(Op.RESHAPE, [x], (int(np.prod(self.shape(x))),))

    def done(self, *outputs: str) -> Graph:
        self.graph.outputs = list(outputs)
        self.graph.check()
        return self.graph

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a value's shape without the batch."""
        return tuple(size for size in self.graph.values[name].shape[1:] if size is not None)

    def _value(self, name: str, shape: tuple[int, ...], batch: bool = True) -> None:
        self.graph.values[name] = Value(name, (None, *shape) if batch else shape, REAL)


def run(graph: Graph, x: np.ndarray) -> list[np.ndarray]:
    """Return the outputs, in order."""
    return list(Executor(graph).run({"x": x}).values())


def ops(graph: Graph) -> list[str]:
    """Return what the nodes compute."""
    return [node.op.value for node in graph.nodes]


def small_integers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return float32 whole numbers whose sums of products float32 holds exactly."""
    return rng.integers(-4, 5, shape).astype(REAL)
