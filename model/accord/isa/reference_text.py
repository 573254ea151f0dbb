"""The words of the reference page that no table row holds."""

FAMILIES = {
    "control": "Control",
    "address": "Address",
    "memory": "Memory",
    "matrix": "Matrix",
    "integer": "Integer",
    "logic": "Logic and shifts",
    "reduce": "Reductions of integers",
    "lookup": "Lookup",
    "convert": "Convert",
    "broadcast": "Broadcast and constants",
    "float": "Float",
    "move": "Move and select",
}
"""Chapter titles by family, in the order of the page."""

ACCESS = {"r": "read", "w": "written", "i": "encoded and ignored; must name a register that exists"}
"""What an operand's access letter means."""

IMMEDIATES = {
    "imm8": "-128 to 127",
    "imm12": "-2048 to 2047",
    "imm20": "0 to 1048575",
    "column": "0 to K-1",
    "segment": "0 to 64/K-1",
    "flags": "0 to 31",
    "count": "0 to 4095",
    "length": "1 to 1023",
}
"""Legal values of the immediates."""

MODES = {
    "sat": "clamps to the destination's range",
    "wrap": "keeps low bits in place of clamping",
    "post": "the first row is A[rs1] itself; then A[rs1] becomes A[rs1] + imm12, modulo 2^32",
}
"""What a flag suffix does."""

HEAD = """\
# Instruction set

Generated from `model/accord/isa/table.py` by `python -m accord.isa.reference docs/isa.md`; do not edit.

K is the number of lanes, L the number of VX registers. VX[0..L-1], VE[0..L/2-1] and VR[0..L/4-1] are three
views of one storage of L rows: VE[i] is rows 2i and 2i+1, VR[i] rows 4i to 4i+3, low bytes first. A[0..31]
are scratchpad row addresses.

Instructions are 32-bit words; program addresses count words. A drawing shows bit numbers above, fields and
fixed bits below. A latency counts ticks from the one in which an instruction takes its operands (those of `mma`
enter processing element (0,0) of the array) to the one in which an instruction that uses its result can take it: 1
where that is the next tick. A load or store moves a row a tick, and traps with the cause ADDRESS where a row is
outside the scratchpad. Flags are sticky; they are those of all lanes.

`loop count, length` executes the `length` words behind it `count` times, without a tick lost at the end of the body;
a count of 0 skips them. Four loops nest; bodies may end at the same word. A fifth `loop` inside, and one whose body
would end behind the end of the body around it, trap with the cause LOOP. There are no jumps.

## Illegal words

An illegal word stops the program with the cause ILLEGAL; the PC stays at the word. Illegal is:

| what | which |
|---|---|
| an unassigned word | one that matches no instruction: `word & mask == match` for no row of the table \
below. Every bit outside the fields counts. Words of all zeros and of all ones are unassigned, and stay so |
| a register beyond its class | VX[L..31], VE[L/2..31], VR[L/4..31], also in an operand that is ignored \
(`mma`'s rd) |
| a rounding code | 5, 6 or 7 |
| a tile column | K to 63 |
| a segment of a lookup bank | 64/K to 63 |
| a loop's length | 0 |

## Assembler text

One statement a line; comments begin with `#`, `;` or `//`. Mnemonics are lower-case, register classes in
either case.

| form | meaning |
|---|---|
| `mnemonic.suffix... operands` | one word. Suffixes in any order: a rounding mode, `.sat`, `.wrap`, \
`.post`, and the mark `.alias` |
| `name:` | a label: the address of the next word |
| `.equ name, expression` | a name for a value |
| `.word expression` | a word as it stands, -2^31 to 2^32-1; it may be illegal |
| `const VR[d], value` | a macro, one or two words: `vlui`, and `vaddi` where the low 12 bits are not \
zero. The value is an integer from -2^31 to 2^32-1, or an FP32 literal (`0.01`, `-1e-3`, `inf`, `nan`), \
rounded once to nearest even |

Expressions stand wherever a number does, register indices included: decimal, `0x`, `0b`, underscores
between digits; names; `( )`, unary `- + ~`, `* / %`, `+ -`, `<< >>`, `&`, `^`, `|`, with C's precedence and
truncating division. `K` and `L` are predefined. Labels may be used before they are defined, except in
`.equ` and `const`.

In Python: `from accord.isa import asm`; `asm.vfma(rd=2, rs1=2, rs2=0, rs3=1)` is the word of `vfma VR[2],
VR[2], VR[0], VR[1]`. Dots become underscores, modes are parameters (`rounding="rtz"`, `sat=True`).

## Alias check

VX, VE and VR overlap, so writing VR[0] replaces VX[0] to VX[3]. A read of rows that the program last wrote
under another class is an error, unless the instruction is marked `.alias`. The check walks the words in
order, the body of a loop twice; a load writes under its own class; rows that the program has not written
(the `ext` ports wrote them) may be read under any class.
"""
"""Everything before the instructions."""
