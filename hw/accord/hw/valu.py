"""The vector ALU: K lanes under one control, one instruction a tick."""

from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib.wiring import Component, In, Out, PureInterface, Signature, connect

from accord.hw.int_alu import CLAMPED, SATURATING
from accord.hw.int_reduce import INTEGER_REDUCTIONS, IntegerReduction
from accord.hw.lane import ARITHMETIC, CONTROL, FUSED, HANDLED, REDUCTIONS, Lane
from accord.hw.lut import LOOKUPS, SET_LOOKUPS, LookupBanks, write_signature
from accord.hw.reduce import Reduction
from accord.hw.stamp import stamp
from accord.hw.types import FLAGS, Rounding, ValuOp, Width
from accord.isa.config import Config

IMMEDIATE = (ValuOp.ADDI, ValuOp.IMM, ValuOp.LUI, ValuOp.RDFLAGS, ValuOp.WRFLAGS)
"""Operations whose second operand is the immediate."""

_BITS = {Width.X: 8, Width.E: 16, Width.R: 32}


class Valu(Component):
    """Vector ALU of ``config.k`` lanes; ``tag_width`` bits of ``issue.tag`` travel with each instruction.

    ``issue``: the instruction taken in this tick; ``imm`` is the value to broadcast or to add, already
    extended. ``a``, ``b``, ``c``: operand lanes, lane j at bits 32j to 32j+31, sign-extended from the width
    ``src``; a tile column arrives on ``a``, the status flags that RDFLAGS is to read on ``issue.imm``.
    ``result``: in the same tick, one later for the fused family, after log2 K ticks in all for a reduction;
    data beyond the width ``dst`` is to be dropped. ``lane_flags``: the flags lane by lane, lane j at bits 5j to
    5j+4; of a reduction, those of the whole tree in every lane. ``fused_due``: a fused result stands on
    ``result`` in this tick, so none but another fused operation may be issued. ``busy``: a reduction goes on, so
    none at all may be. ``lut_write``: the segment that an instruction taken in this tick writes at its edge; its
    result is valid and zero. ``lut_host_data``: segment ``lut_host_segment`` (bit 6 the bank), at any time.
    Elaboration raises NotImplementedError for an operation without hardware.
    """

    def __init__(self, config: Config, tag_width: int) -> None:
        self._config, self._lanes = config, config.k
        # over a single lane a reduction is a move
        self._reduction = Reduction(config.k) if config.k > 1 else None
        self.stamped = {"accord_lane": Lane()}
        issue = Signature(
            {
                "valid": Out(1),
                "op": Out(ValuOp),
                "src": Out(Width),
                "dst": Out(Width),
                "rm": Out(Rounding),
                "sat": Out(1),
                "wrap": Out(1),
                "imm": Out(signed(32)),
                "tag": Out(unsigned(tag_width)),
            }
        )
        result = Signature(
            {
                "valid": Out(1),
                "data": Out(32 * config.k),
                "flags": Out(FLAGS),
                "tag": Out(unsigned(tag_width)),
            }
        )
        operand = In(32 * config.k)
        super().__init__(
            {
                "issue": In(issue),
                "a": operand,
                "b": operand,
                "c": operand,
                "result": Out(result),
                "lane_flags": Out(5 * config.k),
                "fused_due": Out(1),
                "busy": Out(1),
                "lut_write": Out(write_signature(config)),
                "lut_host_segment": In(7),
                "lut_host_data": Out(32 * config.k),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the pipeline control and place the lanes."""
        missing = sorted(op.name for op in set(ValuOp) - HANDLED)
        if missing:
            raise NotImplementedError(
                f"the vector ALU has no hardware for {', '.join(missing)}: see HANDLED in lane.py"
            )
        m = Module()
        issue, result = self.issue, self.result
        control = CONTROL.create()
        older, op = Signal(), Signal(ValuOp)
        fused = Signal()
        last_op, last_mode, last_tag = Signal(ValuOp), Signal(Rounding), Signal.like(issue.tag)
        with m.If(issue.valid):
            m.d.sync += [last_op.eq(issue.op), last_mode.eq(issue.rm), last_tag.eq(issue.tag)]
        m.d.sync += self.fused_due.eq(control.start)
        m.d.comb += [
            fused.eq(_among(issue.op, FUSED)),
            older.eq(self.fused_due | self.busy),
            op.eq(Mux(self.busy, last_op, issue.op)),
            control.op.eq(op),
            control.width.eq(issue.src),
            control.mode.eq(Mux(older, last_mode, issue.rm)),
            control.sat.eq(issue.sat),
            control.start.eq(issue.valid & fused),
            control.due.eq(self.fused_due),
            result.valid.eq(self.fused_due | (issue.valid & ~fused)),
            result.tag.eq(Mux(older, last_tag, issue.tag)),
        ]
        with m.Switch(op):
            for reduction, level in REDUCTIONS.items():
                with m.Case(reduction):
                    m.d.comb += control.op.eq(level if self._reduction else ValuOp.MOV)
            for arithmetic, (negate_product, negate_addend) in (FUSED | ARITHMETIC).items():
                with m.Case(arithmetic):
                    m.d.comb += [
                        control.negate_product.eq(negate_product),
                        control.negate_addend.eq(negate_addend),
                    ]
        self._choose_range(m, control)
        lanes = self._place_lanes(m, control)
        if self._reduction is not None:
            self._reduce(m, lanes, op, self._reduction)
        self._reduce_integers(m)
        self._look_up(m)
        m.d.comb += result.flags.eq(reduce(or_, [self.lane_flags.word_select(j, 5) for j in range(self._lanes)]))
        return m

    def _choose_range(self, m: Module, control: PureInterface) -> None:
        """Set which range the lanes clamp to, and whether."""
        issue = self.issue
        converts = _among(issue.op, (ValuOp.S_S, ValuOp.F32_S))
        clamps = _among(issue.op, CLAMPED) | (issue.sat & _among(issue.op, SATURATING))
        m.d.comb += control.clamp.eq(converts | clamps)
        with m.If(converts & issue.wrap):
            m.d.comb += control.maximum.eq((1 << 31) - 1)
        with m.Else(), m.Switch(issue.dst):
            for width, bits in _BITS.items():
                with m.Case(width):
                    m.d.comb += control.maximum.eq((1 << (bits - 1)) - 1)

    def _place_lanes(self, m: Module, control: PureInterface) -> list[PureInterface]:
        """Stamp the lanes and spread control and operands over them."""
        issue = self.issue
        immediate = _among(issue.op, IMMEDIATE)
        lanes = []
        for j in range(self._lanes):
            word = slice(32 * j, 32 * j + 32)
            m.submodules[f"lane{j}"], lane = stamp("accord_lane", self.stamped["accord_lane"].signature)
            m.d.comb += [getattr(lane.control, name).eq(getattr(control, name)) for name in control.signature.members]
            m.d.comb += [
                lane.a.eq(Mux(issue.op == ValuOp.BCAST, self.a[:32], self.a[word])),
                lane.b.eq(Mux(immediate, issue.imm, self.b[word])),
                lane.c.eq(self.c[word]),
                self.result.data[word].eq(lane.data),
                self.lane_flags.word_select(j, 5).eq(lane.flags),
            ]
            lanes.append(lane)
        return lanes

    def _reduce(self, m: Module, lanes: list[PureInterface], op: Value, reduction: Reduction) -> None:
        """Let the reduction have the lower lanes while it goes on, and put its result into every lane."""
        m.submodules.reduction = reduction
        m.d.comb += [
            reduction.start.eq(self.issue.valid & _among(self.issue.op, REDUCTIONS)),
            reduction.operand.eq(self.a),
            self.busy.eq(reduction.busy),
        ]
        for j, lane in enumerate(lanes[: self._lanes // 2]):
            m.d.comb += [
                reduction.results.word_select(j, 32).eq(lane.data),
                reduction.flags.word_select(j, 5).eq(lane.flags),
            ]
            with m.If(_among(op, REDUCTIONS)):
                m.d.comb += [
                    lane.a.eq(reduction.first.word_select(j, 32)),
                    lane.b.eq(reduction.second.word_select(j, 32)),
                ]
        with m.If(reduction.level != 0):
            m.d.comb += [
                self.result.valid.eq(reduction.level[-1]),
                self.result.data.eq(lanes[0].data.replicate(self._lanes)),
                self.lane_flags.eq(Value.cast(reduction.raised).replicate(self._lanes)),
            ]

    def _reduce_integers(self, m: Module) -> None:
        """Put the reduction of the operand's lanes into every lane of the result."""
        m.submodules.integer_reduction = reduction = IntegerReduction(self._lanes)
        m.d.comb += [reduction.op.eq(self.issue.op), reduction.operand.eq(self.a)]
        with m.If(self.issue.valid & _among(self.issue.op, INTEGER_REDUCTIONS)):
            m.d.comb += self.result.data.eq(reduction.result.replicate(self._lanes))

    def _look_up(self, m: Module) -> None:
        """Read a byte of a bank in every lane, or write a segment."""
        issue = self.issue
        m.submodules.banks = banks = LookupBanks(self._config)
        connect(m, banks.write, self.lut_write)
        m.d.comb += [
            self.lut_write.valid.eq(issue.valid & _among(issue.op, SET_LOOKUPS)),
            self.lut_write.bank.eq(issue.op == ValuOp.SETLUT_B),
            self.lut_write.segment.eq(issue.imm),
            self.lut_write.data.eq(self.a),
            banks.bank.eq(issue.op == ValuOp.LUT_B),
            banks.index.eq(Cat(self.a[32 * j :][:8] for j in range(self._lanes))),
            banks.host_segment.eq(self.lut_host_segment),
            self.lut_host_data.eq(banks.host_data),
        ]
        with m.If(issue.valid & _among(issue.op, LOOKUPS)):
            m.d.comb += [
                self.result.data.word_select(j, 32).eq(banks.byte.word_select(j, 8)) for j in range(self._lanes)
            ]


def _among(op: Value, members: object) -> Value:
    """Return whether ``op`` is one of ``members``."""
    return reduce(or_, [op == member for member in members])
