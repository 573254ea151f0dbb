r"""The golden model of the NPU: NumPy and the instruction set, nothing else.

>>> import numpy as np
>>> from accord.isa import assemble
>>> from accord.model import Config, Npu
>>> npu = Npu(Config(k=8))
>>> npu.ext_write_vx(0, np.arange(16, dtype=np.int8).reshape(2, 8))
>>> npu.load(assemble("mma.last VR[7], VX[0], VX[1]\nhalt"))
>>> npu.run()
Status(halted=True, cause=<Cause.NONE: 0>, pc=1, flags=<Flags: 0>)
>>> npu.vr[7]
array([  0,   9,  20,  33,  48,  65,  84, 105], dtype=int32)

One instruction on arrays of raw bits, with the flags of every element:

>>> from accord.model import bulk
>>> bulk("vcvt_f32_s8", np.array([0.5, 300.0], np.float32).view(np.uint32), rounding="rmm")
(array([  1, 127], dtype=uint8), array([ 1, 16], dtype=uint8))
"""

from accord.isa.config import Config
from accord.model.elementwise import bulk
from accord.model.execute import implemented_ops
from accord.model.npu import Npu
from accord.model.snapshot import Machine, Snapshot, differences, take

__all__ = ["Config", "Machine", "Npu", "Snapshot", "bulk", "differences", "implemented_ops", "take"]
