"""The core: front end, issue window, three units, register file, host ports, counters, trace."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib.wiring import Component, connect, flipped

from accord.hw.frontend import CONTROL, Frontend
from accord.hw.lsu import LoadStoreUnit
from accord.hw.mmalu import Mmalu
from accord.hw.ports import host_members, report_members
from accord.hw.regfile import RegisterFile
from accord.hw.types import FLAGS, Width
from accord.hw.vector_unit import VectorUnit
from accord.hw.window import HAZARDS, Window
from accord.isa.config import Config
from accord.isa.machine import UNITS


class Core(Component):
    """All of the NPU but its reset; ``docs/architecture.md`` says what each port is for."""

    def __init__(self, config: Config):
        self.config = config
        self.mmalu, self.vector = Mmalu(config), VectorUnit(config)
        self.stamped = self.mmalu.stamped | self.vector.stamped
        super().__init__(host_members(config) | report_members(config))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        config = self.config
        m.submodules.frontend = frontend = Frontend(config)
        m.submodules.window = window = Window(config)
        m.submodules.regfile = regfile = RegisterFile(config)
        m.submodules.mmalu = mmalu = self.mmalu
        m.submodules.vector = vector = self.vector
        m.submodules.lsu = lsu = LoadStoreUnit(config)
        for port, unit in zip(window.units, (mmalu, vector, lsu), strict=True):
            connect(m, port, unit.issue)
        m.d.comb += [
            window.push.valid.eq(frontend.push_valid),
            frontend.push_ready.eq(window.push.ready),
            window.push.entry.eq(frontend.entry),
            window.push.uop.eq(frontend.uop),
            window.push.sequence.eq(frontend.sequence),
            window.done.eq(mmalu.done | vector.done | lsu.done),
            frontend.drained.eq(window.empty & mmalu.idle),
        ]
        self._registers(m, regfile, mmalu, vector, lsu)
        self._host(m, frontend, regfile, mmalu, vector, lsu)
        self._trace_units(m, mmalu, vector, lsu)
        self._trace_dispatch(m, frontend, window)
        self._count(m, frontend, window, (mmalu.busy, vector.busy, lsu.busy))
        return m

    def _registers(self, m: Module, regfile, mmalu, vector, lsu):
        source = vector.issue.uop
        connect(m, regfile.result, vector.result)
        connect(m, regfile.load, lsu.load)
        m.d.comb += [
            regfile.feed_a.row.eq(mmalu.row_a),
            regfile.feed_b.row.eq(mmalu.row_b),
            mmalu.data_a.eq(regfile.feed_a.data),
            mmalu.data_b.eq(regfile.feed_b.data),
            regfile.store.row.eq(lsu.store_row),
            lsu.store_data.eq(regfile.store.data),
            regfile.tile.en.eq(mmalu.commit),
            regfile.tile.width.eq(Width.R),
            regfile.tile.index.eq(mmalu.commit_rd),
            regfile.tile.data.eq(mmalu.commit_data),
            vector.tile.eq(mmalu.tile),
            vector.tile_ready.eq(mmalu.tile_ready),
            mmalu.tile_column.eq(vector.tile_column),
        ]
        operands = ((source.rs1, vector.a), (source.rs2, vector.b), (source.rs3, vector.c))
        for port, (index, lanes) in zip(regfile.operands, operands, strict=True):
            m.d.comb += [port.width.eq(source.src), port.index.eq(index), lanes.eq(port.data)]

    def _host(self, m: Module, frontend, regfile, mmalu, vector, lsu):
        idle = frontend.idle
        connect(m, flipped(self.prog), frontend.program)
        connect(m, flipped(self.spad), lsu.host)
        for name in CONTROL.members:
            m.d.comb += getattr(frontend.control, name).eq(getattr(self.ctrl, name))
        flags = Signal(FLAGS)
        read = regfile.ext_read.data
        bytes_read = Cat(read[32 * j :][:8] for j in range(self.config.k))
        with m.If(self.ctrl.clear_flags & idle):
            m.d.sync += flags.eq(0)
        with m.Elif(vector.replace_flags):
            m.d.sync += flags.eq(vector.flags)
        with m.Else():
            m.d.sync += flags.eq(flags.as_value() | vector.flags.as_value())
        m.d.comb += [
            self.status.halted.eq(frontend.halted),
            self.status.running.eq(~idle),
            self.status.cause.eq(frontend.cause),
            self.status.pc.eq(frontend.pc),
            self.status.flags.eq(flags),
            vector.sticky.eq(flags),
            lsu.idle.eq(idle),
            regfile.ext_write.en.eq(self.ext_wr.en & idle),
            self.ext_wr.refused.eq(self.ext_wr.en & ~idle),
            regfile.ext_write.width.eq(Mux(self.ext_wr.is_vr, Width.R, Width.X)),
            regfile.ext_write.index.eq(self.ext_wr.index),
            regfile.ext_write.data.eq(self.ext_wr.data),
            regfile.ext_read.width.eq(Mux(self.ext_rd.is_vr, Width.R, Width.X)),
            regfile.ext_read.index.eq(self.ext_rd.index),
            self.ext_rd.data.eq(Mux(idle, Mux(self.ext_rd.is_vr, read, bytes_read), 0)),
            mmalu.host_column.eq(self.debug.column),
            self.debug.column_data.eq(Mux(self.debug.tile, mmalu.host_tile, mmalu.host_acc)),
            frontend.a_index.eq(self.debug.a_index),
            self.debug.a_data.eq(frontend.a_data),
            frontend.loop_index.eq(self.debug.loop_index),
            self.debug.loop_start.eq(frontend.loop.start),
            self.debug.loop_length.eq(frontend.loop.length),
            self.debug.loop_remaining.eq(frontend.loop.remaining),
            vector.lut_host_segment.eq(self.debug.lut_segment),
            self.debug.lut_data.eq(vector.lut_host_data),
        ]

    def _trace_units(self, m: Module, mmalu, vector, lsu):
        trace, rows, result = self.trace, self.config.vx_count, vector.result
        first = Mux(
            result.width == Width.R,
            result.index << 2,
            Mux(result.width == Width.E, result.index << 1, result.index),
        )
        covered = Mux(result.width == Width.R, 0b1111, Mux(result.width == Width.E, 0b11, 0b1))
        m.d.comb += [
            trace.feed.eq(mmalu.feeding),
            trace.feed_seq.eq(mmalu.feeding_sequence),
            trace.mma.valid.eq(mmalu.commit),
            trace.mma.seq.eq(mmalu.commit_sequence),
            trace.mma.rows.eq(Const(0b1111, rows) << (mmalu.commit_rd << 2)[:5]),
            trace.mma.data.eq(mmalu.commit_data),
            trace.valu.valid.eq(vector.done.any()),
            trace.valu.seq.eq(vector.sequence),
            trace.valu.rows.eq(Mux(result.en, covered << first[:5], 0)),
            trace.valu.data.eq(result.data),
            trace.valu.flags.eq(vector.flags),
            trace.valu.replace.eq(vector.replace_flags),
            trace.lut.valid.eq(vector.lut_write.valid),
            trace.lut.seq.eq(vector.sequence),
            trace.lut.bank.eq(vector.lut_write.bank),
            trace.lut.segment.eq(vector.lut_write.segment),
            trace.lut.data.eq(vector.lut_write.data),
            trace.lsu.valid.eq(lsu.load.en),
            trace.lsu.seq.eq(lsu.load_sequence),
            trace.lsu.rows.eq(Const(1, rows) << lsu.load.row),
            trace.lsu.data.eq(lsu.load.data),
            trace.store.valid.eq(lsu.store.en),
            trace.store.seq.eq(lsu.issue.sequence),
            trace.store.row.eq(lsu.store.row),
            trace.store.data.eq(lsu.store.data),
            trace.busy.eq(Cat(mmalu.busy, vector.busy, lsu.busy)),
        ]

    def _trace_dispatch(self, m: Module, frontend, window):
        trace = self.trace
        m.d.comb += [
            trace.dispatch.valid.eq(window.push.valid & window.push.ready),
            trace.dispatch.seq.eq(frontend.sequence),
            trace.address.valid.eq(frontend.a_write.en),
            trace.address.seq.eq(frontend.sequence),
            trace.address.index.eq(frontend.a_write.index),
            trace.address.data.eq(frontend.a_write.data),
        ]
        m.d.comb += [getattr(trace.dispatch, name).eq(window.hazards[name]) for name, _ in HAZARDS]

    def _count(self, m: Module, frontend, window, busy):
        counters = self.counters
        events = {"cycles": ~frontend.idle, "retired": frontend.retire}
        for code, unit in enumerate(UNITS):
            port = window.units[code]
            events[f"busy_{unit}"] = busy[code]
            events[f"stall_{unit}"] = port.waiting & ~busy[code]
        for name, event in events.items():
            counter = getattr(counters, name)
            with m.If(self.ctrl.rewind & frontend.idle):
                m.d.sync += counter.eq(0)
            with m.Elif(event):
                m.d.sync += counter.eq(counter + 1)
