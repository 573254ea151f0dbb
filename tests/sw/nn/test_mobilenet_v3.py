"""MobileNetV3-Small as defined here: the published architecture, the same bits everywhere, activations normalized."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from accord.nn.executor import Executor
from accord.nn.graph import Graph, Op
from accord.nn.networks import mobilenet_v3_small
from accord.nn.networks.seeded import Seeded

MULTIPLY_ADDS = 56_510_400
"""Of the convolutions and linear layers; published: 56 million (the paper's table 4)."""
PARAMETERS = 2_542_856
"""Of weights, biases, scales and biases of normalizations: torchvision's count; published: 2.5 million."""
DIGEST = "3f52ba3fe27ae972953955528f35e6da544f56edc9ba1395b87809097fdaa7f8"
OTHER_MACHINES = (
    {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "1", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX2 FMA3"},
    {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "2"},
)
"""Environments in which NumPy and its BLAS compute otherwise: in another order, without fused steps."""


@pytest.fixture(scope="module")
def network() -> Graph:
    return mobilenet_v3_small()


def digest(graph: Graph) -> str:
    return hashlib.sha256(b"".join(graph.constants[name].tobytes() for name in sorted(graph.constants))).hexdigest()


def test_multiply_adds_and_parameters(network):
    layers = [node for node in network.nodes if node.op in (Op.CONV, Op.LINEAR)]
    per_element = [network.constants[node.inputs[1]][0].size for node in layers]
    elements = [int(np.prod(network.values[node.output].shape[1:])) for node in layers]
    assert sum(a * b for a, b in zip(per_element, elements, strict=True)) == MULTIPLY_ADDS
    own = [data.size for name, data in network.constants.items() if not name.endswith((".mean", ".variance"))]
    assert sum(own) == PARAMETERS
    assert (len(layers), sum(node.op is Op.MULTIPLY for node in network.nodes)) == (54, 9)


def test_the_same_bits_as_ever(network):
    assert digest(network) == DIGEST


@pytest.mark.parametrize("machine", OTHER_MACHINES)
def test_the_same_bits_on_another_machine(machine):
    code = (
        "import hashlib; from accord.nn.networks import mobilenet_v3_small; found = mobilenet_v3_small().constants;"
        "print(hashlib.sha256(b''.join(found[name].tobytes() for name in sorted(found))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **machine},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == DIGEST


def test_seeds_and_sizes():
    one, other = (mobilenet_v3_small(10, 64, seed) for seed in (1, 2))
    assert digest(one) != digest(other)
    assert one.values["logits"].shape == (None, 10)
    assert one.values["input"].shape == (None, 64, 64, 3)
    with pytest.raises(ValueError, match="size 16, classes 10: expected at least 32 and 1"):
        mobilenet_v3_small(10, 16)


def test_activations_are_normalized(network):
    """On images that the statistics do not come from."""
    names = [node.output for node in network.nodes if node.op is Op.BATCH_NORM]
    x = Seeded(77).images(4, 224).astype(np.float32).transpose(0, 3, 1, 2)
    found = Executor(network, keep_all=True).run({"input": np.ascontiguousarray(x)}, [*names, "logits"])
    for name in names:
        scale, bias = (network.constants[f"{name}.{part}"] for part in ("scale", "bias"))
        standard = (found[name] - bias[:, None, None]) / scale[:, None, None]
        assert 0.75 < standard.std() < 2, name
        assert abs(standard.mean()) < 0.25, name
    assert np.corrcoef(found["logits"]).min() < 0.98
    assert np.isfinite(found["logits"]).all()


def test_seeded_numbers():
    numbers = Seeded(3).normal(100_000)
    assert abs(numbers.mean()) < 0.01
    assert abs(numbers.std() - 1) < 0.01
    weights = Seeded(3).weights(0.3, 10_000)
    assert np.array_equal(weights, weights.astype(np.float32))
    assert abs(weights.std() - 0.3) < 0.01
    assert 5 <= Seeded(3).uniform(5, 6, 1000).min() < Seeded(3).uniform(5, 6, 1000).max() < 6
