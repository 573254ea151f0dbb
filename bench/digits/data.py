"""scikit-learn's 1,797 digits as images, and the fixed five-fold split that training and measuring share."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold

import accord.nn

PIXEL_MAX = 16
FOLDS = 5
SEED = 0
"""Of the split."""
NETWORK = Path(accord.nn.__file__).parent / "networks" / "digits_mobilenetv3.onnx"
"""Trained on all folds but the first."""


@dataclass(frozen=True)
class Fold:
    """One part held out, the others to train and calibrate on: images (n, 1, 8, 8), 0 to 1, labels (n,)."""

    train_images: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def folds() -> list[Fold]:
    """Return the five folds, stratified; each image is held out once."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / PIXEL_MAX).astype(np.float32).reshape(-1, 1, 8, 8)
    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(pixels, labels)
    return [Fold(images[train], labels[train], images[test], labels[test]) for train, test in parts]


def path(fold: int) -> Path:
    """Return the file of the network that was trained without one fold."""
    return NETWORK if fold == 0 else Path(__file__).parent / "networks" / f"digits_mobilenetv3_fold{fold}.onnx"
