"""Imported networks against ONNX Runtime: no element of any output or QuantizeLinear differs.

Known difference: where ONNX Runtime leaves a convolution in floating point (QDQ with int8 activations, on x86, when
a quantized tensor has more than one reader), its bytes are those of float32 sums; ours are those of the integers.
"""

import numpy as np
import onnx
import pytest

from accord.nn.executor import Executor
from accord.nn.importers.onnx import import_onnx
from accord.sim.seed import seed

from .onnx_networks import NETWORKS, Net, images
from .onnx_witness import Witness, differences, exposed, quantized

KINDS = {
    "qdq": {},
    "qdq-u8-per-tensor": {"weight": "uint8", "per_channel": False},
    "qdq-u8-weights-of-any-zero-point": {"weight": "uint8", "per_channel": False, "WeightSymmetric": False},
    "qoperator": {"form": "QOperator"},
    "qoperator-int8": {"form": "QOperator", "activation": "int8", "per_channel": False},
}


def build(name: str, number: int = 0, opset: int = 17) -> onnx.ModelProto:
    net = Net(seed() + number, opset)
    return net.model(NETWORKS[name](net))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_quantized_tensor(name, kind, record_property):
    model = quantized(build(name), images(seed(), 2), **KINDS[kind])
    compared, wrong = differences(exposed(model), images(seed() + 1, 2))
    assert compared > 1000
    assert wrong == {}, f"{compared} compared"


@pytest.mark.parametrize("name", ["mobilenet_v2", "residual", "perceptron"])
def test_outputs_alone(name):
    compared, wrong = differences(quantized(build(name), images(seed(), 2)), images(seed() + 1, 20))
    assert (compared > 0, wrong) == (True, {})


@pytest.mark.parametrize("opset", range(13, 22))
def test_opsets(opset):
    model = quantized(build("residual", opset=opset), images(seed(), 2))
    assert next(entry.version for entry in model.opset_import if entry.domain == "") == opset
    assert differences(exposed(model), images(seed() + 1, 1))[1] == {}


@pytest.mark.parametrize("option", ["AddQDQPairToWeight", "DedicatedQDQPair", "ActivationSymmetric"])
def test_options_of_the_quantizer(option):
    model = quantized(build("squeeze_and_excite"), images(seed(), 2), **{option: True})
    assert differences(exposed(model), images(seed() + 1, 2))[1] == {}


@pytest.mark.parametrize("name", ["mobilenet_v2", "channel_shuffle", "odd_windows"])
def test_batch_of_any_size(name):
    model = quantized(build(name), images(seed(), 2))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "N"
    model.graph.output[0].type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    for batch in (1, 3):
        assert differences(exposed(model), images(seed(), 1, (batch, 3, 16, 16)))[1] == {}


@pytest.mark.parametrize("isa", ["scalar", "avx2"])
def test_instruction_sets(isa):
    model = quantized(build("squeeze_and_excite"), images(seed(), 2))
    assert differences(exposed(model), images(seed() + 1, 1), isa=isa)[1] == {}


@pytest.mark.networks
@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
def test_mobilenet_v3_small(form, networks, record_property):
    model = onnx.load(networks / "mbv3_small_fp32.onnx")
    shape = (1, 3, 224, 224)
    found = quantized(model, images(seed(), 2, shape), form=form)
    compared, wrong = differences(exposed(found), images(seed() + 1, 2, shape))
    record_property(
        "compared", f"MobileNetV3-Small, {form}: {compared} elements compared, {sum(wrong.values())} differ"
    )
    assert compared > 1_000_000
    assert wrong == {}


def test_a_wrong_byte_is_seen():
    """The comparison fails where a weight of the file is changed behind the witness's back."""
    model = quantized(build("residual"), images(seed(), 2))
    graph = import_onnx(model)
    name = next(name for name in graph.constants if name.endswith("/weight"))
    graph.constants[name] = graph.constants[name] ^ np.int8(64)
    (x,) = images(seed(), 1)
    (want,) = Witness(model).run(None, {"x": x})
    assert (Executor(graph).run({"x": x})[graph.outputs[0]] != want).any()
