"""Networks of many kinds, quantized by ONNX Runtime: no output and no QuantizeLinear's output differs from its own.

int8 activations in QDQ form are left out, as ONNX Runtime leaves their convolutions in floating point on x86.
"""

import numpy as np
import onnx
import pytest

from accord.nn.functions.reals import FUNCTIONS
from accord.sim.seed import seed

from .onnx_networks import Net, images
from .onnx_unseen import FULL, IMAGE, UNSEEN, full_mobilenet_v2, full_resnet18, head
from .onnx_witness import differences, exposed, quantized

KINDS = {
    "qdq": {},
    "qdq-any-weights": {"weight": "uint8", "per_channel": False, "WeightSymmetric": False},
    "qoperator": {"form": "QOperator"},
    "qoperator-int8": {"form": "QOperator", "activation": "int8", "per_channel": False},
}
OPSETS = {"HardSwish": 14, "Mish": 18, "Gelu": 20}
"""That functions came with, where it was after 13."""
POSITIVE = ("Log", "Reciprocal", "Sqrt")


def assert_the_same(model: onnx.ModelProto) -> None:
    """All quantized tensors, and the outputs alone, where ONNX Runtime may fuse more."""
    compared, wrong = differences(exposed(model), images(seed() + 1, 1, IMAGE))
    assert compared > 1000
    assert wrong == {}
    assert differences(model, images(seed() + 2, 2, IMAGE))[1] == {}


def build(name: str, opset: int = 17) -> onnx.ModelProto:
    net = Net(seed(), opset, IMAGE)
    return net.model(UNSEEN[name](net))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNSEEN)
def test_networks(name, kind):
    assert_the_same(quantized(build(name), images(seed(), 2, IMAGE), **KINDS[kind]))


@pytest.mark.nightly
@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
@pytest.mark.parametrize("network", [full_mobilenet_v2, full_resnet18])
def test_full_size(network, form, record_property):
    net = Net(seed(), 17, FULL)
    model = quantized(net.model(network(net)), images(seed(), 1, FULL), form=form)
    compared, wrong = differences(exposed(model), images(seed() + 1, 1, FULL))
    record_property(
        "compared", f"{network.__name__}, {form}: {compared} elements compared, {sum(wrong.values())} differ"
    )
    assert compared > 100_000
    assert wrong == {}


@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
@pytest.mark.parametrize("opset", range(13, 22))
def test_opsets(opset, form):
    """A network an opset, another one for each form."""
    names = list(UNSEEN)
    name = names[(opset + 5 * (form == "QDQ")) % len(names)]
    assert_the_same(quantized(build(name, opset), images(seed(), 2, IMAGE), form=form))


def activated(net: Net, op: str) -> str:
    """Add a network in which an activation stands behind a convolution, and before a sum."""
    x = net.conv("x", 3, 8, strides=[2, 2])
    alpha = {"alpha": 0.3} if "alpha" in FUNCTIONS[op][1] else {}
    if op in POSITIVE:
        x = net.add(op, net.add("Add", net.add("Relu", x), net.real(0.5)), **alpha)
        return head(net, net.add("Add", x, net.conv(x, 8, 8)), 8)
    x = net.add(op, x, **alpha)
    return head(net, net.add("Add", x, net.add(op, net.conv(x, 8, 8, group=8))), 8)


@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
@pytest.mark.parametrize("op", sorted(set(FUNCTIONS) - {"QuickGelu"}))
def test_activations(op, form):
    net = Net(seed(), OPSETS.get(op, 13 if form == "QDQ" else 20), IMAGE)
    assert_the_same(quantized(net.model(activated(net, op)), images(seed(), 2, IMAGE), form=form))


@pytest.mark.parametrize("option", ["QuantizeBias", "QDQKeepRemovableActivations", "AddQDQPairToWeight"])
@pytest.mark.parametrize("name", ["efficientnet", "scaled", "odd_windows"])
def test_options_of_the_quantizer(name, option):
    chosen = {option: option != "QuantizeBias"}
    assert_the_same(quantized(build(name), images(seed(), 2, IMAGE), **chosen))


@pytest.mark.parametrize("after", ["Relu", "HardSwish", "Identity"])
def test_normalizations_left_in_floating_point(after):
    """ONNX Runtime's quantizer leaves them where nobody has folded them into a convolution before."""
    net = Net(seed(), 17, IMAGE)
    x = net.conv("x", 3, 4)
    parameters = [net.numbers(4) for _ in range(3)] + [net.constant(np.array([1, 2, 0.5, 3], np.float32))]
    x = net.add("BatchNormalization", x, *parameters)
    model = quantized(net.model(net.conv(net.add(after, x), 4, 3)), images(seed(), 2, IMAGE))
    assert any(node.op_type == "BatchNormalization" for node in model.graph.node)
    assert_the_same(model)
