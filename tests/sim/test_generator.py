"""Random programs: reproducible, ending, and holding what their knobs promise; seen on the golden model alone."""

from collections import Counter
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest

from accord.isa.config import CLASS_ROWS, LOOP_DEPTH, Config
from accord.isa.encoding import decode
from accord.isa.fields import instructions
from accord.isa.machine import Cause
from accord.isa.table import TABLE
from accord.model import Npu as Model
from accord.sim.cosim import INSTRUCTION_LIMIT, execute, small_config
from accord.sim.coverage import Coverage
from accord.sim.generator import Generator
from accord.sim.knobs import Knobs
from accord.sim.seed import seed

CASES = 400


def steps(model, case):
    """Run a case an instruction at a time; yield address, decoded word or None, and status after it."""
    model.reset()
    model.ext_write_vr(0, case.vr)
    model.write_scratchpad(0, case.scratchpad)
    model.load(case.words)
    status = model.status
    while not status.halted:
        pc = status.pc
        status = model.step()
        yield pc, decode(case.words[pc], case.config) if pc < len(case.words) else None, status


def test_case_numbers_do_not_depend_on_order():
    generator = Generator(small_config(4), 7)
    first = generator.case(3)
    generator.case(1)
    again = Generator(small_config(4), 7).case(3)
    assert first.words == again.words
    assert np.array_equal(first.vr, again.vr)
    assert np.array_equal(first.scratchpad, again.scratchpad)
    assert first.words != generator.case(4).words
    assert first.words != Generator(small_config(4), 8).case(3).words
    assert first.words != Generator(replace(small_config(4), scratchpad_rows=128), 7).case(3).words


def test_the_weights_name_every_family_of_the_table():
    weights = Knobs().weights
    assert sorted(name for name, _ in weights) == sorted({row.family for row in TABLE})
    assert all(weight > 0 for _, weight in weights)


@pytest.mark.parametrize("family", ["logic", "reduce", "lookup"])
def test_a_family_without_a_weight_is_refused(family):
    weights = tuple(pair for pair in Knobs().weights if pair[0] != family)
    with pytest.raises(ValueError, match=f"weights: {family}: weigh every family"):
        Generator(small_config(4), 1, Knobs(weights=weights))


def test_a_weight_of_no_family_is_refused():
    with pytest.raises(ValueError, match="weights: divide: weigh every family"):
        Generator(small_config(4), 1, Knobs(weights=(*Knobs().weights, ("divide", 1))))


@pytest.mark.parametrize(
    "config",
    [small_config(1), small_config(64), Config(k=2, vx_count=4, scratchpad_rows=16, program_words=16), Config(k=4)],
)
def test_programs_of_any_configuration_end(config):
    generator, model = Generator(config, seed()), Model(config)
    for number in range(40):
        execute(model, generator.case(number), INSTRUCTION_LIMIT)


def test_programs_execute_every_instruction_and_meet_every_cause():
    generator = Generator(small_config(4), seed())
    model = Model(generator.config)
    executed: Counter[str] = Counter()
    causes: Counter[Cause] = Counter()
    lengths = []
    for number in range(CASES):
        for _, decoded, status in steps(model, generator.case(number)):
            if not status.cause:
                executed[decoded.instruction.mnemonic] += 1
        causes[status.cause] += 1
        lengths.append(model.counters.retired)
    assert set(executed) == {instruction.mnemonic for instruction in instructions()}
    assert set(causes) == set(Cause)
    assert causes[Cause.NONE] > 0.7 * CASES
    assert max(lengths) < 10 * Knobs().executed
    assert sum(lengths) > 50 * CASES


def test_rows_of_a_family_are_equally_frequent():
    knobs = Knobs(fragments=(("instruction", 1),), targets=0)
    generator = Generator(small_config(4), seed(), knobs)
    seen: Counter[str] = Counter()
    for number in range(CASES):
        for word in generator.case(number).words:
            if (decoded := decode(word, generator.config)) and decoded.instruction.row.family == "logic":
                seen[decoded.instruction.mnemonic] += 1
    assert len(seen) == sum(row.family == "logic" for row in TABLE)
    assert max(seen.values()) < 3 * min(seen.values())


def test_loops_nest_end_together_are_skipped_and_fault():
    generator = Generator(small_config(4), seed(), Knobs(loop_fault=0.3))
    model = Model(generator.config)
    depths: Counter[int] = Counter()
    shared = skipped = fifth = overlapping = halted_inside = 0
    for number in range(CASES):
        for _, decoded, status in steps(model, generator.case(number)):
            if decoded is None or decoded.instruction.mnemonic != "loop":
                continue
            loops = [tuple(entry) for entry in model.loops.tolist() if entry[2]]
            ends = [start + length for start, length, _ in loops]
            if status.cause is Cause.LOOP:
                end = status.pc + 1 + decoded.operands["length"]
                overlapping += end > ends[-1]
                fifth += end <= ends[-1] and len(loops) == LOOP_DEPTH
            elif decoded.operands["count"]:
                depths[len(loops)] += 1
                shared += len(ends) > len(set(ends))
            else:
                skipped += 1
        halted_inside += bool(model.loops.any())
    assert set(depths) == {1, 2, 3, 4}
    assert min(shared, skipped, fifth, overlapping, halted_inside) > 0


def test_addresses_reach_the_last_row_and_the_first_outside():
    generator = Generator(small_config(4), seed())
    rows, model = generator.config.scratchpad_rows, Model(generator.config)
    reached: Counter[tuple[str, int]] = Counter()
    for number in range(CASES):
        before = model.a
        for _, decoded, status in steps(model, generator.case(number)):
            if decoded is not None and decoded.instruction.row.unit == "lsu":
                offset = 0 if decoded.modes["post"] else decoded.operands["imm12"]
                base = (int(before[decoded.operands["rs1"]]) + offset) & 0xFFFFFFFF
                end = base + CLASS_ROWS[decoded.instruction.operands[0].kind]
                reached["trapped" if status.cause else "moved", 0 if base >= rows else end] += 1
            before = model.a
    assert reached["moved", rows] > 0
    assert reached["trapped", rows + 1] > 0
    assert not any(reached["trapped", end] for end in range(1, rows + 1))


def _operands(decoded, access):
    rows = []
    for operand in decoded.instruction.operands:
        if operand.kind in CLASS_ROWS and operand.access == access:
            size, index = CLASS_ROWS[operand.kind], decoded.operands[operand.field]
            rows.append((operand.kind, set(range(index * size, (index + 1) * size))))
    return rows


def _decoded_programs(generator):
    for number in range(CASES):
        yield [decoded for word in generator.case(number).words if (decoded := decode(word, generator.config))]


def test_neighbours_share_rows_through_every_pair_of_classes():
    found: Counter[tuple[str, str, str]] = Counter()
    for program in _decoded_programs(Generator(small_config(4), seed())):
        for older, younger in pairwise(program):
            for kind, written in _operands(older, "w"):
                found.update((kind, "raw", other) for other, rows in _operands(younger, "r") if rows & written)
                found.update((kind, "waw", other) for other, rows in _operands(younger, "w") if rows & written)
            for kind, read in _operands(older, "r"):
                found.update((kind, "war", other) for other, rows in _operands(younger, "w") if rows & read)
    assert set(found) == {(a, h, b) for a in CLASS_ROWS for h in ("raw", "war", "waw") for b in CLASS_ROWS}


def test_hazards_cross_every_two_units():
    found: set[tuple[str, str, str]] = set()
    for program in _decoded_programs(Generator(small_config(4), seed())):
        for older, younger in pairwise(program):
            units = older.instruction.row.unit, younger.instruction.row.unit
            writes = [rows for _, rows in _operands(younger, "w")]
            for hazard, access in (("war", "r"), ("waw", "w")):
                if any(rows & new for _, rows in _operands(older, access) for new in writes):
                    found.add((hazard, *units))
    units = ("mmalu", "valu", "lsu")
    assert found >= {(hazard, a, b) for hazard in ("war", "waw") for a in units for b in units if a != b}


def test_lookup_banks_are_written_between_reads_of_them():
    between = 0
    for program in _decoded_programs(Generator(small_config(4), seed())):
        banks = [decoded.instruction.row.op for decoded in program if decoded.instruction.row.family == "lookup"]
        between += sum(
            ops in (("lut_a", "setlut_a", "lut_a"), ("lut_b", "setlut_b", "lut_b"))
            for ops in zip(banks, banks[1:], banks[2:], strict=False)
        )
    assert between > 10


def test_the_rows_of_an_open_session_are_overwritten():
    overwritten: Counter[str] = Counter()
    for program in _decoded_programs(Generator(small_config(4), seed())):
        fed: set[int] = set()
        for decoded in program:
            if decoded.instruction.mnemonic == "mma":
                fed = fed.union(*(rows for _, rows in _operands(decoded, "r")))
            elif decoded.instruction.row.unit == "mmalu":
                fed = set()
            elif any(rows & fed for _, rows in _operands(decoded, "w")):
                overwritten[decoded.instruction.row.unit] += 1
    assert min(overwritten["valu"], overwritten["lsu"]) > 10


@pytest.mark.parametrize("knob", ["illegal", "address_fault", "loop_fault", "early_halt", "run_off"])
def test_faults_are_as_frequent_as_their_knobs_say(knob):
    faults = dict.fromkeys(("illegal", "address_fault", "loop_fault", "early_halt", "run_off"), 0.0)
    calm = Generator(small_config(4), seed(), Knobs(**faults, targets=0))
    certain = Generator(small_config(4), seed(), Knobs(**{**faults, knob: 1.0}, targets=0))
    causes = {
        "illegal": {Cause.ILLEGAL},
        "address_fault": {Cause.ADDRESS},
        "loop_fault": {Cause.LOOP},
        "early_halt": {Cause.NONE},
        "run_off": {Cause.FETCH},
    }
    model = Model(calm.config)
    met: Counter[Cause] = Counter()
    early = 0
    for number in range(100):
        assert execute(model, calm.case(number)).cause in (Cause.NONE, Cause.ADDRESS)
        case = certain.case(number)
        state = execute(model, case)
        met[state.cause] += 1
        early += state.halted and not state.cause and state.pc < len(case.words) - 1
    assert sum(met[cause] for cause in causes[knob]) > 70
    assert (early > 70) == (knob == "early_halt")


def test_every_reachable_hazard_and_flag_is_aimed_at():
    generator = Generator(small_config(4), seed())
    wanted = [b for b in Coverage(generator.config).reachable if b.kind in ("hazard", "flag")]
    round_ = -(-len(wanted) // Knobs().targets)
    assert set(wanted) == {b for number in range(round_) for b in generator.targets(number)}
    assert [b for b in wanted if b not in generator.targets(next(generator.numbers(b, 5)))] == []


def test_what_no_case_aims_at_is_looked_for_in_all():
    generator = Generator(small_config(4), seed())
    trap = next(b for b in Coverage(generator.config).reachable if b.kind == "trap")
    assert list(islice(generator.numbers(trap, 7), 3)) == [7, 8, 9]
