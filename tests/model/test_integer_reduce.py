"""Reductions of integer lanes in Python integers, at several lane counts."""

import functools
import operator

import numpy as np
import pytest

from accord.isa import assemble
from accord.isa.fields import by_mnemonic
from accord.model import Config, Npu

from .integers import WIDTH, corners, wrap

SEED = 20240613
OPERATIONS = {
    "redsum": sum,
    "redmax": max,
    "redmin": min,
    "redand": functools.partial(functools.reduce, operator.and_),
    "redor": functools.partial(functools.reduce, operator.or_),
    "redxor": functools.partial(functools.reduce, operator.xor),
}
ROWS = [instruction for instruction in by_mnemonic().values() if instruction.row.family == "reduce"]


def write(npu, kind, number, lanes):
    """Signed lanes into a register of any class, byte by byte."""
    size = WIDTH[kind] // 8
    columns = b"".join(lane.to_bytes(size, "little", signed=True) for lane in lanes)
    npu.ext_write_vx(number * size, np.frombuffer(columns, np.uint8).reshape(len(lanes), size).T)


def reduced(mnemonic, kind, lanes):
    """VR[1] after the reduction of ``lanes`` in a register of the class beside it."""
    npu = Npu(Config(k=len(lanes)))
    npu.ext_write_vr(1, np.full(len(lanes), 0x5A5A5A5A, np.int32))
    source = {"VX": 9, "VE": 5, "VR": 2}[kind]
    write(npu, kind, source, lanes)
    npu.load(assemble(f"{mnemonic} VR[1], {kind}[{source}]\nhalt", npu.config))
    assert npu.run().cause == 0
    assert npu.status.flags == 0
    return npu.vr[1].tolist()


def test_the_family_is_six_operations_in_three_widths():
    assert len(ROWS) == 18
    assert {instruction.row.op for instruction in ROWS} == OPERATIONS.keys()
    assert all(instruction.operands[0].kind == "VR" for instruction in ROWS)


def operands(width, k, random):
    """Lanes of all extremes, none but one, alternating, and random: corners and anything."""
    low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
    yield from ([value] * k for value in (low, high, -1, 0, 1))
    for place in range(k):
        yield [low if lane == place else high for lane in range(k)]
        yield [high if lane == place else low for lane in range(k)]
    yield [(low, high)[lane % 2] for lane in range(k)]
    for _ in range(8):
        yield random.choice(corners(width), k).tolist()
        yield random.integers(low, high, k, endpoint=True).tolist()


@pytest.mark.parametrize("k", [1, 2, 8, 64])
@pytest.mark.parametrize("mnemonic", [instruction.mnemonic for instruction in ROWS])
def test_every_lane_is_the_python_result(mnemonic, k):
    print(f"seed {SEED}")
    instruction = by_mnemonic()[mnemonic]
    kind = instruction.operands[1].kind
    for lanes in operands(WIDTH[kind], k, np.random.default_rng(SEED)):
        want = wrap(OPERATIONS[instruction.row.op](lanes), 32)
        assert reduced(mnemonic, kind, lanes) == [want] * k, lanes


@pytest.mark.parametrize(
    ("mnemonic", "kind", "lanes", "result"),
    [
        ("vredsum.vr", "VR", [-(1 << 31)] * 2, 0),  # modulo 2^32
        ("vredsum.vr", "VR", [(1 << 31) - 1] * 2, -2),
        ("vredsum.vx", "VX", [-128] * 64, -8192),  # lanes are extended first
        ("vredsum.ve", "VE", [32767] * 64, 2097088),
        ("vredmax.vx", "VX", [-128, -1], -1),
        ("vredand.vx", "VX", [-128, -1], -128),
        ("vredor.ve", "VE", [0x4000, -0x8000], -0x4000),
        ("vredxor.vx", "VX", [-1, 1], -2),
    ],
)
def test_by_hand(mnemonic, kind, lanes, result):
    assert reduced(mnemonic, kind, lanes) == [result] * len(lanes)


@pytest.mark.parametrize(("kind", "source"), [("VX", 6), ("VE", 3), ("VR", 1)])
def test_the_destination_may_hold_the_source(kind, source):
    npu = Npu(Config(k=4))
    write(npu, kind, source, [100, -3, 27, 4])
    npu.load(assemble(f"vredsum.{kind.lower()} VR[1], {kind}[{source}]\nhalt", npu.config))
    npu.run()
    assert npu.vr[1].tolist() == [128] * 4
