"""What calibration found for a tensor, and how: the provenance of its range."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from accord.nn.params import STEPS, QuantizationParams, QuantizationScheme


@dataclass(frozen=True)
class Record:
    """The range that a method chose, and from what.

    ``method`` and ``options`` tell the observer and how it was made. ``batches``, ``samples`` (along axis 0) and
    ``values`` count what it saw; ``seen`` is the least and the largest value, ``range`` the (low, high) chosen.
    """

    method: str
    options: Mapping[str, float | str]
    batches: int
    samples: int
    values: int
    seen: tuple[float, float]
    range: tuple[float, float]

    def params(
        self, dtype: DTypeLike = np.int8, scheme: QuantizationScheme = QuantizationScheme.ASYMMETRIC
    ) -> QuantizationParams:
        """Return the parameters for the range, int8 or uint8.

        Where it is too narrow for a float32 scale, as that of zeros alone, the scale is 1, as a dead channel's is.
        """
        low, high = self.range
        with np.errstate(under="ignore"):
            is_nothing = np.float32((high - low) / STEPS) == 0
        if is_nothing:
            return QuantizationParams(1.0, QuantizationParams.of_range(0.0, 1.0, dtype, scheme).zero_point, dtype)
        return QuantizationParams.of_range(low, high, dtype, scheme)
