"""FP32 networks imported and run, against ONNX Runtime on the same file.

Sums of float32 depend on their order, so networks are compared in two ways: on small integers and powers of two, where
every order gives the same bits; and with random weights, where both have to be as near as float32 can be to the same
network in double.
"""

import itertools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from accord.nn.executor import Executor
from accord.nn.functions.reals import FUNCTIONS
from accord.nn.importers.onnx import ModelError, import_onnx
from accord.sim.seed import seed

from .onnx_networks import IMAGE, NETWORKS, Net, images
from .onnx_unseen import IMAGE as LARGE
from .onnx_unseen import UNSEEN
from .onnx_witness import Witness

BOUND = 2.0**-20
"""Of the network's largest activation: sixteen roundings of float32, more than layers of random signs add up to."""
POSITIVE = ("Log", "Reciprocal", "Sqrt")
CONTRIB = ("QuickGelu",)


class WholeNet(Net):
    """A network of small whole numbers: every sum is exact in float32, whatever its order."""

    def numbers(self, *shape, spread=0.0):
        return self.constant(self.rng.integers(-1, 1, shape, endpoint=True).astype(np.float32))


def whole_images(number, count=1, shape=IMAGE):
    rng = np.random.default_rng(number)
    return [rng.integers(-4, 4, shape, endpoint=True).astype(np.float32) for _ in range(count)]


def assert_equal_to_witness(model, inputs):
    graph, witness = import_onnx(model), Witness(model)
    assert {value.dtype for value in graph.values.values()} == {np.dtype(np.float32)}
    executor, name = Executor(graph), model.graph.input[0].name
    for x in inputs:
        assert np.abs(x).max() > 0
        for output, want in zip(graph.outputs, witness.run(None, {name: x}), strict=True):
            np.testing.assert_array_equal(executor.run({name: x})[output], want, strict=True)
            assert np.ptp(want) > 0


@pytest.mark.parametrize("name", ["mobilenet_v2", "residual", "automatic_padding", "channel_shuffle"])
def test_whole_networks(name):
    net = WholeNet(seed())
    assert_equal_to_witness(net.model(NETWORKS[name](net)), whole_images(seed(), 3))


def test_convolutions():
    rng = np.random.default_rng(seed())
    kinds = itertools.cycle([(3, 8, 1), (6, 6, 6), (6, 9, 3), (4, 8, 4)])
    for (depth, channels, group), number in zip(kinds, range(48), strict=False):
        net = WholeNet(seed() + number, shape=(2, depth, 13, 14))
        pairs = lambda low, high, count=2: [int(one) for one in rng.integers(low, high, count)]  # noqa: E731
        kernel, automatic = pairs(1, 6), ("SAME_UPPER", "SAME_LOWER", "VALID")[number % 3]
        padding = {"pads": pairs(0, 3, 4)} if number % 2 else {"auto_pad": automatic}
        dilations = pairs(1, 3) if number % 2 else [1, 1]
        inputs = ["x", net.numbers(channels, depth // group, *kernel)] + [net.numbers(channels)] * (number % 3 > 0)
        y = net.add("Conv", *inputs, group=group, strides=pairs(1, 4), dilations=dilations, **padding)
        assert_equal_to_witness(net.model(y), whole_images(seed() + number, 1, net.shape))


def constant(net, data):
    return net.constant(np.asarray(data, np.float32))


def batch_norm(net, x, depth):
    """Add a normalization by powers of two."""
    power = lambda: net.constant(2.0 ** net.rng.integers(-2, 3, depth).astype(np.float32))  # noqa: E731
    shift = lambda: net.numbers(depth)  # noqa: E731
    variance = net.constant(4.0 ** net.rng.integers(-2, 3, depth).astype(np.float32))
    return net.add("BatchNormalization", x, power(), shift(), shift(), variance, epsilon=0.0)


CASES = {
    "normalized": lambda net: batch_norm(net, "x", 3),
    "normalized rows": lambda net: batch_norm(net, net.add("Flatten", "x"), 768),
    "normalized convolution": lambda net: batch_norm(net, net.conv("x", 3, 8, bias=False), 8),
    "added number": lambda net: net.add("Add", "x", constant(net, 3)),
    "added channels": lambda net: net.add("Add", "x", net.numbers(1, 3, 1, 1)),
    "added axes": lambda net: net.add("Add", net.numbers(3, 1, 16), "x"),
    "added one, of four axes": lambda net: net.add("Add", "x", net.numbers(1, 1, 1, 1)),
    "bias of a convolution": lambda net: net.add("Add", net.conv("x", 3, 4, bias=False), net.numbers(1, 4, 1, 1)),
    "subtracted": lambda net: net.add("Sub", "x", net.numbers(3, 1, 1)),
    "subtracted from": lambda net: net.add("Sub", net.numbers(3, 1, 1), "x"),
    "subtracted number": lambda net: net.add("Sub", constant(net, [2]), "x"),
    "divided": lambda net: net.add("Div", "x", constant(net, [[[2]], [[0.5]], [[-4]]])),
    "divided number": lambda net: net.add("Div", "x", constant(net, 6)),
    "divided by tensors": lambda net: net.add("Div", constant(net, 3), net.add("Add", "x", constant(net, 0.25))),
    "multiplied": lambda net: net.add("Mul", "x", net.add("Relu", net.conv("x", 3, 3))),
    "difference": lambda net: net.add("Sub", "x", net.conv("x", 3, 3)),
    "of one tensor": lambda net: net.add("Div", "x", net.add("Add", net.add("Abs", "x"), constant(net, 1))),
    "larger of two functions": lambda net: net.add("Max", net.add("Mul", "x", constant(net, 0.1)), "x"),
    "smaller of a number": lambda net: net.add("Min", constant(net, 2), "x"),
    "power": lambda net: net.add("Pow", "x", constant(net, 3)),
    "slope": lambda net: net.add("PRelu", "x", constant(net, [0.25])),
    "slopes": lambda net: net.add("PRelu", "x", constant(net, [[[0.5]], [[-2]], [[0.25]]])),
    "sum of three": lambda net: net.add("Sum", "x", net.conv("x", 3, 3), "x"),
    "clip below": lambda net: net.add("Clip", "x", constant(net, -1.5)),
    "clip above": lambda net: net.add("Clip", "x", "", constant(net, 2)),
    "mean of the image": lambda net: net.add("GlobalAveragePool", "x"),
    "largest of the image": lambda net: net.add("GlobalMaxPool", net.conv("x", 3, 9, 2)),
    "average of all": lambda net: net.add("AveragePool", "x", kernel_shape=[16, 16]),
    "average of none outside": lambda net: net.add("AveragePool", "x", kernel_shape=[3, 4], pads=[1, 2, 0, 1]),
    "average of padding": lambda net: net.add(
        "AveragePool", "x", kernel_shape=[3, 2], pads=[1, 1, 1, 0], count_include_pad=1, strides=[2, 3]
    ),
    "average, rounded up": lambda net: net.add("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "average of padding, rounded up": lambda net: net.add(
        "AveragePool", "x", kernel_shape=[4, 4], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1
    ),
    "average of none, rounded up": lambda net: net.add(
        "AveragePool", "x", kernel_shape=[2, 3], strides=[3, 2], ceil_mode=1, count_include_pad=1
    ),
    "largest, rounded up": lambda net: net.add("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "largest, padded": lambda net: net.add("MaxPool", "x", kernel_shape=[3, 2], pads=[1, 1, 1, 0]),
    "largest, padding as needed": lambda net: net.add(
        "MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"
    ),
    "joined": lambda net: net.add("Concat", net.conv("x", 3, 4), "x", net.conv("x", 3, 2, 1), axis=1),
    "joined in height": lambda net: net.add("Concat", "x", net.numbers(1, 3, 2, 16), axis=-2),
    "padded": lambda net: net.add("Pad", "x", net.constant(np.array([0, 1, 2, 0, 0, 0, 1, 3])), constant(net, -2.5)),
    "padded by zeros": lambda net: net.add("Pad", "x", net.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))),
    "matrix of rows": lambda net: net.gemm(net.add("Flatten", "x"), 768, 5),
    "matrix of columns": lambda net: net.gemm(net.add("Flatten", "x"), 768, 5, transposed=0),
    "matrix, scaled": lambda net: net.add(
        "Gemm", net.add("Flatten", "x"), net.numbers(768, 4), constant(net, 3), alpha=0.5, beta=2.0
    ),
    "product": lambda net: net.add("MatMul", net.add("Flatten", "x"), net.numbers(768, 6)),
    "product and bias": lambda net: net.add(
        "Add", net.numbers(6), net.add("MatMul", net.add("Flatten", "x"), net.numbers(768, 6))
    ),
    "product of three axes": lambda net: net.add(
        "Add", net.add("MatMul", net.add("Squeeze", net.conv("x", 3, 1)), net.numbers(16, 4)), net.numbers(4)
    ),
    "dropout": lambda net: net.add("Dropout", "x"),
    "identity": lambda net: net.add("Relu", net.add("Identity", "x")),
    "cast to itself": lambda net: net.add("Cast", "x", to=1),
    "one of an axis": lambda net: net.add("Gather", "x", net.constant(np.array(-1)), axis=2),
    "some of an axis": lambda net: net.add("Gather", "x", net.constant(np.array([3, 4, 5])), axis=-1),
    "padded as exporters write it": lambda net: net.add("Pad", "x", exported_pads(net)),
    "reshaped by its shape": lambda net: by_its_shape(net),
}


def by_its_shape(net):
    """Reshape as exporters write it: the batch from the tensor's own shape, the rest to be found."""
    shape = net.add("Shape", "x")
    batch = net.add("Gather", shape, net.constant(np.array(0)), axis=0)
    parts = net.add("Unsqueeze", batch, net.constant(np.array([0]))), net.constant(np.array([-1]))
    return net.gemm(net.add("Reshape", "x", net.add("Concat", *parts, axis=0)), 768, 3)


def exported_pads(net):
    """Return pads that zeros, a reversal and a transposition make of those of the last axes."""
    last = net.constant(np.array([1, 0, 2, 1]))
    zeros = helper.make_tensor("value", TensorProto.INT64, [1], [0])
    given = net.add("Concat", last, net.add("ConstantOfShape", net.constant(np.array([4])), value=zeros), axis=0)
    pairs = net.add("Reshape", given, net.constant(np.array([-1, 2])))
    ends = net.constant(np.array([-1])), net.constant(np.array([-(2**62)])), net.constant(np.array([0]))
    turned = net.add("Slice", pairs, *ends, net.constant(np.array([-1])))
    return net.add("Cast", net.add("Reshape", net.add("Transpose", turned, perm=[1, 0]), ends[0]), to=7)


@pytest.mark.parametrize("case", CASES)
def test_operators(case):
    net = WholeNet(seed())
    assert_equal_to_witness(net.model(CASES[case](net)), whole_images(seed(), 2))


def test_normalization_rounds_as_the_witness():
    net = Net(seed(), shape=(2, 64, 7, 7))
    variance = net.constant(net.rng.uniform(0.1, 9, 64).astype(np.float32))
    y = net.add("BatchNormalization", "x", *(net.numbers(64) for _ in range(3)), variance, epsilon=1e-3)
    assert_equal_to_witness(net.model(y), images(seed(), 3, net.shape))


@pytest.mark.parametrize("case", ["reshaped by its shape", "joined", "product and bias", "added axes", "slopes"])
def test_batch_of_any_size(case):
    net = WholeNet(seed(), shape=("N", *IMAGE[1:]))
    model = net.model(CASES[case](net))
    for batch in (1, 3):
        assert_equal_to_witness(model, whole_images(seed(), 1, (batch, *IMAGE[1:])))


@pytest.mark.parametrize("axes", [(2, 3), (-1, -2), (1, 2), (1, 3)])
@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize("opset", [17, 18])
def test_means_over_an_image(axes, keep, opset):
    net = WholeNet(seed(), opset, (1, 4, 16, 8))
    given = {"axes": axes} if opset < 18 else {}
    inputs = ["x"] if opset < 18 else ["x", net.constant(np.array(axes))]
    model = net.model(net.add("ReduceMean", *inputs, keepdims=keep, **given))
    assert_equal_to_witness(model, whole_images(seed(), 1, net.shape))


@pytest.mark.parametrize("opset", range(13, 22))
def test_opsets(opset):
    net = WholeNet(seed(), opset)
    assert_equal_to_witness(net.model(NETWORKS["residual"](net)), whole_images(seed()))


@pytest.mark.parametrize("op", sorted(FUNCTIONS))
def test_functions(op):
    rng = np.random.default_rng(seed())
    x = rng.normal(0, 3, (1, 8, 16, 16)).astype(np.float32)
    x = np.abs(x) if op in POSITIVE else x
    options = {"alpha": 0.5} if "alpha" in FUNCTIONS[op][1] else {}
    domain = "com.microsoft" if op in CONTRIB else ""
    nodes = [helper.make_node(op, ["x"], ["y"], "here", domain=domain, **options)]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph(nodes, "function", infos[:1], infos[1:])
    imports = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    assert_equal_to_witness(helper.make_model(graph, opset_imports=imports, ir_version=9), [x])


def in_double(model):
    """Return a network whose constants and inputs are float64."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    for tensor in wide.graph.initializer:
        data = numpy_helper.to_array(tensor)
        if data.dtype == np.float32:
            tensor.CopyFrom(numpy_helper.from_array(data.astype(np.float64), tensor.name))
    for info in (*wide.graph.input, *wide.graph.output):
        info.type.tensor_type.elem_type = TensorProto.DOUBLE
    del wide.graph.value_info[:]
    return wide


@pytest.mark.parametrize("name", [*NETWORKS, *(f"unseen {name}" for name in UNSEEN)])
def test_random_networks_are_as_near_to_double_as_float32_is(name, record_property):
    rules, shape = (UNSEEN, LARGE) if name.startswith("unseen ") else (NETWORKS, IMAGE)
    net = Net(seed(), shape=shape)
    model = net.model(rules[name.removeprefix("unseen ")](net))
    (x,) = images(seed(), 1, shape)
    graph, witness = import_onnx(model), Witness(model).run(None, {"x": x})[0]
    found = Executor(graph, keep_all=True).run({"x": x}, [node.output for node in graph.nodes])
    got, scale = found[graph.outputs[0]], max(np.abs(one).max() for one in found.values())
    want = ReferenceEvaluator(in_double(model)).run(None, {"x": x.astype(np.float64)})[0]
    assert (want.dtype, got.shape) == (np.float64, want.shape)
    ours, theirs = (float(np.abs(one - want).max() / scale) for one in (got, witness))
    record_property("compared", f"{name} in float32, against double: {ours:.2g}, ONNX Runtime {theirs:.2g}")
    assert max(ours, theirs) <= BOUND


@pytest.mark.networks
def test_mobilenet_v3_small(networks, record_property):
    """Of the largest logit: its random weights amplify what is rounded before them."""
    model = onnx.load(networks / "mbv3_small_fp32.onnx")
    (x,) = images(seed(), 1, (1, 3, 224, 224))
    graph, name = import_onnx(model), model.graph.input[0].name
    got = Executor(graph).run({name: x})[graph.outputs[0]]
    witness = Witness(model).run(None, {name: x})[0]
    want = ReferenceEvaluator(in_double(model)).run(None, {name: x.astype(np.float64)})[0]
    scale = np.abs(want).max()
    ours, theirs = (float(np.abs(one - want).max() / scale) for one in (got, witness))
    record_property("compared", f"MobileNetV3-Small in float32, against double: {ours:.2g}, ONNX Runtime {theirs:.2g}")
    assert max(ours, theirs) <= 2.0**-16


REFUSED = {
    "Resize": (["x", "", "c"], np.ones(4, np.float32), "the operator Resize is not supported"),
    "ConvTranspose": (["x", "c"], np.ones((3, 3, 2, 2), np.float32), "the operator ConvTranspose is not supported"),
    "MatMul": (["x", "x"], None, r"input 1 \(x\) has to be a constant"),
    "Max": (["x", "c"], np.ones((3, 1, 1), np.float32), "of two tensors is not supported"),
    "Pow": (["x", "c"], np.float32(2.5), "only squares and cubes"),
    "Cast": (["x"], None, "casts float32 to type 7"),
    "Conv": (["x", "c"], np.ones((3, 3, 2), np.float32), r"its weights have shape \(3, 3, 2\)"),
    "ReduceMean": (["x", "c"], np.array([1]), r"axes \[1\] of \(1, 3, 16, 16\): only means over two axes"),
    "Transpose": (["x"], None, "is malformed: "),
    "Einsum": (["c"], np.ones(2, np.float32), "cannot be computed from the constants it is given: "),
    "Gather": (["x", "c"], np.array([2, 0]), r"indices \[2, 0\] are not one number, or numbers that follow"),
    "Softmax": (["x"], None, "is malformed: "),
    "Add": (["x", "c"], np.ones((1, 1, 1, 1, 16), np.float32), "axes"),
}


OPTIONS = {"Cast": {"to": 7}, "Transpose": {"perm": [0, 1]}, "Softmax": {"axis": 6}}


@pytest.mark.parametrize("op", REFUSED)
def test_what_is_not_supported_is_named(op):
    inputs, data, reason = REFUSED[op]
    net = Net(seed(), 18)
    if data is not None:
        name = net.constant(data)
        inputs = [name if one == "c" else one for one in inputs]
    net.nodes.append(helper.make_node(op, inputs, ["y"], "here", **OPTIONS.get(op, {})))
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, IMAGE)]
    graph = helper.make_graph(net.nodes, "g", infos, [helper.make_empty_tensor_value_info("y")], net.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    with pytest.raises(ModelError, match=f"^{op} 'here': .*{reason}"):
        import_onnx(model)


@pytest.mark.parametrize("alias", [False, True])
def test_sums_read_twice_keep_both_names(alias):
    """A constant added to a product is its bias only where nothing else reads the product."""
    net = WholeNet(seed())
    product = net.add("MatMul", net.add("Flatten", "x"), net.numbers(768, 6))
    again = net.add("Identity", product) if alias else product
    y = net.add("Mul", net.add("Add", again, net.numbers(6)), net.add("Relu", again))
    assert_equal_to_witness(net.model(y), whole_images(seed()))


def test_what_nothing_reads_is_left_out():
    net = WholeNet(seed())
    net.add("Relu", net.conv("x", 3, 4))
    graph = import_onnx(net.model(net.conv("x", 3, 2)))
    assert [node.op.value for node in graph.nodes] == ["conv"]
    assert len(graph.constants) == 2
