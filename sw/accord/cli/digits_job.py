"""The digits job without its display: data, classifier, quantization, CPU kernel, comparison."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.kernels import Matmul, Output
from accord.nn import QuantizedLinear, activation_params, quantize_activation, quantize_linear

PIXEL_MAX = 16
"""Largest pixel of the data set."""
TEST_SHARE = 0.5


@dataclass(frozen=True)
class Digits:
    """Images as rows of 64 pixels, 0 to 16, and labels 0 to 9: one half to fit and calibrate on, one to test."""

    train_images: NDArray[np.float64]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float64]
    test_labels: NDArray[np.int64]


@dataclass(frozen=True)
class Classifier:
    """A linear classifier in floating point: weight (10, 64) on pixels, bias (10,)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return the (n, 10) logits of (n, 64) images, in float32."""
        return images.astype(np.float32) @ self.weight.T + self.bias


@dataclass(frozen=True)
class Difference:
    """A byte that two results do not share."""

    image: int
    label: int
    left: int
    right: int


@dataclass(frozen=True)
class Comparison:
    """How many bytes of two results were compared, how many differed, and where the first of those is."""

    left: str
    right: str
    compared: int
    differing: int
    first: Difference | None


def load_digits(seed: int) -> Digits:
    """Return scikit-learn's 1,797 digits, split into stratified halves; the same seed gives the same split."""
    from sklearn.datasets import load_digits as load
    from sklearn.model_selection import train_test_split

    images, labels = load(return_X_y=True)
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=TEST_SHARE, random_state=seed, stratify=labels
    )
    return Digits(train_images, train_labels, test_images, test_labels)


def fit(digits: Digits) -> Classifier:
    """Fit logistic regression on the training half; pixels are scaled to 0..1 for it, and the scale folded back."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # on matrices this small threads cost more than they give
        model = LogisticRegression(max_iter=1000).fit(digits.train_images / PIXEL_MAX, digits.train_labels)
    return Classifier((model.coef_ / PIXEL_MAX).astype(np.float32), model.intercept_.astype(np.float32))


def quantize(digits: Digits, classifier: Classifier) -> QuantizedLinear:
    """Quantize the classifier, ranges of pixels and logits taken from the training half alone."""
    images = digits.train_images
    logits = classifier.logits(images)
    return quantize_linear(
        classifier.weight,
        classifier.bias,
        activation_params(images.min(), images.max()),
        activation_params(logits.min(), logits.max()),
    )


def quantized_images(layer: QuantizedLinear, images: NDArray[Any]) -> NDArray[np.int8]:
    """Return the images as the layer's int8 inputs."""
    return quantize_activation(images, layer.input)


def kernel_of(layer: QuantizedLinear) -> Matmul:
    """Return the layer as a CPU kernel, ``fma`` contract, on the best instruction set there is here."""
    output = Output("fma", layer.multiplier, layer.output.zero_point)
    # the zero-point correction is in the bias already
    return Matmul(layer.weight.T, layer.bias, input_dtype=np.int8, output=output)


def correct(logits: NDArray[Any], labels: NDArray[np.int64]) -> int:
    """Return how many images have their label's logit as the (first) largest."""
    return int((logits.argmax(axis=1) == labels).sum())


def compare(results: dict[str, NDArray[np.int8]]) -> list[Comparison]:
    """Compare every pair of results byte by byte; ValueError where their shapes differ."""
    found = []
    for left, right in combinations(results, 2):
        a, b = results[left], results[right]
        if a.shape != b.shape:
            raise ValueError(f"{left} gave {a.shape}, {right} {b.shape}")
        differing = np.argwhere(a != b).tolist()
        first = None
        if differing:
            image, label = differing[0]
            first = Difference(image, label, int(a[image, label]), int(b[image, label]))
        found.append(Comparison(left, right, a.size, len(differing), first))
    return found
