"""oneDNN called directly: every primitive that can compute a case, weights in the layout it asks for."""

import numpy as np

from bench.kernels.build import native
from bench.kernels.candidate import Kind, Native
from bench.kernels.data import Data


def is_there() -> bool:
    """Whether header and library were found when the native module was built."""
    return hasattr(native(), "onednn")


def candidates(data: Data, kind: Kind) -> list[Native]:
    """Return a product as matmul, inner product and 1x1 convolution; images as NHWC and as the library likes."""
    case, module = data.case, native()
    product = case.operation == "product"
    ways = [("convolution", True), ("convolution", False)]
    if product:
        ways = [("matmul", True), ("inner_product", True), *ways]
    made = []
    for primitive, plain in ways:
        if kind == "FP32":
            x, weights, out, multiplier = data.x_float, data.weights_float, data.out(np.float32), []
        else:
            out = data.out(np.int32 if product else np.uint8)
            x, weights, multiplier = data.x, data.weights, [] if product else data.multiplier.tolist()
        problem = module.Problem(x, weights, out, multiplier, data.padding)
        candidate = module.onednn(primitive, module.Operation[case.operation], problem, plain)
        short = primitive.replace("convolution", "conv").replace("_", " ")
        name = f"oneDNN {short}{' FP32' * (kind == 'FP32')}{'' if plain else ', any'}"
        made.append(Native(name, kind, candidate, out))
    return made
