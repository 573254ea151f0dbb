r"""The RTL under Verilator: an NPU in this process, and cocotb benches run from pytest.

>>> from accord.isa import assemble
>>> from accord.sim import Config, Npu
>>> npu = Npu(Config(k=8))
>>> npu.load(assemble("bcasti.vr VR[0], 5\nhalt"))
>>> npu.run().halted
True
"""

from accord.isa.config import Config
from accord.sim.bulk import bulk
from accord.sim.npu import Npu
from accord.sim.record import Dispatch, Event, Write

__all__ = ["Config", "Dispatch", "Event", "Npu", "Write", "bulk"]
