"""Every mistake in a text is an AsmError with its line, its column, and what was found and expected."""

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.isa import AsmError, Config, assemble
from accord.isa.fields import instructions
from accord.sim.seed import seed

CONFIG = Config(k=8, vx_count=32)

# text, column of the mistake (in the last line), a part of the message
ERRORS = [
    # characters and numbers
    ("nop $", 5, "unexpected character '$'"),
    ("nop é", 5, "unexpected character 'é'"),
    ("seta A[0], 12ab", 12, "malformed number '12ab': expected decimal, 0x, 0b or a float"),
    ("seta A[0], 0x", 12, "malformed number '0x'"),
    ("seta A[0], 0b102", 12, "malformed number '0b102'"),
    ("seta A[0], 1__0", 12, "malformed number '1__0'"),
    ("seta A[0], " + "9" * 5000, 12, "malformed number '999"),
    # statements
    ("  = 3", 3, "expected a label, an instruction or a directive, found '='"),
    ("nop nop", 5, "expected the end of the line after 'nop', found 'nop'"),
    ("a: b: 3", 7, "expected a label, an instruction or a directive, found '3'"),
    (".wrod 3", 1, "unknown directive '.wrod': expected .word or .equ; did you mean '.word'?"),
    (".word", 6, "expected an integer, a name or '(', found the end of the line"),
    (".word 1, 2", 8, "expected the end of the line after '.word expression', found ','"),
    (".word 0x1_0000_0000", 7, "4294967296 does not fit 32 bits: expected -2^31 to 2^32-1"),
    (".word -0x8000_0001", 7, "-2147483649 does not fit 32 bits"),
    (".equ 3, 4", 6, "expected a name, found '3'"),
    (".equ a 4", 8, "expected ',', found '4'"),
    (".equ a, 4 5", 11, "expected the end of the line after '.equ name, expression', found '5'"),
    # mnemonics and suffixes
    ("vfmaa VR[0], VR[0]", 1, "unknown mnemonic 'vfmaa'; did you mean 'vfma'?"),
    ("x: vcvt_f32_s9.rne VX[0], VR[0]", 4, "unknown mnemonic 'vcvt_f32_s9'; did you mean 'vcvt_f32_s8'?"),
    ("cnst VR[0], 1", 1, "unknown mnemonic 'cnst'; did you mean 'const'?"),
    ("vadd.sat VX[0], VX[0], VX[0]", 1, "unknown mnemonic 'vadd': expected vadd.vx, vadd.ve, vadd.vr"),
    ("NOP", 1, "unknown mnemonic 'NOP'"),
    ("nop.sat", 4, "nop has no suffix '.sat': expected .alias"),
    ("mma.lst VR[0], VX[0], VX[0]", 4, "mma has no suffix '.lst': expected .alias; did you mean 'mma.last'?"),
    ("vadd.vx.rne VX[0], VX[0], VX[0]", 8, "vadd.vx has no suffix '.rne': expected .sat, .alias"),
    ("vadd.vx.sat.sat VX[0], VX[0], VX[0]", 12, "suffix '.sat' of vadd.vx: given twice"),
    ("nop.alias.alias", 10, "suffix '.alias' of nop: given twice"),
    ("vfma.rne.rtz VR[0], VR[0], VR[0], VR[0]", 9, "suffix '.rtz' of vfma: a second rounding mode"),
    # operands
    ("vfma VR[2], VR[2], VR[0]", 25, "expected ',' and operand 4 of 'vfma VR[rd], VR[rs1], VR[rs2], VR[rs3]'"),
    ("mov.vx VX[0], VX[1], VX[2]", 20, "expected the end of the line after 'mov.vx VX[rd], VX[rs1]'"),
    ("mov.vx VX[0], VR[1]", 15, "expected the register rs1, VX[...], found 'VR'"),
    ("mov.vx 3, VX[1]", 8, "expected the register rd, VX[...], found '3'"),
    ("mov.vx", 7, "expected the register rd, VX[...], found the end of the line"),
    ("mov.vr VR[0], VX[0]", 15, "expected the register rs1, VR[...], found 'VX'"),
    ("bcast.vr VX[0], VR[0]", 10, "expected the register rd, VR[...], found 'VX'"),
    ("bcast.vr VR[0], VE[0]", 17, "expected the register rs1, VR[...] or VX[...], found 'VE'"),
    ("mov.vx VX 0], VX[1]", 11, "expected '[', found '0'"),
    ("mov.vx VX[0, VX[1]", 12, "expected ']', found ','"),
    ("mov.vx VX[32], VX[1]", 11, "register VX[32] does not exist: the index of rd must be 0 to 31"),
    ("mov.vx VX[0], VX[-1]", 18, "register VX[-1] does not exist: the index of rs1 must be 0 to 31"),
    ("mov.ve VE[16], VE[0]", 11, "register VE[16] does not exist: the index of rd must be 0 to 15"),
    ("mov.vr VR[K], VR[0]", 11, "register VR[8] does not exist: the index of rd must be 0 to 7 (8 registers VR)"),
    ("bcast.vr VR[0], VX[8]", 20, "register VX[8] does not exist: the index of rs1 must be 0 to 7 (8 registers VR)"),
    ("seta A[32], 0", 8, "register A[32] does not exist: the index of rd must be 0 to 31"),
    ("ld.vx VX[3], A[1], 2048", 20, "ld.vx: imm12=2048: the immediate imm12 must be -2048 to 2047"),
    ("bcasti.vx VX[3], -129", 18, "bcasti.vx: imm8=-129: the immediate imm8 must be -128 to 127"),
    ("seta A[0], -1", 12, "seta: imm20=-1: the immediate imm20 must be 0 to 1048575"),
    ("vtile VR[0], K", 14, "vtile: column=8: a tile column (k=8) must be 0 to 7"),
    ("bcasti.vr VR[3], 1.5", 18, "expected an integer, a name or '(', found '1.5'"),
    ("mma VR[2], VX[0], VX[8], keep=yes", 31, "expected true or false, found 'yes'"),
    ("mma VR[2], VX[0], VX[8], keep true", 31, "expected '=', found 'true'"),
    ("mma VR[2], VX[0], VX[8], VX[9]", 26, "expected 'keep=true' or 'keep=false', found 'VX'"),
    ("mma VR[2], VX[0], VX[8], keep=true, 1", 35, "expected the end of the line after 'mma VR[rd]"),
    ("mov.vx VX[0], VX[1], keep=true", 20, "expected the end of the line after 'mov.vx"),
    # expressions
    ("seta A[0], 1 / (K - 8)", 14, "division by zero"),
    ("seta A[0], 1 % 0", 14, "division by zero"),
    ("seta A[0], 1 << 64", 14, "shift by 64: expected 0 to 63"),
    ("seta A[0], 1 >> -1", 14, "shift by -1: expected 0 to 63"),
    ("seta A[0], (1", 14, "expected ')', found the end of the line"),
    ("seta A[0], 1 +", 15, "expected an integer, a name or '(', found the end of the line"),
    ("seta A[0], " + "(" * 70, 77, "expression nested deeper than 64 levels"),
    ("seta A[0], " + "-" * 7000 + "1", 77, "expression nested deeper than 64 levels"),
    # names
    ("there: nop\nseta A[0], their", 12, "unknown name 'their'; did you mean 'there'?"),
    ("a: nop\na: nop", 1, "'a' is already defined on line 3"),
    (".equ a, 1\n  a: nop", 3, "'a' is already defined on line 3"),
    ("K: nop", 1, "'K' is predefined as 8"),
    (".equ L, 4", 6, "'L' is predefined as 32"),
    ("VX: nop", 1, "the name 'VX' is reserved"),
    ("A: nop", 1, "the name 'A' is reserved"),
    (".equ nan, 1", 6, "the name 'nan' is reserved"),
    ("a.b: nop", 1, "the name 'a.b' may not contain '.'"),
    # constants
    ("const VR[0]", 12, "expected ',', found the end of the line"),
    ("const VX[0], 1", 7, "expected the register rd, VR[...], found 'VX'"),
    ("const VR[8], 1", 10, "register VR[8] does not exist: the index of rd must be 0 to 7"),
    ("const VR[0], 0x1_0000_0000", 14, "4294967296 does not fit 32 bits"),
    ("const VR[0], -2147483649", 14, "-2147483649 does not fit 32 bits"),
    ("const VR[0], 3.5e38", 14, "3.5e38 is beyond the largest FP32 number, 3.4028235e38"),
    ("const VR[0], -1e999", 15, "1e999 is beyond the largest FP32 number"),
    ("const VR[0], -nan", 14, "nan takes no sign"),
    ("const VR[0], 1.5 + 1", 18, "expected the end of the line after 'const VR[rd], value', found '+'"),
    ("const.alias VR[0], 1", 1, "unknown mnemonic 'const'"),
]


@pytest.mark.parametrize(("text", "column", "message"), ERRORS, ids=[text[:40] for text, _, _ in ERRORS])
def test_error(text: str, column: int, message: str) -> None:
    # Lines above and below show that the place is the mistake's own.
    above = "# a comment\n\n"
    with pytest.raises(AsmError) as caught:
        assemble(f"{above}{text}\nhalt", CONFIG, name="file.s")
    error = caught.value
    line = 2 + len(text.split("\n"))
    offending = text.split("\n")[-1]
    assert (error.line, error.column) == (line, column)
    assert message in error.message
    assert str(error) == f"file.s:{line}:{column}: {error.message}\n    {offending}\n    {' ' * (column - 1)}^"


@pytest.mark.parametrize("use", [".equ a, b", "const VR[0], b", "const VR[b], 0"])
def test_equ_and_const_need_names_from_above(use: str) -> None:
    with pytest.raises(AsmError, match="'b' is not defined above this line") as caught:
        assemble(f"nop\n{use}\nb: nop", CONFIG)
    assert (caught.value.line, caught.value.column) == (2, use.index("b") + 1)


def test_an_error_is_a_value_error_and_the_caret_follows_tabs() -> None:
    with pytest.raises(ValueError, match="unknown name 'x'") as caught:
        assemble("\tseta\tA[0], x", CONFIG)
    assert str(caught.value).split("\n")[1:] == ["    \tseta\tA[0], x", "    \t    \t      ^"]


PIECES = [row.mnemonic for row in instructions()]
PIECES += ["const", ".word", ".equ", ".rne", ".sat", ".alias", "VX", "VE", "VR", "A", "[", "]", "(", ")", ",", ":"]
PIECES += ["=", "keep", "true", "K", "x", "y", "0", "7", "0xffff_ffff", "1.5", "1e-3", "nan", "-", "~", "<<", "/"]
PIECES += ["//", "#", " ", "\n", "\t", "\r", "é", "0x", "1__0", "."]


@hypothesis.seed(seed())
@settings(deadline=None, max_examples=1000, print_blob=True)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40))
def test_any_text_assembles_or_is_an_asm_error_with_a_place(text: str) -> None:
    lines = text.split("\n")
    try:
        places = assemble(text, CONFIG).source
    except AsmError as error:
        places = (error.location,)
    for place in places:
        assert place is not None
        assert place.text == lines[place.line - 1].rstrip("\r")
        assert 1 <= place.column <= len(place.text) + 1
