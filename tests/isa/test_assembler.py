"""What assembler text means: statements, names, expressions, suffixes, registers."""

import pytest

from accord.isa import Config, Program, ProgramTooLongError, assemble, disassemble_word
from accord.isa.encoding import operand_limit
from accord.isa.fields import instructions

CONFIG = Config(k=8, vx_count=32)


def lines(text: str, config: Config = CONFIG) -> list[str]:
    return [disassemble_word(word, config) for word in assemble(text, config)]


def value(expression: str) -> int:
    return int(assemble(f".word {expression}", CONFIG).words[0])


def test_empty_text_is_an_empty_program() -> None:
    for text in ("", "\n\n", "  # nothing\n ; nothing\n // nothing", "label:", "\r\n\t\r\n"):
        assert assemble(text, CONFIG).words == ()


def test_the_document_s_spellings() -> None:
    text = """
        mma VR[2], VX[0], VX[K], keep=true      # feeds
        mma.last VR[6], VX[0], VX[K]            ; last feed
        vcvt_s32_f32 VR[6], VR[6]               // to float
        vfma VR[6], VR[6], VR[4], VR[5]
        vcvt_f32_s8 VX[31], VR[6]
    """
    assert lines(text) == [
        "mma VR[2], VX[0], VX[8]",
        "mma.last VR[6], VX[0], VX[8]",
        "vcvt_s32_f32 VR[6], VR[6]",
        "vfma VR[6], VR[6], VR[4], VR[5]",
        "vcvt_f32_s8 VX[31], VR[6]",
    ]


def test_bcast_vr_takes_its_source_spelled_vx() -> None:
    assert lines("bcast.vr VR[0], VX[0]\nbcast.vr VR[1], vx[1]") == [
        "bcast.vr VR[0], VR[0]",
        "bcast.vr VR[1], VR[1]",
    ]


def test_keep() -> None:
    for spelled, canonical in ((", keep=true", ""), ("", ""), (", keep = false", ", keep=false")):
        assert lines(f"mma VR[0], VX[1], VX[2]{spelled}") == [f"mma VR[0], VX[1], VX[2]{canonical}"]


@pytest.mark.parametrize("suffixes", [".rne.wrap.alias", ".alias.wrap.rne", ".wrap.alias.rne"])
def test_suffixes_come_in_any_order(suffixes: str) -> None:
    program = assemble(f"vcvt_f32_s8{suffixes} VX[1], VR[1]", CONFIG)
    assert program.words[0].alias
    assert disassemble_word(program.words[0], CONFIG) == "vcvt_f32_s8.rne.wrap.alias VX[1], VR[1]"


def test_a_default_rounding_mode_may_be_written() -> None:
    assert lines("vcvt_f32_s8.rmm VX[1], VR[1]") == ["vcvt_f32_s8 VX[1], VR[1]"]


def test_register_classes_in_either_case_and_spaces_anywhere() -> None:
    assert lines("\tmov.vx\tvx [ 3 ] ,Vx[4]") == ["mov.vx VX[3], VX[4]"]
    assert lines("adda a[1], A[2],-1") == ["adda A[1], A[2], -1"]


def test_labels_are_word_addresses_and_may_be_used_before() -> None:
    program = assemble(
        """
        seta A[0], end
        start: const VR[0], 0x12345678   # two words
        middle:
        also:  nop
               seta A[1], start + middle*16
        end:   halt
        """,
        CONFIG,
    )
    assert program.symbols == {"start": 1, "middle": 3, "also": 3, "end": 5}
    assert disassemble_word(program.words[0], CONFIG) == "seta A[0], 5"
    assert disassemble_word(program.words[4], CONFIG) == "seta A[1], 49"
    assert [place.line for place in program.source] == [2, 3, 3, 5, 6, 7]
    assert program.source[4].column == 16


def test_equ_names_values_and_k_and_l_are_predefined() -> None:
    config = Config(k=4, vx_count=16)
    assert lines(".equ base, K+1\n.equ top, L-base\nmov.vx VX[base], VX[top]", config) == ["mov.vx VX[5], VX[11]"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("1 << 2 + 1", 8),
        ("7 & 3 | 8 ^ 12", 7),
        ("1 | 1 ^ 1", 1),
        ("6 ^ 5 & 4", 2),
        ("0xff >> 4 & 0b1010", 10),
        ("-7 / 2 + 10", 7),
        ("7 / -2 + 10", 7),
        ("-7 / -2", 3),
        ("-7 % 3 + 10", 9),
        ("7 % -3", 1),
        ("10 - 4 - 3", 3),
        ("64 / 4 / 2", 8),
        ("~0 & 0xffff", 65535),
        ("--5", 5),
        ("+-+5 + 6", 1),
        ("-1", 0xFFFFFFFF),
        ("1_000_000", 1000000),
        ("0XdeAD_bEEf", 0xDEADBEEF),
        ("0B1_1", 3),
        ("007", 7),
        ("K * L", 256),
        ("1 << 63 >> 40", 1 << 23),
        ("(" * 60 + "1" + ")" * 60, 1),
        ("0x1e-3", 27),
    ],
)
def test_expressions(expression: str, expected: int) -> None:
    assert value(expression) == expected


def test_illegal_words_can_be_written() -> None:
    assert assemble(".word 0\n.word 0xffffffff\n.word -2147483648", CONFIG).words == (0, 0xFFFFFFFF, 0x80000000)


def test_a_program_as_long_as_the_memory_fits_and_one_more_does_not() -> None:
    config = Config(program_words=16)
    assert len(assemble("nop\n" * 16, config)) == 16
    with pytest.raises(ProgramTooLongError, match="17 words does not fit the program memory of 16 words"):
        assemble("nop\n" * 17, config)


def test_a_program_is_its_words_and_configuration() -> None:
    program = assemble("start: nop\nhalt", CONFIG)
    assert program == Program(program.words, CONFIG)
    assert program != Program(program.words, Config(k=4))
    assert list(program) == list(program.words)
    assert len(program) == 2
    with pytest.raises(ValueError, match="source has 2 locations for 1 words"):
        Program(program.words[:1], CONFIG, program.source)
    with pytest.raises(ValueError, match="not a 32-bit word"):
        Program((1 << 32,), CONFIG)  # type: ignore[arg-type]


def test_a_loop_s_length_may_be_a_difference_of_labels() -> None:
    text = "loop 10, behind - body\nbody: nop\n nop\nbehind: halt"
    assert lines(text) == ["loop 10, 2", "nop", "nop", "halt"]


def test_every_instruction_assembles_from_its_lowest_values() -> None:
    for row in instructions():
        lowest = [operand_limit(operand, None).low for operand in row.operands]
        operands = ", ".join(
            f"{o.kind}[{low}]" if o.is_register else str(low) for o, low in zip(row.operands, lowest, strict=True)
        )
        assert lines(f"{row.mnemonic} {operands}") == [f"{row.mnemonic} {operands}".rstrip()]
