"""What a bulk call refuses, and how it says so."""

import numpy as np
import pytest

from accord.isa.fields import by_mnemonic
from accord.model import bulk
from accord.model.request import bulk_request

WORDS = np.zeros(4, np.uint32)
BYTES = np.zeros(4, np.uint8)


@pytest.mark.parametrize("mnemonic", ["vfoo", "", "vadd", "VFADD", "vfadd.rne", "vadd.vr.sat", "vfadd .wrap", ".wrap"])
def test_unknown_mnemonics_are_refused(mnemonic):
    with pytest.raises(ValueError, match=r"mnemonic: .* is not in the instruction table"):
        bulk(mnemonic, WORDS, WORDS)


@pytest.mark.parametrize(
    ("mnemonic", "why"),
    [
        ("vfredsum", "lanes depend on one another"),
        ("vfredmax", "lanes depend on one another"),
        ("bcast.vr", "lanes depend on one another"),
        *((f"vred{name}.vr", "lanes depend on one another") for name in ("sum", "max", "min", "and", "or", "xor")),
        ("vredsum.vx", "lanes depend on one another"),
        ("vlut.a", "lookup bank"),
        ("vlut.b", "lookup bank"),
        ("vsetlut.a", "immediate"),
        ("vaddi", "immediate"),
        ("vlui", "immediate"),
        ("vtile", "immediate"),
        ("vwrflags", "immediate"),
        ("vrdflags", "no source"),
        ("mma", "unit mmalu"),
        ("ld.vr", "unit lsu"),
        ("halt", "unit control"),
        ("loop", "unit control"),
        ("fence", "unit control"),
    ],
)
def test_instructions_that_do_not_work_element_by_element_are_refused_with_the_reason(mnemonic, why):
    with pytest.raises(ValueError, match=f"^{mnemonic}: not supported by bulk: .*{why}"):
        bulk(mnemonic, WORDS)


@pytest.mark.parametrize(
    ("mnemonic", "operands", "expected"),
    [
        ("vfma", [WORDS, WORDS], r"2 operands, expected 3: rs1 \(uint32\), rs2 \(uint32\), rs3 \(uint32\)"),
        ("vfadd", [WORDS] * 3, r"3 operands, expected 2"),
        ("vfneg", [], r"0 operands, expected 1"),
    ],
)
def test_the_number_of_operands_is_the_instructions(mnemonic, operands, expected):
    with pytest.raises(TypeError, match=f"{mnemonic}: {expected}"):
        bulk(mnemonic, *operands)


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.uint64, np.uint16, np.uint8, np.bool_, ">u4", object])
def test_words_are_uint32_only(dtype):
    with pytest.raises(TypeError, match=r"vfadd: operand 2 \(rs2\): dtype .*, expected uint32"):
        bulk("vfadd", WORDS, WORDS.astype(dtype))


@pytest.mark.parametrize(("mnemonic", "dtype"), [("vcvt_bf16_f32", "uint16"), ("vcvt_s8_f32", "uint8")])
def test_narrow_operands_have_their_own_dtype(mnemonic, dtype):
    with pytest.raises(TypeError, match=rf"{mnemonic}: operand 1 \(rs1\): dtype uint32, expected {dtype}"):
        bulk(mnemonic, WORDS)
    with pytest.raises(TypeError, match=f"dtype int64, expected {dtype}"):
        bulk(mnemonic, [1, 2, 3])


@pytest.mark.parametrize("shape", [(5,), (4, 1), (1, 4), (), (0,)])
def test_shapes_are_equal_none_is_broadcast(shape):
    with pytest.raises(ValueError, match=r"vsel: operand 3 \(rs3\): shape .*, expected \(4,\)"):
        bulk("vsel", WORDS, WORDS, np.zeros(shape, np.uint32))


@pytest.mark.parametrize("rounding", ["RNE", "nearest", "", 0, None])
def test_unknown_rounding_modes_are_refused(rounding):
    with pytest.raises(ValueError, match=r"rounding: .*, expected one of rne, rtz, rdn, rup, rmm"):
        bulk("vfadd", WORDS, WORDS, rounding=rounding)


def test_modes_an_instruction_does_not_have_are_refused():
    with pytest.raises(ValueError, match="rounding: vfmin has no rounding modes"):
        bulk("vfmin", WORDS, WORDS, rounding="rtz")
    with pytest.raises(ValueError, match="rounding: vcvt_s8_f32 has no rounding modes"):
        bulk("vcvt_s8_f32", BYTES, rounding="rmm")
    with pytest.raises(ValueError, match="sat: vfadd has no sat mode"):
        bulk("vfadd", WORDS, WORDS, sat=True)
    with pytest.raises(ValueError, match="sat: vcvt_f32_bf16 has no sat mode"):
        bulk("vcvt_f32_bf16", WORDS, sat=True)
    with pytest.raises(ValueError, match=r"mnemonic: vcvt_f32_e4m3 has no \.wrap mode"):
        bulk("vcvt_f32_e4m3.wrap", WORDS)


def test_arguments_of_other_types_are_refused():
    with pytest.raises(TypeError, match="mnemonic: 3, expected a string"):
        bulk(3, WORDS)
    with pytest.raises(TypeError, match="sat: 'no', expected True or False"):
        bulk("vcvt_f32_e4m3", WORDS, sat="no")


@pytest.mark.parametrize("k", [0, 3, 128, 8.0, True])
def test_lane_counts_that_cannot_be_are_refused(k):
    with pytest.raises(ValueError, match="k="):
        bulk("vfadd", WORDS, WORDS, k=k)


def test_a_request_holds_the_instruction_its_codes_and_flat_operands():
    matrix = np.arange(6, dtype=np.uint32).reshape(2, 3)
    request = bulk_request("vcvt_f32_s16.wrap", (matrix.T,), rounding="rup")
    assert request.instruction is by_mnemonic()["vcvt_f32_s16"]
    assert request.modes == {"rounding": 3, "wrap": 1}
    assert {field: array.tolist() for field, array in request.operands.items()} == {"rs1": [0, 3, 1, 4, 2, 5]}
    assert (request.shape, request.dtype, request.count) == ((3, 2), np.uint16, 6)
    assert bulk_request("vfeq", (WORDS, WORDS)).modes == {}
