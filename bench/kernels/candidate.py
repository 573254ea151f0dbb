"""What takes part: prepared copies of one layer, by one library, timed in turn and checked before."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.kernels.build import native
from bench.kernels.data import Data

Kind = Literal["accord", "INT8", "FP32", "INT8 peak", "FP32 peak", "read"]


class Candidate(Protocol):
    """One library's way to compute a case."""

    name: str
    kind: Kind
    exact: bool
    """Whether it computes what everybody does to the bit; else an output may be one off."""

    def time(self, rotations: int) -> float:
        """Return the seconds of processor time of so many rotations over all copies."""

    def output(self, copy: int) -> NDArray[Any]:
        """Return what a copy computes, in the shape of ``Data.out_shape``."""


class Native:
    """A candidate of the native module."""

    def __init__(self, name: str, kind: Kind, candidate: Any, out: NDArray[Any], isa: str = "") -> None:
        self.name, self.kind, self.exact, self.out, self.isa = name, kind, True, out, isa
        self._candidate = candidate

    def time(self, rotations: int) -> float:
        """Return the seconds of so many rotations."""
        return float(self._candidate.time(rotations * self._candidate.copies))

    def output(self, copy: int) -> NDArray[Any]:
        """Return what a copy computes."""
        self.out[...] = 1
        self._candidate.run(copy)
        return self.out.copy()


def accord(data: Data) -> Native:
    """Return accord's layers of a case: int32 sums of products, uint8 of convolutions."""
    case, module = data.case, native()
    sums = case.operation == "product"
    out = data.out(np.int32 if sums else np.uint8)
    problem = module.Problem(data.x, data.weights, out, [] if sums else data.multiplier.tolist(), data.padding)
    operation = module.Operation[case.operation]
    layer = module.accord_layer(operation, problem, case.isa)
    isa = module.accord_isa(operation, case.isa)
    return Native(f"accord {isa}", "accord", layer, out, isa)


def check(candidates: Sequence[Candidate], data: Data) -> dict[str, int]:
    """Compare the first and the last copy of each candidate with what must come out.

    Return how many outputs of each are one off, which only those may be that are not exact. ValueError for a candidate
    that computes anything else: it would not do the same work.
    """
    off = {}
    for candidate in candidates:
        off[candidate.name] = 0
        for copy in (0, data.case.copies - 1):
            got = candidate.output(copy)
            want = data.expected(copy, got.dtype)
            if got.shape != want.shape:
                raise ValueError(f"{data.case.id}: {candidate.name}: shape {got.shape}, expected {want.shape}")
            apart = np.abs(np.float64(got) - want)
            if apart.max() > (0 if candidate.exact else 1):
                wrong, worst = np.count_nonzero(apart), apart.max()
                raise ValueError(f"{data.case.id}: {candidate.name}: {wrong} of {want.size} wrong, by up to {worst}")
            off[candidate.name] += int(np.count_nonzero(apart))
    return off
