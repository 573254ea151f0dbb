"""TFLite as a witness of the contract `tflite`: networks, layer by layer, give the bytes of its reference kernels."""

import numpy as np
import pytest

from accord.kernels import available

from .tflite_network import Network

LAYERS = {
    "ic_resnet8": {"CONV_2D": 9, "ADD": 3, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1},
    "kws_dscnn": {
        "CONV_2D": 5,
        "DEPTHWISE_CONV_2D": 4,
        "AVERAGE_POOL_2D": 1,
        "RESHAPE": 1,
        "FULLY_CONNECTED": 1,
        "SOFTMAX": 1,
    },
    "vww_mobilenetv1": {
        "CONV_2D": 14,
        "DEPTHWISE_CONV_2D": 13,
        "AVERAGE_POOL_2D": 1,
        "RESHAPE": 1,
        "FULLY_CONNECTED": 1,
        "SOFTMAX": 1,
    },
    "ad_autoencoder": {"FULLY_CONNECTED": 10},
}
"""How many layers of each kind a network has: that none went missing on the way."""


@pytest.mark.networks
@pytest.mark.parametrize("isa", available())
@pytest.mark.parametrize("name", LAYERS)
def test_a_network_gives_the_bytes_of_tflite(name, isa, networks, record_property):
    network = Network(networks / f"{name}.tflite")
    names = [operator.name for operator in network.operators]
    assert {kind: names.count(kind) for kind in set(names)} == LAYERS[name]
    golden = np.load(networks / f"{name}.golden.npz")
    got, want = network.run(golden["x"][:, 0], isa), golden["y_tflite"][:, 0]
    assert want.size
    np.testing.assert_array_equal(got, want, strict=True)
    record_property("compared", f"{name} on {isa}: {len(want)} inputs, {want.size} bytes, 0 differ from TFLite's")
