"""The Python assembler: a function for every row of the instruction table.

``asm.vfma(rd=2, rs1=2, rs2=0, rs3=1)`` returns the word of ``vfma VR[2], VR[2], VR[0], VR[1]``. Dots of a
mnemonic become underscores (``asm.mma_last``); parameters are the row's fields, its modes and ``alias``,
all by keyword. Each raises TypeError for a wrong or missing parameter and ValueError for a value out of
range, naming it.
"""

import operator
from collections.abc import Callable, Iterable
from inspect import Parameter, Signature

from accord.isa.alias import AliasMode, check_aliases
from accord.isa.config import Config
from accord.isa.constant import constant_words, float_bits, integer_bits
from accord.isa.encoding import encode, illegal_reason
from accord.isa.fields import ROUNDING, Instruction, instructions
from accord.isa.program import Program
from accord.isa.suggest import did_you_mean
from accord.isa.syntax import usage
from accord.isa.word import Word


def const(*, rd: int, value: int | float) -> tuple[Word, ...]:
    """Return ``vlui`` and, where needed, ``vaddi``, which put a 32-bit constant in every lane of VR[rd].

    An integer from -2^31 to 2^32-1 is taken modulo 2^32, a float rounded to nearest even to FP32. Raises
    TypeError for another type, ValueError for a value that does not fit or a register beyond its class.
    """
    is_float = isinstance(value, float)
    bits = float_bits(value) if is_float else integer_bits(_integer("const", "value", value))
    return constant_words(_integer("const", "rd", rd), bits)


def program(words: Iterable[int | Iterable[int]], config: Config, alias: AliasMode = "error") -> Program:
    """Return a Program of words, and of groups of words such as ``const`` gives, in order.

    Raises ValueError for a word illegal under ``config``, AliasError as ``assemble`` does,
    ProgramTooLongError where the words do not fit the program memory.
    """
    flat: list[int] = []
    for item in words:
        flat.extend([item] if isinstance(item, int) else item)
    result = Program(tuple(Word(word) if not isinstance(word, Word) else word for word in flat), config)
    for address, word in enumerate(result):
        reason = illegal_reason(word, config)
        if reason:
            raise ValueError(f"word {address} (0x{word:08x}) is illegal: {reason}")
    check_aliases(result.words, config, alias=alias)
    return result


def _integer(function: str, name: str, value: object) -> int:
    if not isinstance(value, bool):
        try:
            return operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
    raise TypeError(f"{function}: {name}={value!r}: expected an integer")


def _flag(function: str, name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{function}: {name}={value!r}: expected True or False")
    return value


def _rounding(function: str, value: object) -> int:
    if value not in ROUNDING:
        raise ValueError(f"{function}: rounding={value!r}: expected one of {', '.join(ROUNDING)}")
    return ROUNDING.index(str(value))


def _signature(instruction: Instruction) -> Signature:
    kind = Parameter.KEYWORD_ONLY
    parameters = [Parameter(operand.field, kind, annotation=int) for operand in instruction.operands]
    for mode in instruction.modes:
        if mode.field == "rounding":
            parameters.append(Parameter(mode.field, kind, default=ROUNDING[mode.default], annotation=str))
        else:
            parameters.append(Parameter(mode.field, kind, default=bool(mode.default), annotation=bool))
    parameters.append(Parameter("alias", kind, default=False, annotation=bool))
    return Signature(parameters, return_annotation=Word)


def _function(instruction: Instruction) -> Callable[..., Word]:
    name = instruction.mnemonic.replace(".", "_")
    signature = _signature(instruction)

    def build(*args: object, **fields: object) -> Word:
        try:
            bound = signature.bind(*args, **fields)
        except TypeError as error:
            raise TypeError(f"{name}{signature}: {error}") from None
        alias = _flag(name, "alias", bound.arguments.pop("alias", False))
        values: dict[str, int] = {}
        modes = [mode.field for mode in instruction.modes]
        for field, value in bound.arguments.items():
            if field == "rounding":
                values[field] = _rounding(name, value)
            elif field in modes:
                values[field] = _flag(name, field, value)
            else:
                values[field] = _integer(name, field, value)
        return encode(instruction, values, alias=alias)

    build.__name__ = build.__qualname__ = name
    build.__doc__ = f"``{usage(instruction)}``: {instruction.row.text}"
    build.__signature__ = signature  # type: ignore[attr-defined]
    return build


_FUNCTIONS = {row.mnemonic.replace(".", "_"): _function(row) for row in instructions()}
globals().update(_FUNCTIONS)


def __getattr__(name: str) -> Callable[..., Word]:
    raise AttributeError(f"accord.isa.asm has no {name!r}{did_you_mean(name, [*_FUNCTIONS, 'const', 'program'])}")
