"""Integer and logic instructions against Python integers: all pairs of bytes, corners and random wider lanes."""

import numpy as np
import pytest

from accord.isa.fields import by_mnemonic
from accord.model import bulk
from accord.model.request import DTYPES, bulk_mnemonics

from .integers import BINARY, UNARY, WIDTH, assert_same, bits, clamp, corners, pairs, wrap

SEED = 20240611
FAMILIES = ("integer", "logic")


def rows(sources):
    """Mnemonics of the families with that many source registers, of one class all."""
    found = [by_mnemonic()[name] for name in bulk_mnemonics() if by_mnemonic()[name].row.family in FAMILIES]
    chosen = [instruction for instruction in found if len(instruction.operands) == sources + 1]
    assert all(len({operand.kind for operand in instruction.operands}) == 1 for instruction in chosen)
    return [instruction.mnemonic for instruction in chosen]


def width_of(mnemonic):
    return WIDTH[by_mnemonic()[mnemonic].operands[0].kind]


def with_modes(mnemonics):
    """Each mnemonic without sat, and with it where it has that mode."""
    return [(name, sat) for name in mnemonics for sat in ((False, True) if by_mnemonic()[name].modes else (False,))]


def test_every_instruction_of_the_families_is_one_of_the_two_kinds():
    names = {ins.mnemonic for ins in by_mnemonic().values() if ins.row.family in FAMILIES}
    assert names == set(rows(1)) | set(rows(2))
    assert {by_mnemonic()[name].row.op for name in rows(2)} == BINARY.keys()
    assert {by_mnemonic()[name].row.op for name in rows(1)} == UNARY.keys() - {"mov"}
    widths = {op: {width_of(name) for name in rows(2) if by_mnemonic()[name].row.op == op} for op in BINARY}
    assert {op for op, have in widths.items() if have == {32}} == {"mulh", "sqrdmulh", "rshr"}
    assert {frozenset(have) for have in widths.values()} == {frozenset({8, 16, 32}), frozenset({32})}
    modes = {
        (by_mnemonic()[name].row.op, mode.field) for name in rows(1) + rows(2) for mode in by_mnemonic()[name].modes
    }
    assert modes == {(op, "sat") for op in ("add", "sub", "rsub", "mul", "neg", "abs", "max", "min")}


@pytest.mark.parametrize(("mnemonic", "saturate"), with_modes(rows(2)))
def test_two_operands(mnemonic, saturate):
    print(f"seed {SEED}")
    width = width_of(mnemonic)
    left, right = pairs(width, np.random.default_rng(SEED))
    assert len(left) == 65536 if width == 8 else len(left) > 27_000
    exact = BINARY[by_mnemonic()[mnemonic].row.op]
    narrow = clamp if saturate else wrap
    want = bits([narrow(exact(a, b, width), width) for a, b in zip(left, right, strict=True)], width)
    operands = bits(left, width), bits(right, width)
    got, flags = bulk(mnemonic, *operands, sat=saturate)
    assert_same(got, want, *operands)
    assert not flags.any()


@pytest.mark.parametrize(("mnemonic", "saturate"), with_modes(rows(1)))
def test_one_operand(mnemonic, saturate):
    print(f"seed {SEED}")
    width = width_of(mnemonic)
    numbers = list(range(-(1 << 15), 1 << 15)) + corners(32) if width == 32 else list(range(1 << width))
    if width == 32:
        numbers += np.random.default_rng(SEED).integers(-(1 << 31), 1 << 31, 20_000).tolist()
    numbers = [wrap(number, width) for number in numbers]
    exact = UNARY[by_mnemonic()[mnemonic].row.op]
    narrow = clamp if saturate else wrap
    operand = bits(numbers, width)
    got, flags = bulk(mnemonic, operand, sat=saturate)
    assert_same(got, bits([narrow(exact(number), width) for number in numbers], width), operand)
    assert not flags.any()


@pytest.mark.parametrize(
    ("mnemonic", "operands", "plain", "saturated"),
    [
        ("vneg.vx", [0x80], 0x80, 0x7F),
        ("vabs.vx", [0x80], 0x80, 0x7F),
        ("vneg.ve", [0x8000], 0x8000, 0x7FFF),
        ("vabs.ve", [0x8000], 0x8000, 0x7FFF),
        ("vneg.vr", [0x80000000], 0x80000000, 0x7FFFFFFF),
        ("vabs.vr", [0x80000000], 0x80000000, 0x7FFFFFFF),
        ("vrsub.vx", [0x01, 0x80], 0x7F, 0x80),
        ("vrsub.ve", [0xFFFF, 0x7FFF], 0x8000, 0x7FFF),
        ("vrsub.vr", [0x80000000, 0], 0x80000000, 0x7FFFFFFF),
        ("vmax.vx", [0x80, 0x7F], 0x7F, 0x7F),
        ("vmin.vr", [0x80000000, 0x7FFFFFFF], 0x80000000, 0x80000000),
    ],
)
def test_the_ends_of_the_range_by_hand(mnemonic, operands, plain, saturated):
    dtype = DTYPES[by_mnemonic()[mnemonic].operands[0].kind]
    arrays = [np.array([operand], dtype) for operand in operands]
    assert bulk(mnemonic, *arrays)[0].tolist() == [plain]
    assert bulk(mnemonic, *arrays, sat=True)[0].tolist() == [saturated]


@pytest.mark.parametrize(
    ("mnemonic", "lane", "amount", "result"),
    [
        ("vsll.vx", 0x81, 1, 0x02),
        ("vsll.vx", 0x81, 8, 0x81),  # an amount is taken modulo the width
        ("vsll.vx", 0x81, 0xFF, 0x80),  # and unsigned: 7
        ("vsll.ve", 0x8001, 16, 0x8001),
        ("vsll.ve", 0x8001, 8, 0x0100),  # not modulo 8
        ("vsll.vr", 1, 0xFFFFFFFF, 0x80000000),
        ("vsll.vr", 1, 16, 0x10000),
        ("vsrl.vx", 0x80, 7, 0x01),
        ("vsrl.vr", 0x80000000, 31, 1),
        ("vsra.vx", 0x80, 7, 0xFF),
        ("vsra.ve", 0x8000, 17, 0xC000),
        ("vsra.vr", 0x80000000, 31, 0xFFFFFFFF),
        ("vrol.vx", 0x96, 4, 0x69),
        ("vrol.ve", 0x1234, 4, 0x2341),
        ("vrol.vr", 0x12345678, 8, 0x34567812),
        ("vrol.vr", 0x12345678, 32, 0x12345678),
    ],
)
def test_shifts_by_hand(mnemonic, lane, amount, result):
    dtype = DTYPES[by_mnemonic()[mnemonic].operands[0].kind]
    assert bulk(mnemonic, np.array([lane], dtype), np.array([amount], dtype))[0].tolist() == [result]
