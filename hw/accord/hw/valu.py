"""The vector ALU: K lanes under one control, one instruction a tick."""

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib.wiring import Component, In, Out, Signature

from accord.hw.int_alu import SATURATING
from accord.hw.lane import CONTROL, FUSED, HANDLED, Lane
from accord.hw.stamp import stamp
from accord.hw.types import FLAGS, Rounding, ValuOp, Width
from accord.isa.config import Config

IMMEDIATE = (ValuOp.ADDI, ValuOp.IMM, ValuOp.LUI)
"""Operations whose second operand is the immediate."""

_BITS = {Width.X: 8, Width.E: 16, Width.R: 32}


class Valu(Component):
    """Vector ALU of ``config.k`` lanes; ``tag_width`` bits of ``issue.tag`` travel with each instruction.

    ``issue``: the instruction taken in this tick; ``imm`` is the value to broadcast or to add, already
    extended. ``a``, ``b``, ``c``: operand lanes, lane j at bits 32j to 32j+31, sign-extended from the width
    ``src``; a tile column arrives on ``a``. ``result``: in the same tick, or one later for the fused family;
    data beyond the width ``dst`` is to be dropped. ``fused_due``: a fused result stands on ``result`` in this
    tick, so none but another fused operation may be issued. Elaboration raises NotImplementedError for an
    operation without hardware.
    """

    def __init__(self, config: Config, tag_width: int) -> None:
        self._lanes = config.k
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
                "fused_due": Out(1),
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
        fused = Signal()
        due_mode = Signal(Rounding)
        due_tag = Signal.like(issue.tag)
        m.d.sync += [self.fused_due.eq(issue.valid & fused), due_mode.eq(issue.rm), due_tag.eq(issue.tag)]
        m.d.comb += [
            fused.eq(_among(issue.op, FUSED)),
            result.valid.eq(self.fused_due | (issue.valid & ~fused)),
            result.tag.eq(Mux(self.fused_due, due_tag, issue.tag)),
            control.op.eq(issue.op),
            control.mode.eq(Mux(self.fused_due, due_mode, issue.rm)),
            control.start.eq(issue.valid & fused),
            control.due.eq(self.fused_due),
        ]
        self._choose_range(m, control)
        with m.Switch(issue.op):
            for op, (negate_product, negate_addend) in FUSED.items():
                with m.Case(op):
                    m.d.comb += [
                        control.negate_product.eq(negate_product),
                        control.negate_addend.eq(negate_addend),
                    ]
        self._place_lanes(m, control)
        return m

    def _choose_range(self, m: Module, control: Signature) -> None:
        """Set which range the lanes clamp to, and whether."""
        issue = self.issue
        converts = _among(issue.op, (ValuOp.S_S, ValuOp.F32_S))
        m.d.comb += control.clamp.eq(converts | (issue.sat & _among(issue.op, SATURATING)))
        with m.If(converts & issue.wrap):
            m.d.comb += control.maximum.eq((1 << 31) - 1)
        with m.Else(), m.Switch(issue.dst):
            for width, bits in _BITS.items():
                with m.Case(width):
                    m.d.comb += control.maximum.eq((1 << (bits - 1)) - 1)

    def _place_lanes(self, m: Module, control: Signature) -> None:
        """Stamp the lanes and spread operands and results over them."""
        issue = self.issue
        immediate = _among(issue.op, IMMEDIATE)
        flags = []
        for j in range(self._lanes):
            word = slice(32 * j, 32 * j + 32)
            m.submodules[f"lane{j}"], lane = stamp("accord_lane", self.stamped["accord_lane"].signature)
            m.d.comb += [getattr(lane.control, name).eq(getattr(control, name)) for name in control.signature.members]
            m.d.comb += [
                lane.a.eq(Mux(issue.op == ValuOp.BCAST, self.a[:32], self.a[word])),
                lane.b.eq(Mux(immediate, issue.imm, self.b[word])),
                lane.c.eq(self.c[word]),
                self.result.data[word].eq(lane.data),
            ]
            flags.append(Value.cast(lane.flags))
        m.d.comb += self.result.flags.eq(reduce(or_, flags))


def _among(op: Value, members: object) -> Value:
    """Return whether ``op`` is one of ``members``."""
    return reduce(or_, [op == member for member in members])
