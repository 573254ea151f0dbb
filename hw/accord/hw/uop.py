"""What dispatch hands to the units."""

from amaranth.hdl import Shape, signed
from amaranth.lib import data

from accord.hw.types import LsuOp, MmaOp, Rounding, ValuOp, Width

OP_BITS = max(Shape.cast(op).width for op in (ValuOp, MmaOp, LsuOp))
SEQUENCE_BITS = 16
"""Sequence numbers tag every write with its instruction, modulo 2^16."""

UOP = data.StructLayout(
    {
        "op": OP_BITS,  # ValuOp, MmaOp or LsuOp, after the unit
        "rd": 5,
        "rs1": 5,
        "rs2": 5,
        "rs3": 5,
        "dst": Width,  # class of rd
        "src": Width,  # class of rs1, rs2 and rs3
        "rounding": Rounding,
        "sat": 1,
        "wrap": 1,
        "keep": 1,
        "imm": signed(21),  # immediate, column, or the scratchpad row address of a load or store
    }
)
"""A decoded instruction in the issue window; at most 64 bits, which keeps it one machine word in simulation."""
