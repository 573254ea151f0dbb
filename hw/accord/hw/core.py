"""The core: front end, issue window, three units, register file, host ports, counters, trace."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib.wiring import Component, In, Out, Signature, connect, flipped

from accord.hw.frontend import CONTROL, PC_BITS, PROGRAM_WRITE, Frontend
from accord.hw.lsu import LoadStoreUnit, host_signature
from accord.hw.mmalu import Mmalu
from accord.hw.regfile import RegisterFile
from accord.hw.types import FLAGS, Width
from accord.hw.uop import SEQUENCE_BITS
from accord.hw.vector_unit import VectorUnit
from accord.hw.window import Window
from accord.isa.config import Config
from accord.isa.machine import UNITS, Cause


def host_members(config: Config) -> dict:
    """Return the host's ports; all but ``control`` and ``status`` are refused while a program runs."""
    k = config.k
    register = {"is_vr": Out(1), "index": Out(5)}
    return {
        "ctrl": In(Signature({**CONTROL.members, "clear_flags": Out(1)})),
        "status": Out(
            Signature(
                {
                    "halted": Out(1),
                    "running": Out(1),
                    "cause": Out(Cause),
                    "pc": Out(PC_BITS),
                    "flags": Out(FLAGS),
                }
            )
        ),
        "prog": In(PROGRAM_WRITE),
        "ext_wr": In(Signature({"en": Out(1), "refused": In(1), "data": Out(32 * k), **register})),
        "ext_rd": In(Signature({"data": In(32 * k), **register})),
        "spad": In(host_signature(config)),
        "debug": In(
            Signature(
                {
                    "tile": Out(1),  # 1: T, 0: ACC
                    "column": Out(6),
                    "column_data": In(32 * k),
                    "a_index": Out(5),
                    "a_data": In(32),
                }
            )
        ),
    }


def report_members(config: Config) -> dict:
    """Return counters and the trace of register writes, which lock-step and timing tests read."""
    counters = ["cycles", "retired"] + [f"{kind}_{unit}" for kind in ("busy", "stall") for unit in UNITS]
    write = Signature({"valid": Out(1), "seq": Out(SEQUENCE_BITS), "rows": Out(config.vx_count)})
    return {
        "counters": Out(Signature({name: Out(64) for name in counters})),
        "trace": Out(
            Signature(
                {
                    "feed": Out(1),  # a feed enters processing element (0,0) at the coming edge
                    "feed_seq": Out(SEQUENCE_BITS),
                    "mma": Out(write),
                    "valu": Out(write),
                    "lsu": Out(write),
                }
            )
        ),
    }


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
        self._trace(m, mmalu, vector, lsu)
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
        ]

    def _trace(self, m: Module, mmalu, vector, lsu):
        rows = self.config.vx_count
        result = vector.result
        first = Mux(
            result.width == Width.R,
            result.index << 2,
            Mux(result.width == Width.E, result.index << 1, result.index),
        )
        covered = Mux(result.width == Width.R, 0b1111, Mux(result.width == Width.E, 0b11, 0b1))
        one = Const(1, rows)
        m.d.comb += [
            self.trace.feed.eq(mmalu.feeding),
            self.trace.feed_seq.eq(mmalu.feeding_sequence),
            self.trace.mma.valid.eq(mmalu.commit),
            self.trace.mma.seq.eq(mmalu.commit_sequence),
            self.trace.mma.rows.eq(Const(0b1111, rows) << (mmalu.commit_rd << 2)[:5]),
            self.trace.valu.valid.eq(result.en),
            self.trace.valu.seq.eq(vector.sequence),
            self.trace.valu.rows.eq(covered << first[:5]),
            self.trace.lsu.valid.eq(lsu.load.en),
            self.trace.lsu.seq.eq(lsu.load_sequence),
            self.trace.lsu.rows.eq(one << lsu.load.row),
        ]

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
