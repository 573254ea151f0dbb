"""The alias check: reads of rows last written under another class."""

import warnings
from pathlib import Path

import pytest

from accord.isa import AliasError, AliasWarning, Config, asm, assemble, check_aliases, disassemble
from accord.isa.alias import execution_order

CONFIG = Config(k=8, vx_count=32)
GOLDEN = Path(__file__).parents[1] / "golden"

REJECTED = [
    # text, reader, writer, rows, line of the writer, line of the reader
    ("mov.vr VR[0], VR[1]\nmov.vx VX[9], VX[0]", "VX[0]", "VR[0]", "row 0", 1, 2),
    ("mov.vr VR[1], VR[2]\nnop\nmov.vx VX[9], VX[7]", "VX[7]", "VR[1]", "row 7", 1, 3),
    ("mov.vx VX[2], VX[9]\nmov.vr VR[1], VR[0]", "VR[0]", "VX[2]", "row 2", 1, 2),
    ("mov.vr VR[1], VR[0]\nmov.ve VE[0], VE[2]", "VE[2]", "VR[1]", "rows 4 and 5", 1, 2),
    ("mov.ve VE[3], VE[0]\nmov.vr VR[0], VR[1]", "VR[1]", "VE[3]", "rows 6 and 7", 1, 2),
    ("mov.vr VR[1], VR[0]\nmov.vx VX[4], VX[0]\nmov.ve VE[0], VE[2]", "VE[2]", "VX[4]", "row 4", 2, 3),
    ("ld.vr VR[0], A[0], 0\nmov.vx VX[9], VX[3]", "VX[3]", "VR[0]", "row 3", 1, 2),
    ("ld.vx VX[3], A[0], 0\nst.vr VR[0], A[0], 0", "VR[0]", "VX[3]", "row 3", 1, 2),
    ("mma.last VR[2], VX[0], VX[1]\nmma VR[0], VX[0], VX[11]", "VX[11]", "VR[2]", "row 11", 1, 2),
    ("vtile VR[2], 0\nmma.last VR[2], VX[8], VX[0]", "VX[8]", "VR[2]", "row 8", 1, 2),
    ("bcasti.vx VX[4], 1\nmma.bias VR[1]", "VR[1]", "VX[4]", "row 4", 1, 2),
    ("mov.vr VR[0], VR[1]\n.word 0x02c\nhalt", "VX[0]", "VR[0]", "row 0", 1, 2),
    # what the end of a body leaves to its beginning
    ("loop 2, 2\nmov.vx VX[9], VX[0]\nmov.vr VR[0], VR[1]", "VX[0]", "VR[0]", "row 0", 3, 2),
    # in the second round of the outer loop alone
    (
        "loop 2, 4\nmov.vx VX[8], VX[4]\nloop 3, 1\nnop\nmov.vr VR[1], VR[3]",
        "VX[4]",
        "VR[1]",
        "row 4",
        5,
        2,
    ),
    # a body that is left again
    ("loop 1, 1\nmov.vr VR[0], VR[1]\nmov.vx VX[9], VX[2]", "VX[2]", "VR[0]", "row 2", 2, 3),
    (
        "mov.vx VX[0], VX[9]\nvfma VR[1], VR[2], VR[3], VR[0]",
        "VR[0]",
        "VX[0]",
        "row 0",
        1,
        2,
    ),
]
ACCEPTED = [
    # the same class
    "mov.vr VR[0], VR[1]\nmov.vr VR[2], VR[0]",
    "vcvt_f32_s8 VX[0], VR[5]\nmov.vx VX[9], VX[0]",
    # rows that the program did not write
    "mov.vx VX[9], VX[0]\nmov.vr VR[7], VR[0]\nmov.ve VE[15], VE[0]",
    # rows next to the written ones
    "mov.vr VR[1], VR[0]\nmov.vx VX[9], VX[3]\nmov.vx VX[9], VX[8]",
    # written again under the class that is read
    "mov.vr VR[0], VR[1]\nmov.vx VX[0], VX[9]\nmov.vx VX[1], VX[0]",
    # an instruction reads before it writes
    "vcvt_s8_s32 VR[0], VX[0]",
    # rd of mma is no write, rd of mma.last no read
    "mma VR[0], VX[4], VX[5]\nmov.vx VX[9], VX[0]",
    "mov.vx VX[0], VX[9]\nmma.last VR[0], VX[4], VX[5]",
    # address registers are no rows
    "mov.vr VR[0], VR[1]\nadda A[1], A[0], 1\nst.vr VR[0], A[1], 0",
    # a body that runs once, and one that does not run
    "loop 1, 2\nmov.vx VX[9], VX[0]\nmov.vr VR[0], VR[1]",
    "loop 0, 1\nmov.vr VR[0], VR[1]\nmov.vx VX[9], VX[0]",
    # a body longer than the program, and a fifth loop, which traps
    "loop 2, 1023\nmov.vx VX[9], VX[0]",
    "loop 2, 5\nloop 2, 4\nloop 2, 3\nloop 2, 2\nloop 2, 1\nnop",
    # illegal words read nothing
    "mov.vr VR[0], VR[1]\n.word 0\n.word 0xffffffff",
]


@pytest.mark.parametrize(("text", "read", "written", "rows", "write_line", "read_line"), REJECTED)
def test_rejected(text: str, read: str, written: str, rows: str, write_line: int, read_line: int) -> None:
    with pytest.raises(AliasError) as caught:
        assemble(text, CONFIG)
    assert caught.value.line == read_line
    assert caught.value.message == (
        f"{read} and {written} share {rows}: line {read_line} reads {read} after line {write_line} last wrote "
        f"{rows} as {written}; use registers that do not overlap, or mark the reading instruction .alias if "
        "this is meant"
    )


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    assert len(assemble(text, CONFIG)) == len(text.split("\n"))


@pytest.mark.parametrize(("text", "read_line"), [(case[0], case[-1]) for case in REJECTED if ".word" not in case[0]])
def test_the_mark_silences_and_the_disassembler_writes_it(text: str, read_line: int) -> None:
    unmarked = assemble(text, CONFIG, alias="off")
    lines = text.split("\n")
    mnemonic, rest = lines[read_line - 1].split(" ", 1)
    marked = "\n".join([*lines[: read_line - 1], f"{mnemonic}.alias {rest}", *lines[read_line:]])
    program = assemble(marked, CONFIG)
    assert program.words == unmarked.words
    assert [number for number, word in enumerate(program, 1) if word.alias] == [read_line]
    assert disassemble(unmarked, CONFIG) == marked + "\n"


def test_the_mark_is_for_one_instruction() -> None:
    text = "mov.vr VR[0], VR[1]\nmov.vx.alias VX[9], VX[0]\nmov.vx VX[9], VX[0]"
    with pytest.raises(AliasError, match="line 3 reads VX"):
        assemble(text, CONFIG)


def test_warn_reports_each_read_and_assembles() -> None:
    text = "mov.vr VR[0], VR[1]\nmma VR[7], VX[0], VX[1]\nmov.vx VX[9], VX[2]"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        program = assemble(text, CONFIG, alias="warn")
    assert len(program) == 3
    assert [warning.category for warning in caught] == [AliasWarning] * 3
    assert [str(warning.message).split(":")[0] for warning in caught] == [
        "VX[0] and VR[0] share row 0",
        "VX[1] and VR[0] share row 1",
        "VX[2] and VR[0] share row 2",
    ]
    assert {warning.filename for warning in caught} == {__file__}


def test_off_says_nothing_and_another_mode_is_refused() -> None:
    text = REJECTED[0][0]
    assert len(assemble(text, CONFIG, alias="off")) == 2
    with pytest.raises(ValueError, match="alias='never': expected 'error', 'warn' or 'off'"):
        assemble(text, CONFIG, alias="never")  # type: ignore[arg-type]


def test_words_without_text_are_named_by_address() -> None:
    words = [asm.nop(), asm.mov_vr(rd=0, rs1=1), asm.mov_vx(rd=9, rs1=0)]
    with pytest.raises(AliasError, match="word 2 reads VX\\[0\\] after word 1 last wrote row 0") as caught:
        check_aliases(words, CONFIG)
    assert (caught.value.line, caught.value.column) == (None, None)
    words[2] = asm.mov_vx(rd=9, rs1=0, alias=True)
    check_aliases(words, CONFIG)


def test_the_document_s_k8_program_is_rejected() -> None:
    text = (GOLDEN / "document_k8.s").read_text(encoding="utf-8")
    with pytest.raises(AliasError) as caught:
        assemble(text, CONFIG, name="document_k8.s")
    # The first feed reads VX[0], which the broadcast of the scale has replaced.
    lines = text.split("\n")
    first_feed = 1 + next(index for index, line in enumerate(lines) if line.lstrip().startswith("mma "))
    scale = 1 + next(index for index, line in enumerate(lines) if "# scale" in line)
    assert caught.value.line == first_feed
    assert caught.value.message.startswith(
        f"VX[0] and VR[0] share row 0: line {first_feed} reads VX[0] after line {scale} last wrote row 0 as VR[0]"
    )


def test_the_document_s_program_assembles_once_its_registers_are_moved() -> None:
    text = (GOLDEN / "document_k8_moved.s").read_text(encoding="utf-8")
    broken = (GOLDEN / "document_k8.s").read_text(encoding="utf-8")
    program = assemble(text, CONFIG)
    original = assemble(broken, CONFIG, alias="off")
    assert len(program) == len(original) == 14

    def mnemonics(words: object) -> list[str]:
        return [line.split()[0].removesuffix(".alias") for line in disassemble(words, CONFIG).splitlines()]

    assert mnemonics(program) == mnemonics(original)
    assert ".alias" not in disassemble(program, CONFIG)


def test_a_body_is_walked_twice_at_most_and_inner_ones_within_it() -> None:
    program = assemble("loop 3, 4\nnop\nloop 7, 1\nnop\nnop\nloop 0, 2\nnop\nnop\nhalt", CONFIG)
    body = [1, 2, 3, 3, 4]
    assert list(execution_order(program.words, CONFIG)) == [0, *body, *body, 5, 8]
