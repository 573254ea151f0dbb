"""Assembler and disassembler are inverse to one another, over random words, programs and texts."""

import random

import hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.isa import Config, Program, Word, assemble, decode, disassemble, disassemble_word
from accord.isa.config import LANES
from accord.isa.fields import FIELDS, OPCODE, Instruction, instructions
from accord.sim.seed import seed

SEED = seed()
RANDOM_WORDS = 200_000
PROPERTY = settings(deadline=None, max_examples=300, print_blob=True)

configs = st.builds(Config, k=st.sampled_from(LANES), vx_count=st.sampled_from(range(4, 33, 4)))


def maximum(instruction: Instruction, name: str, config: Config) -> int:
    """Return the greatest legal value, spelled out here and not taken from the encoder."""
    kinds = {operand.field: operand.kind for operand in instruction.operands}
    match kinds.get(name):
        case "VX":
            return config.vx_count - 1
        case "VE":
            return config.vx_count // 2 - 1
        case "VR":
            return config.vx_count // 4 - 1
        case "column":
            return config.k - 1
        case "segment":
            return 64 // config.k - 1
    return 4 if name == "rounding" else FIELDS[name].maximum


@st.composite
def legal_words(draw: st.DrawFn, config: Config) -> int:
    instruction = draw(st.sampled_from(instructions()))
    word = instruction.match
    names = [operand.field for operand in instruction.operands] + [mode.field for mode in instruction.modes]
    for name in names:
        minimum = 1 if name == "length" else FIELDS[name].minimum
        word |= FIELDS[name].insert(draw(st.integers(minimum, maximum(instruction, name, config))))
    return word


@st.composite
def programs(draw: st.DrawFn) -> Program:
    config = draw(configs)
    words = st.one_of(legal_words(config), legal_words(config), st.integers(0, 0xFFFFFFFF))
    marked = st.builds(Word, words, alias=st.booleans())
    return Program(tuple(draw(st.lists(marked, max_size=40))), config)


@hypothesis.seed(SEED)
@PROPERTY
@given(st.data())
def test_a_legal_word_survives_text(data: st.DataObject) -> None:
    config = data.draw(configs)
    word = data.draw(legal_words(config))
    text = disassemble_word(word, config)
    assert not text.startswith(".word")
    assert assemble(text, config).words == (word,)


@hypothesis.seed(SEED)
@PROPERTY
@given(programs())
def test_a_program_survives_text_under_the_alias_check(program: Program) -> None:
    assert assemble(disassemble(program, program.config), program.config).words == program.words


@hypothesis.seed(SEED)
@PROPERTY
@given(programs())
def test_unmarked_words_survive_text_under_the_alias_check(program: Program) -> None:
    words = tuple(int(word) for word in program)
    assert assemble(disassemble(words, program.config), program.config).words == words


@hypothesis.seed(SEED)
@PROPERTY
@given(programs())
def test_canonical_text_survives_words(program: Program) -> None:
    text = disassemble(program, program.config)
    again = assemble(text, program.config)
    assert disassemble(again, program.config) == text
    expected = [word.alias for word in program if decode(word, program.config)]
    marks = [word.alias for word in again if decode(word, program.config)]
    assert all(mark or not wanted for mark, wanted in zip(marks, expected, strict=True))


def test_random_words_decode_exactly_where_they_have_a_spelling() -> None:
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    config = Config(k=8, vx_count=16)
    opcodes = sorted({OPCODE.extract(row.match) for row in instructions()})
    legal = 0
    for index in range(RANDOM_WORDS):
        word = rng.getrandbits(32)
        # Half of the words get an assigned opcode and sparse bits above, or nearly none would be legal.
        if index % 2:
            word = (word & rng.getrandbits(32) & ~OPCODE.mask) | rng.choice(opcodes)
        text = disassemble_word(word, config)
        spelled = not text.startswith(".word")
        assert spelled == (decode(word, config) is not None), hex(word)
        assert assemble(text, config).words == (word,), hex(word)
        legal += spelled
    assert RANDOM_WORDS // 50 < legal < RANDOM_WORDS
