"""What quantization costs, layer by layer: activations of bytes beside those in float32, on the same inputs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.error import ErrorFigures, saturation_rate
from accord.nn.executor import Executor
from accord.nn.graph import Graph, Node, Op
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams
from accord.nn.quantization.calibrate import Batch
from accord.nn.quantization.simplify import simplified
from accord.nn.tensor import QuantizedTensor


@dataclass(frozen=True)
class LayerError:
    """An activation, the node of the quantized graph that makes it, and how far it is from float32.

    ``params`` is None where the quantized network has real numbers too. ``is_inner``: nothing but tables read it, whose
    functions need not tell apart what saturates; their results show what it costs.
    """

    node: Node
    params: QuantizationParams | None
    is_inner: bool
    figures: ErrorFigures


@dataclass
class _Sums:
    """Figures of error that batches add to, in double."""

    params: QuantizationParams | None
    products: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    """xx, yy, xy and the squares of differences."""
    largest: float = 0.0
    saturated: float = 0.0
    count: int = 0

    def add(self, real: NDArray[np.float32], data: NDArray[Any]) -> None:
        values = data if self.params is None else QuantizedTensor(data, self.params).dequantize()
        x, y = real.ravel().astype(np.float64), values.ravel().astype(np.float64)
        difference = x - y
        pairs = ((x, x), (y, y), (x, y), (difference, difference))
        self.products += [np.einsum("i,i", one, other) for one, other in pairs]  # a BLAS would start threads for each
        self.largest = max(self.largest, float(np.abs(difference).max(initial=0)))
        self.saturated += 0 if self.params is None else saturation_rate(real, self.params) * x.size
        self.count += x.size

    def figures(self) -> ErrorFigures:
        xx, yy, xy, error = map(float, self.products)
        cosine = float(np.clip(xy / np.sqrt(xx * yy), -1, 1)) if xx and yy else float(xx == yy)
        sqnr = np.inf if error == 0 else 10 * float(np.log10(xx / error)) if xx else -np.inf
        return ErrorFigures(cosine, sqnr, self.largest, self.saturated / max(self.count, 1))


def layer_errors(
    graph: Graph,
    quantized: Graph,
    batches: Iterable[Batch],
    *,
    contract: ContractName | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[LayerError]:
    """Return the errors of every activation that is computed, in execution order, over all batches.

    ``graph``: the float32 graph that ``quantized`` was made from. Each runs as a whole, so that a layer's error has
    those before it in it. ``contract``: how the quantized one rounds, its own by default. ``progress`` is called with
    the number of batches seen. ValueError where a value is not finite, or feeds do not fit.
    """
    simple = simplified(graph)
    pairs = _pairs(simple, quantized)
    nodes = {node.output: node for node in quantized.nodes}
    sums = {name: _Sums(quantized.value(name).params) for name in pairs}
    real = Executor(simple, keep_all=True)
    integer = Executor(quantized, contract=contract, keep_all=True)
    for count, feeds in enumerate(batches, 1):
        wanted, got = real.run(feeds, list(pairs.values())), integer.run(feeds, list(pairs))
        for name, reference in pairs.items():
            sums[name].add(wanted[reference], got[name])
        if progress is not None:
            progress(count)
    return [LayerError(nodes[name], of.params, _is_inner(quantized, name), of.figures()) for name, of in sums.items()]


def _is_inner(graph: Graph, name: str) -> bool:
    readers = [node for node in graph.nodes if name in node.inputs]
    return bool(readers) and name not in graph.outputs and all(node.op is Op.LOOKUP for node in readers)


def _pairs(simple: Graph, quantized: Graph) -> dict[str, str]:
    """Return, for each activation but those only dequantized, its name in the float32 graph: less what was added."""
    real = {*simple.inputs, *(node.output for node in simple.nodes)}
    found = {}
    for node in quantized.nodes:
        name = node.output if node.output in real else node.output.rpartition("/quantized")[0]
        if node.op is not Op.DEQUANTIZE and name in real:
            found[node.output] = name
    return found
