"""Fetch and dispatch: one instruction a tick in program order; what needs no unit, and every trap, ends here.

Addresses of loads and stores are computed and checked at dispatch, and so are loops: all traps are precise. Dispatch
stops at the trapping instruction, older work drains, then the program halts with its cause and PC.
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import enum
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out, Signature, connect, flipped

from accord.hw.address import WRITE, AddressFile
from accord.hw.decoder import Decoder
from accord.hw.loops import LOOP, PC_BITS, LoopStack
from accord.hw.types import ControlOp, Unit
from accord.hw.uop import SEQUENCE_BITS, UOP
from accord.hw.window import entry_layout
from accord.isa.config import LOOP_DEPTH, Config
from accord.isa.machine import Cause

PROGRAM_WRITE = Signature({"en": Out(1), "addr": Out(16), "data": Out(32)})
CONTROL = Signature({"rewind": Out(1), "run": Out(1), "step": Out(1), "stop": Out(1)})


class State(enum.Enum):
    """IDLE: the host has the machine. DRAIN: nothing more is dispatched, older work completes."""

    IDLE = 0
    RUN = 1
    DRAIN = 2


class Frontend(Component):
    """Program memory, PC, address registers, dispatch. ``drained``: no instruction is left in window or array."""

    def __init__(self, config: Config):
        self.config = config
        super().__init__(
            {
                "control": In(CONTROL),
                "program": In(PROGRAM_WRITE),
                "idle": Out(1),
                "halted": Out(1),
                "cause": Out(Cause),
                "pc": Out(PC_BITS),
                "retire": Out(1),
                "push_valid": Out(1),
                "push_ready": In(1),
                "entry": Out(entry_layout(config)),
                "uop": Out(UOP),
                "sequence": Out(SEQUENCE_BITS),
                "drained": In(1),
                "a_index": In(5),
                "a_data": Out(32),
                "a_write": Out(WRITE),
                "loop_index": In(range(LOOP_DEPTH)),
                "loop": Out(LOOP),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.decoder = decoder = Decoder(self.config)
        m.submodules.addresses = addresses = AddressFile(self.config)
        m.submodules.loops = loops = LoopStack()
        state = Signal(State)
        self._fetch(m, decoder)
        connect(m, flipped(self.a_write), addresses.write)
        connect(m, flipped(self.loop), loops.host)
        control = Signal(ControlOp)
        m.d.comb += [
            self.idle.eq(state == State.IDLE),
            addresses.host_index.eq(self.a_index),
            self.a_data.eq(addresses.host_data),
            loops.host_index.eq(self.loop_index),
            control.eq(decoder.control_op),
        ]
        past_end = self.pc >= self.config.program_words
        is_memory = decoder.unit == Unit.LSU
        is_control = decoder.unit == Unit.CONTROL
        is_loop = is_control & (control == ControlOp.LOOP)
        trap = Signal(Cause)
        with m.If(past_end):
            m.d.comb += trap.eq(Cause.FETCH)
        with m.Elif(~decoder.legal):
            m.d.comb += trap.eq(Cause.ILLEGAL)
        with m.Elif(is_memory & ~addresses.in_range):
            m.d.comb += trap.eq(Cause.ADDRESS)
        with m.Elif(is_loop & loops.fault):
            m.d.comb += trap.eq(Cause.LOOP)
        running = Signal()
        m.d.comb += running.eq((state == State.RUN) & ~self.control.stop)
        wants_slot = (trap == Cause.NONE) & ~is_control
        ready = Mux(is_control, (control != ControlOp.FENCE) | self.drained, self.push_ready)
        dispatch, halt = Signal(), Signal()
        m.d.comb += [
            self.push_valid.eq(running & wants_slot),
            dispatch.eq(running & (trap == Cause.NONE) & ready),
            halt.eq(dispatch & is_control & (control == ControlOp.HALT)),
            self.retire.eq(dispatch),
        ]
        self._push(m, decoder, addresses, is_memory)
        m.d.comb += [
            addresses.post.eq(dispatch & is_memory & decoder.post),
            addresses.seta.eq(dispatch & is_control & (control == ControlOp.SETA)),
            addresses.adda.eq(dispatch & is_control & (control == ControlOp.ADDA)),
            loops.pc.eq(self.pc),
            loops.advance.eq(dispatch & ~halt),
            loops.is_loop.eq(is_loop),
            loops.count.eq(decoder.count),
            loops.length.eq(decoder.length),
            loops.clear.eq(self.idle & self.control.rewind),
            self._next_pc.eq(Mux(loops.advance, loops.next_pc, self.pc)),
        ]
        with m.If(dispatch):
            m.d.sync += self.sequence.eq(self.sequence + 1)
        self._sequence_states(m, state, running, trap, dispatch, halt)
        return m

    def _fetch(self, m: Module, decoder):
        m.submodules.memory = memory = Memory(shape=32, depth=self.config.program_words, init=[])
        write, read = memory.write_port(), memory.read_port()
        self._next_pc = Signal(PC_BITS)
        m.d.sync += self.pc.eq(self._next_pc)
        m.d.comb += [
            write.en.eq(self.program.en & self.idle),
            write.addr.eq(self.program.addr),
            write.data.eq(self.program.data),
            read.addr.eq(self._next_pc),
            read.en.eq(1),
            decoder.word.eq(read.data),
        ]

    def _push(self, m: Module, decoder, addresses, is_memory):
        m.d.comb += [
            addresses.rd.eq(decoder.uop.rd),
            addresses.rs1.eq(decoder.uop.rs1),
            addresses.imm.eq(decoder.uop.imm),
            addresses.is_post.eq(decoder.post),
            addresses.width.eq(decoder.uop.dst),
            self.uop.eq(decoder.uop),
            self.entry.unit.eq(decoder.unit),
            self.entry.reads.eq(decoder.reads),
            self.entry.writes.eq(decoder.writes),
            self.entry.reads_tile.eq(decoder.reads_tile),
            self.entry.writes_tile.eq(decoder.writes_tile),
        ]
        with m.If(is_memory):
            m.d.comb += self.uop.imm.eq(addresses.row)

    def _sequence_states(self, m: Module, state, running, trap, dispatch, halt):
        single, will_halt, will_cause = Signal(), Signal(), Signal(Cause)
        with m.Switch(state):
            with m.Case(State.IDLE):
                with m.If(self.control.rewind):
                    m.d.comb += self._next_pc.eq(0)
                    m.d.sync += [self.halted.eq(0), self.cause.eq(Cause.NONE), self.sequence.eq(0)]
                with m.Elif((self.control.run | self.control.step) & ~self.halted):
                    m.d.sync += [
                        state.eq(State.RUN),
                        single.eq(self.control.step),
                        will_halt.eq(0),
                        will_cause.eq(Cause.NONE),
                    ]
            with m.Case(State.RUN):
                stopping = self.control.stop | (running & ((trap != Cause.NONE) | halt | (dispatch & single)))
                with m.If(stopping):
                    m.d.sync += state.eq(State.DRAIN)
                with m.If(running & ((trap != Cause.NONE) | halt)):
                    m.d.sync += [will_halt.eq(1), will_cause.eq(trap)]
            with m.Case(State.DRAIN), m.If(self.drained):
                m.d.sync += [state.eq(State.IDLE), self.halted.eq(will_halt), self.cause.eq(will_cause)]
