"""32-bit constants: the const macro's words give the value, FP32 literals are rounded once."""

import math
import struct
from fractions import Fraction

import hypothesis
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accord.isa import Config, asm, assemble, decode
from accord.sim.seed import seed

CONFIG = Config(k=1, vx_count=32)
PROPERTY = settings(deadline=None, max_examples=500, print_blob=True)


def run(words: tuple[int, ...], register: int) -> int:
    """Return what vlui and vaddi leave in the register."""
    lanes: dict[int, int] = {}
    assert 1 <= len(words) <= 2
    for word in words:
        decoded = decode(word, CONFIG)
        assert decoded is not None
        values = decoded.operands
        if decoded.instruction.mnemonic == "vlui":
            lanes[values["rd"]] = values["imm20"] << 12
        else:
            assert decoded.instruction.mnemonic == "vaddi"
            lanes[values["rd"]] = (lanes[values["rs1"]] + values["imm12"]) & 0xFFFFFFFF
    assert set(lanes) == {register}
    return lanes[register]


def macro(value: str, register: int = 3) -> int:
    return run(assemble(f"const VR[{register}], {value}", CONFIG).words, register)


@hypothesis.seed(seed())
@PROPERTY
@given(st.integers(-(1 << 31), (1 << 32) - 1), st.integers(0, 7))
@example(0x7FF, 0)
@example(0x800, 0)
@example(0xFFFFF800, 1)
@example(0xFFFFFFFF, 7)
@example(0x7FFFFFFF, 0)
@example(-(1 << 31), 0)
def test_any_32_bit_integer(value: int, register: int) -> None:
    assert macro(str(value), register) == value % (1 << 32)
    assert run(asm.const(rd=register, value=value), register) == value % (1 << 32)


@pytest.mark.parametrize("value", [0, 1 << 12, 0xFFFFF000, 0x3F800000, -4096])
def test_a_zero_low_part_takes_one_word(value: int) -> None:
    assert len(asm.const(rd=0, value=value)) == 1
    assert len(asm.const(rd=0, value=value + 1)) == 2


@pytest.mark.parametrize(
    ("literal", "bits"),
    [
        ("0.01", 0x3C23D70A),
        ("1e-3", 0x3A83126F),
        ("-2.5", 0xC0200000),
        ("+1.0", 0x3F800000),
        ("-0.0", 0x80000000),
        (".5", 0x3F000000),
        ("1_0.0", 0x41200000),
        ("inf", 0x7F800000),
        ("-inf", 0xFF800000),
        ("nan", 0x7FC00000),
        ("1e-45", 0x00000001),
        ("1e-46", 0x00000000),
        ("-1e-999999999", 0x80000000),
        ("3.4028235e38", 0x7F7FFFFF),
        # 1 + 2^-24 is a tie, to even; a decimal just above it, which a double cannot tell from it, is not
        ("1.000000059604644775390625", 0x3F800000),
        ("1.0000000596046447753906250000001", 0x3F800001),
        ("1.0000000596046447753906249999999", 0x3F800000),
        # 1 + 3 * 2^-24 is a tie, up to even
        ("1.000000178813934326171875", 0x3F800002),
        ("1.0000001788139343261718749999999", 0x3F800001),
    ],
)
def test_fp32_literals(literal: str, bits: int) -> None:
    assert macro(literal) == bits


@hypothesis.seed(seed())
@PROPERTY
@given(st.integers(0, 0x7F7FFFFE), st.integers(-1, 1))
def test_literals_around_ties_round_once(below: int, side: int) -> None:
    low, high = (struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (below, below + 1))
    tie = (Fraction(low) + Fraction(high)) / 2
    literal = tie + side * tie / 10**40
    # A denominator that is a power of two times one of ten has an exact decimal of at most 400 digits.
    digits = 400
    scaled = literal * 10**digits
    assert scaled.denominator == 1
    text = f"{scaled.numerator // 10**digits}.{scaled.numerator % 10**digits:0{digits}d}"
    expected = {-1: below, 0: below + (below & 1), 1: below + 1}[side]
    assert macro(text) == expected


@hypothesis.seed(seed())
@PROPERTY
@given(st.floats(width=32))
def test_python_floats(value: float) -> None:
    expected = 0x7FC00000 if math.isnan(value) else struct.unpack("<I", struct.pack("<f", value))[0]
    assert run(asm.const(rd=0, value=value), 0) == expected


def test_python_constants_that_do_not_fit_are_rejected() -> None:
    for value in (1 << 32, -(1 << 31) - 1):
        with pytest.raises(ValueError, match="does not fit 32 bits"):
            asm.const(rd=0, value=value)
    with pytest.raises(ValueError, match="beyond the largest FP32 number"):
        asm.const(rd=0, value=3.5e38)
    with pytest.raises(ValueError, match="rd=8: an index of VR"):
        asm.const(rd=8, value=1)
    with pytest.raises(TypeError, match="const: value='1': expected an integer"):
        asm.const(rd=0, value="1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="const: value=True: expected an integer"):
        asm.const(rd=0, value=True)


def test_a_constant_may_be_named_by_what_stands_above() -> None:
    assert macro("K + 3") == 4
    program = assemble(".equ scale, 0x3f800000\nx: const VR[1], scale + x", CONFIG)
    assert run(program.words, 1) == 0x3F800000
