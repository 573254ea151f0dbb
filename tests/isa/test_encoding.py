"""Which words are legal, and why the others are not."""

import re

import pytest

from accord.isa import Config, Word, decode, encode
from accord.isa.encoding import illegal_reason
from accord.isa.fields import by_mnemonic

SMALL = Config(k=4, vx_count=8)
FULL = Config(k=64, vx_count=32)


def word(mnemonic: str, **values: int) -> Word:
    return encode(by_mnemonic()[mnemonic], values)


LEGAL = [
    ("vadd.vx", {"rd": 7, "rs1": 7, "rs2": 7}),
    ("vadd.ve", {"rd": 3, "rs1": 3, "rs2": 3}),
    ("mma", {"rd": 1, "rs1": 7, "rs2": 7}),
    ("vtile", {"rd": 1, "column": 3}),
    ("seta", {"rd": 31, "imm20": 0xFFFFF}),
    ("vsetlut.a", {"rs1": 1, "segment": 15}),
    ("loop", {"count": 4095, "length": 1023}),
]
ILLEGAL = [
    ("vadd.vx", {"rd": 8, "rs1": 0, "rs2": 0}, "vadd.vx: rd=8: an index of VX (8 registers) must be 0 to 7"),
    ("vadd.ve", {"rd": 0, "rs1": 4, "rs2": 0}, "vadd.ve: rs1=4: an index of VE (4 registers) must be 0 to 3"),
    ("vfma", {"rd": 0, "rs1": 0, "rs2": 0, "rs3": 2}, "vfma: rs3=2: an index of VR (2 registers) must be 0 to 1"),
    ("mma", {"rd": 2, "rs1": 0, "rs2": 0}, "mma: rd=2: an index of VR (2 registers) must be 0 to 1"),
    ("vtile", {"rd": 0, "column": 4}, "vtile: column=4: a tile column (k=4) must be 0 to 3"),
]
SEGMENTS = {1: 64, 2: 32, 4: 16, 8: 8, 16: 4, 32: 2, 64: 1}
"""Segments of 4K bytes in 256, by K."""


@pytest.mark.parametrize(("mnemonic", "values"), LEGAL)
def test_greatest_values_of_a_small_configuration_are_legal(mnemonic: str, values: dict[str, int]) -> None:
    decoded = decode(word(mnemonic, **values), SMALL)
    assert decoded is not None
    assert decoded.instruction.mnemonic == mnemonic
    assert decoded.operands == values


@pytest.mark.parametrize(("mnemonic", "values", "reason"), ILLEGAL)
def test_one_more_is_illegal_there_and_legal_in_the_full_one(
    mnemonic: str, values: dict[str, int], reason: str
) -> None:
    encoded = word(mnemonic, **values)
    assert decode(encoded, SMALL) is None
    assert illegal_reason(encoded, SMALL) == reason
    assert decode(encoded, FULL) is not None
    assert illegal_reason(encoded, FULL) is None
    with pytest.raises(ValueError, match=re.escape(reason)):
        encode(by_mnemonic()[mnemonic], values, SMALL)


@pytest.mark.parametrize("k", SEGMENTS)
def test_segments_cover_a_lookup_bank_and_no_more(k: int) -> None:
    config = Config(k=k)
    last, beyond = (word("vsetlut.b", rs1=0, segment=0) | number << 20 for number in (SEGMENTS[k] - 1, SEGMENTS[k]))
    assert decode(last, config) is not None
    assert decode(beyond, config) is None
    if k > 1:
        reason = f"vsetlut.b: segment={SEGMENTS[k]}: a segment of a lookup bank (k={k}) must be 0 to {SEGMENTS[k] - 1}"
        assert illegal_reason(beyond, config) == reason
        assert word("vsetlut.b", rs1=0, segment=SEGMENTS[k]) == beyond


def test_a_loop_has_a_body() -> None:
    empty = word("loop", count=3, length=1) ^ 1 << 10
    assert decode(empty, FULL) is None
    assert illegal_reason(empty, FULL) == "loop: length=0: the length of a loop's body must be 1 to 1023"


@pytest.mark.parametrize("code", range(8))
def test_rounding_codes_0_to_4_are_legal(code: int) -> None:
    encoded = word("vfma", rd=0, rs1=0, rs2=0, rs3=0) | code << 12
    assert (decode(encoded, FULL) is not None) == (code <= 4)
    assert (illegal_reason(encoded, FULL) is None) == (code <= 4)


def test_a_fixed_bit_set_makes_a_word_illegal() -> None:
    assert decode(word("nop"), FULL) is not None
    for bit in range(7, 32):
        flipped = word("nop") ^ 1 << bit
        decoded = decode(flipped, FULL)
        # Bit 12 leads to halt, bit 13 to fence.
        assert (decoded is not None) == (bit in (12, 13)), bit
        if decoded is None:
            assert illegal_reason(flipped, FULL) == "no instruction has this encoding"


def test_register_numbers_of_class_vr_stop_at_7_even_at_full_size() -> None:
    assert decode(word("mov.vr", rd=7, rs1=7), FULL) is not None
    assert decode(word("mov.vr", rd=7, rs1=7) + (1 << 7), FULL) is None


def test_modes_left_out_take_the_defaults_of_the_row() -> None:
    decoded = decode(word("vcvt_f32_s8", rd=31, rs1=2), FULL)
    assert decoded is not None
    assert decoded.modes == {"rounding": 4, "wrap": 0}
    kept = decode(word("mma", rd=0, rs1=0, rs2=0), FULL)
    assert kept is not None
    assert kept.modes == {"keep": 1}


def test_immediates_decode_signed() -> None:
    decoded = decode(word("ld.vx", rd=0, rs1=0, imm12=-2048, post=1), FULL)
    assert decoded is not None
    assert decoded.operands["imm12"] == -2048
    assert decoded.modes == {"post": 1}


def test_missing_and_foreign_fields_are_named() -> None:
    with pytest.raises(TypeError, match=r"mov.vx: the operand rs1 is missing"):
        word("mov.vx", rd=0)
    with pytest.raises(TypeError, match=r"mov.vx has no field 'rs2'"):
        word("mov.vx", rd=0, rs1=0, rs2=0)
    with pytest.raises(ValueError, match="vfma: rounding=5: the code of rounding must be 0 to 4"):
        word("vfma", rd=0, rs1=0, rs2=0, rs3=0, rounding=5)


def test_word_is_its_value_and_carries_the_mark() -> None:
    assert Word(5) == 5 == Word(5, alias=True)
    assert hash(Word(5)) == hash(5)
    assert (Word(5).alias, Word(5, alias=True).alias) == (False, True)
    assert repr(Word(5, alias=True)) == "Word(0x00000005, alias=True)"
    for value in (-1, 1 << 32):
        with pytest.raises(ValueError, match="is not a 32-bit word"):
            Word(value)
