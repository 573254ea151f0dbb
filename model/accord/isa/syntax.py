"""How an instruction is spelled: shared by assembler, disassembler, error messages and the reference page."""

from accord.isa.fields import ROUNDING, Instruction, Operand

ALIAS = "alias"
"""Suffix of the assembler-only mark that silences the alias check for one instruction."""


def operand_text(operand: Operand) -> str:
    """Return an operand as a reader sees it: ``VX[rs1]``, ``imm12``."""
    return f"{operand.kind}[{operand.field}]" if operand.is_register else operand.field


def usage(instruction: Instruction) -> str:
    """Return the instruction's form, such as ``mma VR[rd], VX[rs1], VX[rs2], keep=true``."""
    parts = [operand_text(operand) for operand in instruction.operands]
    if any(mode.field == "keep" for mode in instruction.modes):
        parts.append("keep=true")
    return f"{instruction.mnemonic} {', '.join(parts)}".rstrip()


def suffixes(instruction: Instruction) -> dict[str, tuple[str, int]]:
    """Return the suffixes that set a mode of the instruction, each with the mode's field and code."""
    found: dict[str, tuple[str, int]] = {}
    for mode in instruction.modes:
        if mode.field == "rounding":
            found |= {name: (mode.field, code) for code, name in enumerate(ROUNDING)}
        elif mode.field != "keep":
            found[mode.field] = (mode.field, 1)
    return found


def spelled_as(instruction: Instruction, operand: Operand) -> tuple[str, ...]:
    """Return the register classes an operand may be written with; each means the operand's own, same index.

    ``bcast.vr VR[0], VX[0]`` is the one second spelling: it means VR[0].
    """
    if instruction.mnemonic == "bcast.vr" and operand.field == "rs1":
        return (operand.kind, "VX")
    return (operand.kind,)
