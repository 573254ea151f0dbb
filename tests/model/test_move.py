"""Moves between register classes and selections, in every width."""

import numpy as np
import pytest

from accord.isa import assemble
from accord.isa.fields import by_mnemonic
from accord.model import Config, Npu, bulk

from .integers import WIDTH, assert_same, bits, corners, wrap

SEED = 20240615
MOVES = [name for name, instruction in by_mnemonic().items() if instruction.row.op == "mov"]
SELECTIONS = {"vsel.vx": 8, "vsel.ve": 16, "vsel": 32}


def test_every_pair_of_classes_has_its_move():
    pairs = {tuple(operand.kind for operand in by_mnemonic()[name].operands) for name in MOVES}
    assert pairs == {(to, source) for to in WIDTH for source in WIDTH}
    assert len(MOVES) == 9
    assert {name for name, instruction in by_mnemonic().items() if instruction.row.op == "sel"} == SELECTIONS.keys()


@pytest.mark.parametrize("mnemonic", MOVES)
def test_all_values_of_the_narrower_class(mnemonic):
    """Sign-extended into a wider class; out of one, the low bits with several others above them."""
    print(f"seed {SEED}")
    target, source = (WIDTH[operand.kind] for operand in by_mnemonic()[mnemonic].operands)
    random = np.random.default_rng(SEED)
    narrower = min(target, source, 16)
    above = [0, -1, 1, *random.integers(-(1 << 31), 1 << 31, 3).tolist()] if source > narrower else [0]
    numbers = [wrap(low + (high << narrower), source) for high in above for low in range(1 << narrower)]
    numbers += corners(source)
    operand = bits(numbers, source)
    assert len(np.unique(operand & ((1 << narrower) - 1))) == 1 << narrower
    got, flags = bulk(mnemonic, operand)
    assert_same(got, bits(numbers, target), operand)
    assert not flags.any()


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("mov.vx_ve VE[5], VX[2]", {"ve": (5, [-0x12, 0x65])}),
        ("mov.vx_vr VR[2], VX[2]", {"vr": (2, [-0x12, 0x65])}),
        ("mov.ve_vr VR[2], VE[1]", {"vr": (2, [-0x2112, 0x8765 - (1 << 16)])}),
        ("mov.ve_vx VX[9], VE[1]", {"vx": (9, [-0x12, 0x65])}),
        ("mov.vr_vx VX[9], VR[0]", {"vx": (9, [0x11, 0x01])}),
        ("mov.vr_ve VE[5], VR[0]", {"ve": (5, [0x2211, 0x0201])}),
        # the destination's rows are among the source's, or the other way round
        ("mov.vx_vr VR[0], VX[2]", {"vr": (0, [-0x12, 0x65])}),
        ("mov.vx_ve VE[1], VX[3]", {"ve": (1, [-0x22, -0x79])}),
        ("mov.ve_vr VR[0], VE[1]", {"vr": (0, [-0x2112, 0x8765 - (1 << 16)])}),
        ("mov.vr_vx VX[3], VR[0]", {"vx": (3, [0x11, 0x01])}),
        ("mov.vr_ve VE[1], VR[0]", {"ve": (1, [0x2211, 0x0201])}),
    ],
)
def test_registers_of_a_program(text, result):
    npu = Npu(Config(k=2))
    npu.ext_write_vr(0, np.array([0xDEEE2211, 0x87650201], np.uint32))
    npu.load(assemble(text + "\nhalt", npu.config))
    npu.run()
    for view, (number, lanes) in result.items():
        assert getattr(npu, view)[number].tolist() == lanes


@pytest.mark.parametrize(("mnemonic", "width"), SELECTIONS.items())
def test_any_bit_of_the_mask_selects_the_first_operand(mnemonic, width):
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    masks = list(range(256)) if width == 8 else [1 << place for place in range(width)] + corners(width)
    masks += [0] * len(masks)
    first, second = random.integers(-(1 << (width - 1)), 1 << (width - 1), (2, len(masks))).tolist()
    got, flags = bulk(mnemonic, bits(first, width), bits(second, width), bits(masks, width))
    chosen = [a if mask else b for a, b, mask in zip(first, second, masks, strict=True)]
    assert_same(got, bits(chosen, width), bits(masks, width))
    assert not flags.any()


@pytest.mark.parametrize("mnemonic", SELECTIONS)
def test_each_source_of_a_selection_may_be_replaced(mnemonic):
    kind = by_mnemonic()[mnemonic].operands[0].kind
    for destination in (1, 2, 3):
        npu = Npu(Config(k=2))
        text = [f"bcasti.{kind.lower()} {kind}[{number}], {value}" for number, value in ((1, 11), (2, 22), (3, -1))]
        text.append(f"{mnemonic} {kind}[{destination}], {kind}[1], {kind}[2], {kind}[3]\nhalt")
        npu.load(assemble("\n".join(text), npu.config))
        npu.run()
        assert getattr(npu, kind.lower())[destination].tolist() == [11, 11]
