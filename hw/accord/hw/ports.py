"""The ports of the NPU: the host's, the counters, and the trace that lock-step and timing tests read."""

from amaranth.lib.wiring import In, Out, Signature

from accord.hw.frontend import CONTROL, PROGRAM_WRITE
from accord.hw.loops import LOOP, PC_BITS
from accord.hw.lsu import host_signature
from accord.hw.types import FLAGS
from accord.hw.uop import SEQUENCE_BITS
from accord.hw.window import HAZARDS
from accord.isa.config import LOOP_DEPTH, Config
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
                    "loop_index": Out(range(LOOP_DEPTH)),
                    **{f"loop_{name}": In(member.shape) for name, member in LOOP.members.items()},
                    "lut_segment": Out(7),  # bit 6: the bank
                    "lut_data": In(32 * k),  # lane j at bit 32 j, as `vsetlut` writes it
                }
            )
        ),
    }


def report_members(config: Config) -> dict:
    """Return counters and trace. ``docs/vector.md`` says when each port of the trace is valid."""
    counters = ["cycles", "retired"] + [f"{kind}_{unit}" for kind in ("busy", "stall") for unit in UNITS]
    rows, row, lanes = {"rows": Out(config.vx_count)}, {"data": Out(8 * config.k)}, {"data": Out(32 * config.k)}
    return {
        "counters": Out(Signature({name: Out(64) for name in counters})),
        "trace": Out(
            Signature(
                {
                    "feed": Out(1),  # a feed enters processing element (0,0) at the coming edge
                    "feed_seq": Out(SEQUENCE_BITS),
                    "dispatch": Out(_event({name: Out(1) for name, _ in HAZARDS})),
                    "address": Out(_event({"index": Out(5), "data": Out(32)})),
                    "mma": Out(_event(rows | lanes)),
                    "valu": Out(_event(rows | lanes | {"flags": Out(FLAGS), "replace": Out(1)})),
                    "lut": Out(_event({"bank": Out(1), "segment": Out(6)} | lanes)),
                    "lsu": Out(_event(rows | row)),
                    "store": Out(_event({"row": Out(20)} | row)),
                    "busy": Out(len(UNITS)),
                }
            )
        ),
    }


def _event(members: dict) -> Signature:
    """Return a port of the trace: what happens at the coming edge, and the instruction that does it."""
    return Signature({"valid": Out(1), "seq": Out(SEQUENCE_BITS), **members})
