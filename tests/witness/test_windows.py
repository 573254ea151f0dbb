"""Where windows lie, by hand: padding that is given, automatic, and rounded up."""

import numpy as np
import pytest

from bench.witness.windows import average, largest, taps, window


@pytest.mark.parametrize(
    ("attributes", "kernel", "image", "before", "sizes"),
    [
        ({}, (2, 3), (5, 7), (0, 0), (4, 5)),
        ({"strides": [2, 3], "pads": [1, 2, 0, 1]}, (3, 3), (6, 8), (1, 2), (3, 3)),
        ({"dilations": [2, 3]}, (3, 2), (7, 7), (0, 0), (3, 4)),
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (3, 3), (6, 7), (0, 1), (3, 4)),
        ({"auto_pad": "SAME_LOWER", "strides": [2, 2]}, (3, 3), (6, 7), (1, 1), (3, 4)),
        ({"auto_pad": "VALID"}, (2, 2), (5, 5), (0, 0), (4, 4)),
        ({"strides": [2, 2], "ceil_mode": 1}, (2, 2), (5, 6), (0, 0), (3, 3)),
        ({"strides": [3, 3], "ceil_mode": 1}, (2, 2), (6, 7), (0, 0), (2, 3)),
        # a fourth window would begin in the padding behind the image
        ({"strides": [2, 2], "ceil_mode": 1, "pads": [1, 1, 1, 1]}, (2, 2), (5, 5), (1, 1), (3, 3)),
    ],
)
def test_places(attributes, kernel, image, before, sizes):
    found = window(attributes, kernel, image)
    assert (found.before, found.sizes) == (before, sizes)


def test_what_taps_see():
    x = np.arange(1, 10).reshape(1, 1, 3, 3)
    seen = taps(x, window({"pads": [1, 0, 0, 1], "strides": [2, 1]}, (2, 2), (3, 3)), 0)
    assert seen[0, 0, 0, 0].tolist() == [[0, 0, 0], [4, 5, 6]]
    assert seen[0, 0, 1, 1].tolist() == [[2, 3, 0], [8, 9, 0]]


def test_the_largest_of_negative_bytes_beside_padding():
    x = np.full((1, 1, 2, 2), -100, np.int8)
    assert largest(x, window({"pads": [1, 1, 1, 1]}, (2, 2), (2, 2))).tolist() == [[[[-100] * 3] * 3]]


def test_averages_with_and_without_padding():
    x = np.array([[[[1, 2], [3, 6]]]], np.float32)
    given = window({"pads": [1, 0, 0, 0]}, (2, 2), (2, 2))
    assert average(x, given, False).tolist() == [[[[1.5], [3]]]]
    assert average(x, given, True).tolist() == [[[[0.75], [3]]]]
