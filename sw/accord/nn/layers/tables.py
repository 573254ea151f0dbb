"""Tables of 256 entries: what a byte becomes, indexed by its bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import dequantize, quantize
from accord.nn.graph.ir import ContractName
from accord.nn.params import QuantizationParams


def requantization_table(given: QuantizationParams, wanted: QuantizationParams, contract: ContractName) -> NDArray[Any]:
    """Return what bytes of one meaning are in another: dequantized, and quantized as the contract rounds."""
    every = np.arange(256, dtype=np.uint8).view(given.dtype)
    real = dequantize(every, float(given.scale), int(given.zero_point))
    return quantize(real, float(wanted.scale), int(wanted.zero_point), dtype=wanted.dtype, contract=contract)
