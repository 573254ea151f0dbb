"""Whether ONNX Runtime's sums of u8 times s8 are exact here: found out by asking it for some that are known.

Without VNNI instructions it adds pairs of such products in 16 bits, which saturate. ACCORD_PROCESSOR=novnni in the
environment has every processor treated as one without them.
"""

import functools

import numpy as np
from onnx import TensorProto, helper

from bench.witness.forced import chosen
from bench.witness.runtime import plain

DEPTH = 64
"""Products in a sum: more than the largest vector holds."""


@functools.cache
def probed() -> bool:
    """Return whether ONNX Runtime gives the largest and the least sums of bytes."""
    kinds = {"x": (TensorProto.UINT8, (2, DEPTH)), "w": (TensorProto.INT8, (DEPTH, 2))}
    infos = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in kinds.items()]
    outputs = [helper.make_tensor_value_info("y", TensorProto.INT32, (2, 2))]
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["x", "w"], ["y"])], "probe", infos, outputs)
    session = plain(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
    x, w = np.full((2, DEPTH), 255, np.uint8), np.tile(np.array([127, -128], np.int8), (DEPTH, 1))
    (found,) = session.run(None, {"x": x, "w": w})
    return bool((found == [[DEPTH * 255 * 127, DEPTH * 255 * -128]] * 2).all())


def sums_are_exact() -> bool:
    """Return what was found out, or False where ACCORD_PROCESSOR says so."""
    return chosen() != "novnni" and probed()
