"""The instruction set of the NPU: table, configuration, assemblers, disassembler. Standard library only."""

from accord.isa import asm
from accord.isa.alias import check_aliases
from accord.isa.assembler import assemble
from accord.isa.config import Config, ConfigError
from accord.isa.disassembler import disassemble, disassemble_word
from accord.isa.encoding import Decoded, decode, encode
from accord.isa.errors import AliasError, AliasWarning, AsmError
from accord.isa.machine import (
    Cause,
    Counters,
    Flags,
    MachineError,
    ProgramTooLongError,
    Status,
    TickLimitError,
)
from accord.isa.program import Program
from accord.isa.word import Word

__all__ = [
    "AliasError",
    "AliasWarning",
    "AsmError",
    "Cause",
    "Config",
    "ConfigError",
    "Counters",
    "Decoded",
    "Flags",
    "MachineError",
    "Program",
    "ProgramTooLongError",
    "Status",
    "TickLimitError",
    "Word",
    "asm",
    "assemble",
    "check_aliases",
    "decode",
    "disassemble",
    "disassemble_word",
    "encode",
]
