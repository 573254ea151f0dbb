"""Networks and images that gates measure with."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NETWORKS = Path(os.environ.get("ACCORD_MODELS") or Path(__file__).resolve().parents[3] / "shared" / "models")
"""Where networks that are no part of this repository lie: docs/verification.md says which."""
MAPS = {4: 0.7, 14: 0.5, 56: 0.4, 224: 0.25}
"""Of a smooth image: the sizes of its random maps, and what each is multiplied with."""


def network(name: str) -> Path:
    """Return the path of a network, or raise FileNotFoundError that says where it was looked for."""
    path = NETWORKS / name
    if not path.is_file():
        raise FileNotFoundError(f"no {name} in {NETWORKS}: set ACCORD_MODELS to the folder that has it")
    return path


def smooth_images(rng: np.random.Generator, count: int, size: int = 224) -> NDArray[np.float32]:
    """Return (count, 3, size, size) random images: sums of standard-normal maps, bilinearly enlarged."""
    images = np.zeros((count, 3, size, size))
    for image in images:
        for side, part in MAPS.items():
            enlarge = _enlargement(side, size)
            image += part * (enlarge @ rng.normal(size=(3, side, side)) @ enlarge.T)
    return images.astype(np.float32)


def _enlargement(side: int, size: int) -> NDArray[np.float64]:
    """Return the (size, side) matrix of bilinear interpolation between centres of pixels, edges repeated."""
    places = np.clip((np.arange(size) + 0.5) * side / size - 0.5, 0, side - 1)
    low = np.minimum(np.floor(places).astype(int), max(side - 2, 0))
    matrix = np.zeros((size, side))
    rows = np.arange(size)
    matrix[rows, low] = 1 - (places - low)
    if side > 1:
        matrix[rows, low + 1] += places - low
    return matrix
