"""The NPU's top module: the core behind a registered reset."""

from amaranth.hdl import ClockDomain, ClockSignal, DomainRenamer, Module, ResetSignal, Signal
from amaranth.lib.wiring import Component, connect, flipped

from accord.hw.core import Core
from accord.isa.config import Config


class NpuTop(Component):
    """The ports of ``Core``; its reset comes a tick after ``rst``, and once after power-up.

    With the reset pin in no combinational path, a simulator need not evaluate every next state once more for it.
    """

    def __init__(self, config: Config):
        self.core = Core(config)
        self.stamped = self.core.stamped
        super().__init__(dict(self.core.signature.members))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.core = ClockDomain()
        reset = Signal(init=1, reset_less=True)
        m.d.sync += reset.eq(ResetSignal())
        m.d.comb += [ClockSignal("core").eq(ClockSignal()), ResetSignal("core").eq(reset)]
        m.submodules.core = DomainRenamer("core")(self.core)
        connect(m, flipped(self), self.core)
        return m
