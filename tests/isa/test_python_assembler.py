"""The Python assembler: one function a row, with a real signature and errors that name the parameter."""

import inspect

import pytest

import accord.isa
from accord.isa import AliasError, Config, ProgramTooLongError, Word, asm, assemble
from accord.isa.fields import ROUNDING, Instruction, instructions

CONFIG = Config(k=8, vx_count=32)
ROWS = instructions()


def name(row: Instruction) -> str:
    return row.mnemonic.replace(".", "_")


PAIRS = [
    (asm.vfma(rd=2, rs1=2, rs2=0, rs3=1, rounding="rne"), "vfma VR[2], VR[2], VR[0], VR[1]"),
    (asm.vfma(rd=2, rs1=2, rs2=0, rs3=1, rounding="rup"), "vfma.rup VR[2], VR[2], VR[0], VR[1]"),
    (asm.mma(rd=2, rs1=0, rs2=8, keep=True), "mma VR[2], VX[0], VX[8]"),
    (asm.mma_last(rd=2, rs1=0, rs2=8, keep=False), "mma.last VR[2], VX[0], VX[8], keep=false"),
    (asm.ld_vx(rd=3, rs1=1, imm12=-4, post=True), "ld.vx.post VX[3], A[1], -4"),
    (asm.vcvt_f32_s8(rd=31, rs1=2, wrap=False, rounding="rmm"), "vcvt_f32_s8 VX[31], VR[2]"),
    (asm.vcvt_f32_s8(rd=31, rs1=2, wrap=True), "vcvt_f32_s8.wrap VX[31], VR[2]"),
    (asm.vtile(rd=1, column=7), "vtile VR[1], 7"),
    (asm.vadd_ve(rd=1, rs1=2, rs2=3, sat=True), "vadd.ve.sat VE[1], VE[2], VE[3]"),
    (asm.mma_reset(), "mma.reset"),
    (asm.halt(), "halt"),
]


@pytest.mark.parametrize(("word", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_a_call_is_its_text(word: Word, text: str) -> None:
    assert isinstance(word, Word)
    assert (word,) == assemble(text, CONFIG).words


@pytest.mark.parametrize("row", ROWS, ids=[row.mnemonic for row in ROWS])
def test_signature_and_documentation_come_from_the_table(row: Instruction) -> None:
    function = getattr(asm, name(row))
    parameters = inspect.signature(function).parameters
    assert list(parameters) == [o.field for o in row.operands] + [m.field for m in row.modes] + ["alias"]
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    for operand in row.operands:
        assert parameters[operand.field].default is inspect.Parameter.empty
    for mode in row.modes:
        expected = ROUNDING[mode.default] if mode.field == "rounding" else bool(mode.default)
        assert parameters[mode.field].default is expected
    assert parameters["alias"].default is False
    assert row.row.text in function.__doc__
    assert function.__name__ == name(row)


@pytest.mark.parametrize("row", ROWS, ids=[row.mnemonic for row in ROWS])
def test_lowest_values_give_the_text(row: Instruction) -> None:
    lowest = {operand.field: int(operand.field == "length") for operand in row.operands}
    word = getattr(asm, name(row))(**lowest, alias=True)
    operands = ", ".join(f"{o.kind}[0]" if o.is_register else str(lowest[o.field]) for o in row.operands)
    assert (word,) == assemble(f"{row.mnemonic} {operands}", CONFIG).words
    assert word.alias


def test_wrong_parameters_are_named() -> None:
    with pytest.raises(TypeError, match=r"mov_vx.*: missing a required argument: 'rs1'"):
        asm.mov_vx(rd=1)
    with pytest.raises(TypeError, match=r"mov_vx.*: got an unexpected keyword argument 'rs2'"):
        asm.mov_vx(rd=1, rs1=1, rs2=1)
    with pytest.raises(TypeError, match=r"mov_vx.*: too many positional arguments"):
        asm.mov_vx(1, 2)
    with pytest.raises(TypeError, match="mov_vx: rd='1': expected an integer"):
        asm.mov_vx(rd="1", rs1=1)
    with pytest.raises(TypeError, match="mov_vx: rd=True: expected an integer"):
        asm.mov_vx(rd=True, rs1=1)
    with pytest.raises(TypeError, match="mma: keep=1: expected True or False"):
        asm.mma(rd=0, rs1=0, rs2=0, keep=1)
    with pytest.raises(TypeError, match="nop: alias=1: expected True or False"):
        asm.nop(alias=1)
    with pytest.raises(AttributeError, match=r"accord.isa.asm has no 'vfmaa'; did you mean 'vfma'?"):
        _ = asm.vfmaa


@pytest.mark.parametrize(
    ("call", "fields", "message"),
    [
        ("mov_vx", {"rd": 32, "rs1": 0}, "mov.vx: rd=32: an index of VX"),
        ("mov_ve", {"rd": 0, "rs1": 16}, "mov.ve: rs1=16: an index of VE"),
        ("mov_vr", {"rd": 8, "rs1": 0}, "mov.vr: rd=8: an index of VR"),
        ("mov_vr", {"rd": 0, "rs1": -1}, "mov.vr: rs1=-1: an index of VR"),
        ("seta", {"rd": 0, "imm20": 1 << 20}, "seta: imm20=1048576: the immediate imm20 must be 0 to 1048575"),
        ("bcasti_vx", {"rd": 0, "imm8": 128}, "bcasti.vx: imm8=128: the immediate imm8 must be -128 to 127"),
        ("vtile", {"rd": 0, "column": 64}, "vtile: column=64: a tile column"),
        ("vcvt_s32_f32", {"rd": 0, "rs1": 0, "rounding": "up"}, "vcvt_s32_f32: rounding='up': expected one of rne"),
        ("vcvt_s32_f32", {"rd": 0, "rs1": 0, "rounding": 0}, "vcvt_s32_f32: rounding=0: expected one of rne"),
    ],
)
def test_values_out_of_range_are_named(call: str, fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(asm, call)(**fields)


def test_program_flattens_constants() -> None:
    program = asm.program([asm.const(rd=4, value=0.01), asm.nop(), 0x1001], CONFIG)
    assert program.words == assemble("const VR[4], 0.01\nnop\nhalt", CONFIG).words
    assert all(isinstance(word, Word) for word in program)
    assert program.config == CONFIG


def test_program_checks_each_word_for_the_configuration() -> None:
    with pytest.raises(ValueError, match="word 1 \\(0x00500011\\) is illegal: vtile: column=5: a tile column"):
        asm.program([asm.nop(), asm.vtile(rd=0, column=5)], Config(k=4))
    with pytest.raises(ValueError, match="word 0 \\(0x00000000\\) is illegal: no instruction has this encoding"):
        asm.program([0], CONFIG)
    with pytest.raises(ProgramTooLongError):
        asm.program([asm.nop()] * 17, Config(program_words=16))


def test_program_checks_aliases() -> None:
    words = [asm.mov_vr(rd=0, rs1=1), asm.mov_vx(rd=9, rs1=0)]
    with pytest.raises(AliasError, match="word 1 reads VX"):
        asm.program(words, CONFIG)
    assert len(asm.program(words, CONFIG, alias="off")) == 2
    assert len(asm.program([words[0], asm.mov_vx(rd=9, rs1=0, alias=True)], CONFIG)) == 2


def test_the_module_is_reachable_and_its_own_names_are_no_mnemonics() -> None:
    assert accord.isa.asm is asm
    assert not {"const", "program"} & {name(row) for row in ROWS}
