"""How lanes of 32 bits lie in rows of bytes."""

import numpy as np
from numpy.typing import NDArray


def word_rows(values: NDArray[np.int32] | NDArray[np.float32]) -> NDArray[np.int8]:
    """Split (n, K) 32-bit lanes into (4n, K) rows, little-endian: row 4i + b holds byte b of VR i."""
    octets = values.astype(values.dtype.newbyteorder("<")).view(np.int8).reshape(*values.shape, 4)
    rows: NDArray[np.int8] = octets.transpose(0, 2, 1).reshape(-1, values.shape[1])
    return rows
