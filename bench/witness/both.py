"""What a network gives by the witnesses there are: ONNX Runtime where its sums are exact, the evaluator where it can.

Where both can they have to give the same bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from bench.witness import tally
from bench.witness.evaluator import Evaluator
from bench.witness.sessions import InexactError, session
from bench.witness.units import RefusedError

Array = NDArray[Any]


def _bits(array: Array) -> Array:
    """Return what is compared: numbers' bits, NaN and the sign of zero with them."""
    return array.view(np.int32) if array.dtype == np.float32 else array


class DisagreementError(AssertionError):
    """The witnesses differ from one another; names the tensors."""


class Witness:
    """Of one network. ValueError where no witness can say what it gives."""

    def __init__(self, model: onnx.ModelProto) -> None:
        constants = {one.name for one in model.graph.initializer}
        self.inputs = [info.name for info in model.graph.input if info.name not in constants]
        self.outputs = [info.name for info in model.graph.output]
        self.runtime: Any = None
        self.evaluator: Evaluator | None = None
        reasons = []
        try:
            self.runtime = session(model)
        except InexactError as reason:
            reasons.append(reason)
        try:
            self.evaluator = Evaluator(model)
        except RefusedError as reason:
            reasons.append(reason)
        if len(reasons) == 2:
            raise ValueError("; ".join(map(str, reasons)))

    @property
    def are_two(self) -> bool:
        """Whether each output is compared between them."""
        return self.runtime is not None and self.evaluator is not None

    def run(self, names: Sequence[str] | None, feeds: Mapping[str, Array]) -> list[Array]:
        """Return outputs, all by default."""
        chosen = self.outputs if names is None else list(names)
        said: dict[str, list[Array]] = {}
        if self.runtime is not None:
            said[tally.RUNTIME] = self.runtime.run(chosen, dict(feeds))
        if self.evaluator is not None:
            found = self.evaluator.run(feeds)
            said[tally.NUMPY] = [found[name] for name in chosen]
        for witness, arrays in said.items():
            tally.counts[witness] += sum(array.size for array in arrays)
        first, *others = said.values()
        for second in others:
            self._compare(chosen, first, second)
        return first

    @staticmethod
    def _compare(names: list[str], first: list[Array], second: list[Array]) -> None:
        wrong = {}
        for name, a, b in zip(names, first, second, strict=True):
            if (a.shape, a.dtype) != (b.shape, b.dtype):
                raise DisagreementError(f"{name}: {a.dtype} {a.shape}, {b.dtype} {b.shape}")
            differ = int((_bits(a) != _bits(b)).sum())
            tally.counts[tally.BOTH] += a.size
            tally.counts[tally.DIFFER] += differ
            if differ:
                wrong[name] = differ
        if wrong:
            raise DisagreementError(f"ONNX Runtime and the NumPy evaluator differ: {wrong}")


def exposed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network with every QuantizeLinear's output among its own; floats stay inside, where they are fused."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    have = {info.name for info in shown.graph.output}
    for node in shown.graph.node:
        if node.op_type == "QuantizeLinear" and node.output[0] not in have:
            shown.graph.output.append(helper.make_empty_tensor_value_info(node.output[0]))
    return shown
