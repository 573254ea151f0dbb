"""Deliberate faults in the RTL, one at a time, and the test that has to go red for each."""

from typing import NamedTuple


class Fault(NamedTuple):
    """Replace ``old``, which occurs once in ``file`` (below hw/accord/hw), with ``new``; then ``test`` must fail."""

    name: str
    file: str
    old: str
    new: str
    test: str


COSIM = "tests/hw/test_cosim.py::test_random_programs_leave_the_same_state[4]"
ARRAY = "tests/hw/test_array.py::test_array[4-50]"
REGFILE = "tests/hw/test_regfile.py::test_register_file[4-32]"
CORE = "tests/hw/test_core.py::test_core[1-40]"
VALU = "tests/hw/test_valu.py::test_every_operation[2-300]"
FRONTEND = "tests/hw/test_frontend.py::test_frontend[64-1000]"
DECODER = "tests/hw/test_decoder.py::test_decoder[8-32]"
LUT = "tests/hw/test_lut.py::test_lookup_banks[16-1000]"

# fmt: off
FAULTS = (
    Fault("skew register missing", "array.py", "self.a.word_select(i, 8), i)", "self.a.word_select(i, 8), max(i - 1, 0))", ARRAY),
    Fault("deskew one short", "array.py", "delayed(m, collected, k - 1 - i)", "delayed(m, collected, max(k - 2 - i, 0))", ARRAY),
    Fault("keep ignored", "pe.py", "self.control.keep & ~collected", "~collected", ARRAY),
    Fault("last leaves the accumulator", "pe.py", "self.control.clear | collected", "self.control.clear", ARRAY),
    Fault("next session adds to a collected sum", "pe.py", "self.control.keep & ~collected", "self.control.keep", ARRAY),
    Fault("bias bytes swapped", "mmalu.py", "(uop.rs1 << 2) + byte", "(uop.rs1 << 2) + (byte ^ 1)", ARRAY),
    Fault("sessions not kept apart", "mmalu.py", "blocked = is_last & (", "blocked = 0 & (", ARRAY),
    Fault("tile column read one tick early", "mmalu.py", "(1 << (self.k + j + 1)) - 1)", "(1 << (self.k + j)) - 1)", ARRAY),
    Fault("array not settled at halt", "mmalu.py", "settle.eq(2 * self.k + 1)", "settle.eq(1)", COSIM),
    Fault("VR written in swapped row order", "regfile.py", "32 * j + 8 * byte :", "32 * j + 8 * (byte ^ 1) :", REGFILE),
    Fault("scoreboard ignores VE", "decoder.py", "index == row >> 1", "0", COSIM),
    Fault("scoreboard ignores write after read", "window.py", "blocks_take[s].eq(write_after_read | tile |", "blocks_take[s].eq(tile |", COSIM),
    Fault("scoreboard ignores read after write", "window.py", "blocks_done[s].eq(read_after_write | write_after_write)", "blocks_done[s].eq(write_after_write)", COSIM),
    Fault("scoreboard ignores write after write", "window.py", "blocks_done[s].eq(read_after_write | write_after_write)", "blocks_done[s].eq(read_after_write)", COSIM),
    Fault("scoreboard ignores the tile register", "window.py", "write_after_read | tile | (", "write_after_read | (", COSIM),
    Fault("a one-tick result overtakes a fused one", "vector_unit.py", "(is_fused | ~valu.fused_due)", "1", COSIM),
    Fault("store takes its operand late", "lsu.py", "self.store_row.eq(row)", "self.store_row.eq(row + 1)", COSIM),
    Fault("post-increment dropped", "frontend.py", "addresses.post.eq(dispatch & is_memory & decoder.post)", "addresses.post.eq(0)", COSIM),
    Fault("last scratchpad row out of reach", "address.py", "address <= rows - 1", "address < rows - 1", CORE),
    Fault("trap dispatches the word behind it", "frontend.py", "wants_slot = (trap == Cause.NONE) & ~is_control", "wants_slot = ~is_control", COSIM),
    Fault("flags not sticky", "core.py", "flags.as_value() | vector.flags.as_value()", "vector.flags.as_value()", COSIM),
    Fault("rounding off by one", "fp/round.py", "half, rest = normalised[_HALF], normalised[:_HALF].any()", "half, rest = normalised[_HALF - 1], normalised[:_HALF - 1].any()", COSIM),
    Fault("ties to even taken for ties away", "fp/round.py", "(mode == Rounding.RNE) & (rest | lsb)", "(mode == Rounding.RNE)", COSIM),
    Fault("sticky bit dropped", "fp/fma.py", "(value >> count) | lost.any()", "(value >> count)", COSIM),
    Fault("fms adds", "lane.py", "ValuOp.FMS: (0, 1)", "ValuOp.FMS: (0, 0)", COSIM),
    Fault("saturation ignored", "valu.py", "(issue.sat & _among(issue.op, SATURATING))", "0", COSIM),
    Fault("byte shifts copies of its sign in", "shift.py", "frame.eq(zero_extended)", "frame.eq(self.a)", VALU),
    Fault("byte rotated in a word", "shift.py", "repeated.eq(lane.replicate(32 // bits))", "repeated.eq(self.a)", VALU),
    Fault("shift amount of any width five bits", "shift.py", "n.eq(self.b[: bits.bit_length() - 1])", "n.eq(self.b)", VALU),
    Fault("rounding shift takes ties up", "shift.py", "((Const(1) << n) - (self.a < 0)) >> 1", "(Const(1) << n) >> 1", VALU),
    Fault("sqrdmulh wraps", "valu.py", "_among(issue.op, CLAMPED) | (issue.sat", "(issue.sat", VALU),
    Fault("reductions compare without sign", "int_reduce.py", "self.operand.word_select(j, 32).as_signed()", "self.operand.word_select(j, 32)", VALU),
    Fault("lookup always in bank A", "valu.py", "banks.bank.eq(issue.op == ValuOp.LUT_B)", "banks.bank.eq(0)", VALU),
    Fault("segment stored lane by lane", "lut.py", "index[:lane_bits], index[lane_bits:][:2]", "index[2:][:lane_bits], index[:2]", LUT),
    Fault("lookup banks outlast a reset", "lut.py", "Mux(written.bit_select(place, 1), port.data, 0)", "port.data", LUT),
    Fault("segment write also writes a register", "vector_unit.py", " & ~valu.lut_write.valid", "", COSIM),
    Fault("one body ends at a word", "loops.py", "            popped = pops\n", "            popped = Const(0, 1)\n", FRONTEND),
    Fault("a fifth loop overwrites an entry", "loops.py", "self.fault.eq(pushes & used[LOOP_DEPTH - 1])", "self.fault.eq(0)", FRONTEND),
    Fault("a body may end behind the one around it", "loops.py", "innermost & (body_end > entry.end)", "innermost & (body_end > entry.end + 1)", FRONTEND),
    Fault("fetch past the end of a skipped body", "frontend.py", "self.pc >= self.config.program_words", "self.pc == self.config.program_words", FRONTEND),
    Fault("fence does not wait", "frontend.py", "(control != ControlOp.FENCE) | self.drained", "1", FRONTEND),
    Fault("a lookup segment past the bank is legal", "decoder.py", "if limit.high < limit.bits.maximum:", 'if limit.high < limit.bits.maximum and limit.field != "segment":', DECODER),
    Fault("host reads bank A for bank B", "core.py", "vector.lut_host_segment.eq(self.debug.lut_segment)", "vector.lut_host_segment.eq(self.debug.lut_segment[:6])", CORE),
    Fault("fence ignores the array", "core.py", "window.empty & mmalu.idle", "window.empty", "tests/hw/test_timing.py::test_fence_waits_until_the_array_is_idle[4]"),
    Fault("hazard bits swapped", "window.py", 'waits["raw"][s].eq(read_after_write)', 'waits["raw"][s].eq(write_after_write)', "tests/sim/test_record.py::test_dispatches_say_what_they_wait_for"),
    Fault("reads of a tile wait for its lane product", "window.py", "blocks_done[s].eq(read_after_write | write_after_write)", "blocks_done[s].eq(read_after_write | write_after_write | tile)", "tests/hw/test_timing.py::test_columns_of_a_tile_are_read_as_they_emerge[4]"),
    Fault("units issue in order", "window.py", "(new.unit == old.unit)", "1", "tests/hw/test_timing.py::test_units_run_ahead_of_one_another[4]"),
)
# fmt: on
