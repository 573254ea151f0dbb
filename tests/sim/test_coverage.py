"""Coverage bins: made from the table, counted from what ran, and rules that are found out where they are wrong."""

import itertools

import pytest

from accord.isa.fields import ROUNDING, by_mnemonic
from accord.isa.machine import Cause, Flags
from accord.isa.table import TABLE
from accord.sim.cosim import run_random, small_config
from accord.sim.coverage import HAZARDS, RULES, Bin, Coverage, Rule, Variant, bins, variants
from accord.sim.generator import Generator
from accord.sim.record import Dispatch
from accord.sim.seed import seed

CONFIG = small_config(4)
ADD = Variant("vadd.vr", (0,))


def dispatch(seq, *hazards):
    return Dispatch(seq, seq, *(hazard in hazards for hazard in HAZARDS[1:]))


def record(executed, dispatches=(), raised=(), in_flight=(0,) * 8, cause=Cause.NONE):
    coverage = Coverage(CONFIG)
    coverage.record(executed, dispatches, raised, in_flight, cause)
    return {b for b, hits in coverage.hits.items() if hits}


def test_every_row_has_a_variant_for_every_combination_of_its_modes():
    for row in TABLE:
        modes = row.modes.split()
        combinations = len(ROUNDING) ** sum("rounding" in mode for mode in modes)
        combinations *= 2 ** sum("rounding" not in mode for mode in modes)
        assert sum(variant.mnemonic == row.mnemonic for variant in variants()) == combinations, row.mnemonic
    assert len({str(variant) for variant in variants()}) == len(variants())


def test_bins_are_the_products_that_the_page_says():
    vector = [row.mnemonic for row in TABLE if row.unit == "valu"]
    kinds = {kind: [b for b in bins() if b.kind == kind] for kind in ("hazard", "flag", "trap", "units")}
    assert {(b.subject, b.what) for b in kinds["hazard"]} == set(itertools.product(variants(), HAZARDS))
    assert {(b.subject, b.what) for b in kinds["flag"]} == set(itertools.product(vector, [flag.name for flag in Flags]))
    assert {b.subject for b in kinds["trap"]} == {cause.name for cause in Cause}
    assert {(b.subject, b.what) for b in kinds["units"]} == {("mmalu", "valu"), ("mmalu", "lsu"), ("valu", "lsu")}
    assert len(set(bins())) == len(bins()) == sum(map(len, kinds.values()))


def test_modes_are_named_as_in_assembler_text():
    assert str(Variant("vcvt_f32_s8", (ROUNDING.index("rtz"), 1))) == "vcvt_f32_s8.rtz.wrap"
    assert str(Variant("mma", (0,))) == "mma.no_keep"
    assert str(Bin("hazard", ADD, "raw")) == "hazard: vadd.vr x raw"


def test_hazards_are_counted_by_the_instruction_they_hold_up():
    last, halt = Variant("mma.last", (1,)), Variant("halt", ())
    hit = record([last, ADD, halt], [dispatch(0), dispatch(1, "raw", "waw")])
    assert {b for b in hit if b.kind == "hazard"} == {
        Bin("hazard", last, "none"),
        Bin("hazard", ADD, "raw"),
        Bin("hazard", ADD, "waw"),
        Bin("hazard", halt, "none"),
    }


def test_flags_causes_and_units_are_counted():
    hit = record([Variant("vfadd", (0,))], raised=[(0, 5)], in_flight=[9, 1, 1, 0, 1, 0, 2, 0], cause=Cause.ADDRESS)
    assert {b for b in hit if b.kind != "hazard"} == {
        Bin("flag", "vfadd", "OF"),
        Bin("flag", "vfadd", "NX"),
        Bin("trap", "ADDRESS", ""),
        Bin("units", "valu", "lsu"),
    }


def test_three_units_at_work_are_three_pairs():
    hit = record([], in_flight=[0] * 7 + [1])
    assert {b.what + b.subject for b in hit if b.kind == "units"} == {"valummalu", "lsummalu", "lsuvalu"}


def test_what_was_not_hit_is_empty_and_what_cannot_be_is_not():
    coverage = Coverage(CONFIG)
    assert coverage.empty() == coverage.reachable
    raw, tile = Bin("hazard", ADD, "raw"), Bin("hazard", ADD, "tile")
    assert raw in coverage.empty()
    assert tile not in coverage.empty()
    coverage.record([ADD], [dispatch(0, "raw")], [], [0] * 8, Cause.NONE)
    assert raw not in coverage.empty()
    assert coverage.impossible() == []


def test_a_hit_of_an_unreachable_bin_is_told_with_its_rule():
    coverage = Coverage(CONFIG)
    coverage.record([ADD], [dispatch(0, "tile")], [(0, 1)], [0] * 8, Cause.NONE)
    assert coverage.impossible() == [
        "hazard: vadd.vr x tile: hit 1 times, but neither reads nor commits T",
        "flag: vadd.vr x NX: hit 1 times, but the table's flags column does not list it",
    ]


def test_a_wrong_rule_is_found_out_by_random_programs(tmp_path):
    wrong = Rule("nobody subtracts behind a load", lambda b, config: str(b) == "hazard: vsub.vr x raw")
    coverage = Coverage(CONFIG, (*RULES, wrong))
    run_random(Generator(CONFIG, seed()), range(600), tmp_path, coverage=coverage)
    (line,) = coverage.impossible()
    assert line.startswith("hazard: vsub.vr x raw: hit ")
    assert line.endswith("but nobody subtracts behind a load")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason)
def test_no_rule_is_idle(rule):
    others = tuple(other for other in RULES if other is not rule)
    config = small_config(1)
    assert set(Coverage(config, others).unreachable) < set(Coverage(config).unreachable)
    assert len(rule.reason) > 10


def test_unreachable_flags_are_those_the_table_does_not_list():
    unreachable = {(b.subject, b.what) for b in Coverage(CONFIG).unreachable if b.kind == "flag"}
    for row in TABLE:
        if row.unit == "valu":
            listed = set(row.flags.split())
            never = {what for subject, what in unreachable if subject == row.mnemonic}
            assert never == {flag.name for flag in Flags} - listed, row.mnemonic


def test_a_variant_knows_its_row():
    assert ADD.instruction is by_mnemonic()["vadd.vr"]
